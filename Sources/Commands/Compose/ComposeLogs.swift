import ArgumentParser
import Compose
import Engine
import Linux
import Support

struct ComposeLogs: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logs", abstract: "View output from containers",
    usage: "\(ProgramName.compose) logs [OPTIONS] [SERVICE...]")

  @OptionGroup var project: ComposeProjectOptions
  @Flag(name: .shortAndLong, help: "Follow log output") var follow = false
  @Option(help: "Index of the container if service has multiple replicas") var index: Int?
  @Flag(help: "Produce monochrome output") var noColor = false
  @Flag(help: "Don't print prefix in logs") var noLogPrefix = false
  @Option(help: "Show logs since timestamp (2013-01-02T13:23:37Z) or relative (42m)")
  var since: String?
  @Option(name: [.customShort("n"), .long], help: "Number of lines to show from the end")
  var tail = "all"
  @Flag(name: .shortAndLong, help: "Show timestamps") var timestamps = false
  @Option(help: "Show logs before a timestamp (2013-01-02T13:23:37Z) or relative (42m)")
  var until: String?
  @Argument var services: [String] = []

  func run() throws {
    var wish = LogWish()
    wish.since = try since.map { try TimeOption.parse($0) }
    wish.until = try until.map { try TimeOption.parse($0) }
    wish.tail = Int(tail).flatMap { $0 >= 0 ? $0 : nil }
    let session = try ComposeSession(project, services: services, everything: true)
    let printer = LogPrinter(color: !noColor, prefix: !noLogPrefix, timestamps: timestamps)
    let records = try wanted(session)
    for record in records { printer.register(LogPrinter.shortName(record)) }
    var tails: [(tail: LogTail, name: String)] = []
    var merged: [(entry: LogEntry, name: String)] = []
    for record in records {
      let tail = LogTail(session.engine, record, wish)
      let name = LogPrinter.shortName(record)
      merged += try tail.beginning().map { ($0, name) }
      tails.append((tail, name))
    }
    // What several containers wrote, as it happened.
    for (entry, name) in merged.sorted(by: { $0.entry.time < $1.entry.time }) {
      guard printer.print(entry, of: name) else { return }
    }
    if follow { try follow(session, printer, tails, wish) }
  }

  private func wanted(_ session: ComposeSession) throws -> [ContainerRecord] {
    try session.records(services).filter { record in
      index == nil || record.label(ComposeLabels.number) == index.map { "\($0)" }
    }
  }

  private func follow(
    _ session: ComposeSession, _ printer: LogPrinter,
    _ first: [(tail: LogTail, name: String)], _ wish: LogWish
  ) throws {
    var tails = first
    while true {
      let directories = tails.map { session.engine.containerDirectory($0.tail.container) }
      let changes = try ChangeQueue([session.engine.directory] + directories)
      // Asked before reading: what was written until then is then certainly in the file.
      let records = try wanted(session)
      let someRun = records.contains { $0.state.isActive }
      for record in records where !tails.contains(where: { $0.tail.container == record.id }) {
        let name = LogPrinter.shortName(record)
        printer.register(name)
        tails.append((LogTail(session.engine, record, wish), name))
      }
      for (tail, name) in tails {
        for entry in try tail.next() where entry.isWithin(wish) {
          guard printer.print(entry, of: name) else { return }
        }
      }
      if !someRun { return }
      if let until = wish.until, RFC3339.now() > until { return }
      var entry = [PollEntry(fd: changes.descriptor, events: .readable)]
      try pollDescriptors(&entry, timeout: 500)
    }
  }
}
