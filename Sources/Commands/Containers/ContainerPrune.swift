import ArgumentParser
import Linux
import Support

struct ContainerPrune: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune", abstract: "Remove all stopped containers",
    usage: "\(ProgramName.current) container prune [OPTIONS]")

  @Option(help: "Provide filter values (until=TIME, label=KEY[=VALUE])") var filter: [String] = []
  @Flag(name: .shortAndLong, help: "Do not prompt for confirmation") var force = false

  func run() throws {
    let filters = try PruneFilters(filter)
    guard
      try force
        || Confirmation.ask(
          Text(
            "WARNING! This will remove all stopped containers.", ko: "주의! 멈춘 컨테이너를 모두 지웁니다."))
    else { return }
    let removed = try openEngine().pruneContainers {
      filters.allow(created: $0.created, labels: $0.spec.config.labels)
    }
    if !removed.ids.isEmpty {
      print("Deleted Containers:\n" + removed.ids.joined(separator: "\n") + "\n")
    }
    print("Total reclaimed space: \(ByteSize.decimal(Double(removed.bytes)))")
  }
}

/// A question before something is lost.
enum Confirmation {
  /// Whether the user answers yes. A Korean keyboard's ㅛ is the y key; no answer is no.
  static func ask(_ warning: Text) throws -> Bool {
    print(warning())
    print("Are you sure you want to continue? [y/N] ", terminator: "")
    let answer = readLine() ?? ""
    return isYes(answer)
  }

  static func isYes(_ answer: String) -> Bool {
    ["y", "yes", "ㅛ", "예", "네"].contains(answer.lowercased())
  }
}
