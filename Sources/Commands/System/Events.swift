import ArgumentParser
import Documents
import Engine
import Glibc
import Linux
import Support

/// `docker events`: the journal, as far back as asked, then as it grows.
struct Events: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "events", abstract: "Get the events of this instance, past and to come",
    usage: "\(ProgramName.current) events [OPTIONS]")

  @Option(name: .shortAndLong, help: "Filter output based on conditions provided")
  var filter: [String] = []
  @Option(help: "Format output: json or TEMPLATE") var format: String?
  @Option(help: "Show all events created since a time, such as 10m") var since: String?
  @Option(help: "Stream events until a time; 0s stops after the past ones") var until: String?

  func run() throws {
    let filters = try Filters(filter, known: EventFilter.keys)
    let now = RFC3339.now()
    let end = try until.map { try moment($0, now) }
    let start = try since.map { try moment($0, now) }
    let template = try format.map { try GoTemplate($0 == "json" ? "{{json .}}" : $0) }
    let engine = try openEngine()
    // As docker: with any time given, the past is shown too.
    try engine.events(
      since: start ?? end.map { _ in 0 }, until: end, filter: EventFilter(filters.all)
    ) { event in
      let text = try template?.render(event.json) ?? event.line
      fflush(nil)
      return (try? writeAll(STDOUT_FILENO, text + "\n")) != nil
    }
  }

  /// `0s` means now, which the reader of lengths leaves to the reader of moments.
  private func moment(_ text: String, _ now: Int64) throws -> Int64 {
    ["0s", "0m", "0h"].contains(text) ? now : try TimeOption.parse(text, now: now)
  }
}
