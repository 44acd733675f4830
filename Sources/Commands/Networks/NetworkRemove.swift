import ArgumentParser
import Engine
import Support

struct NetworkRemove: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rm", abstract: "Remove one or more networks",
    usage: "\(ProgramName.current) network rm NETWORK [NETWORK...]")

  @Flag(name: .shortAndLong, help: "Do not error if the network does not exist") var force = false
  @Argument var networks: [String]

  func run() throws {
    let engine = try openEngine()
    try Batch.each(networks) { name in
      do {
        try engine.removeNetwork(try engine.findNetwork(name))
        print(name)
      } catch let error as DklabError where force && error.id == "network.not-found" {}
    }
  }
}

struct NetworkPrune: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune", abstract: "Remove all unused networks",
    usage: "\(ProgramName.current) network prune [OPTIONS]")

  @Option(help: "Provide filter values (e.g. \"until=<timestamp>\")") var filter: [String] = []
  @Flag(name: .shortAndLong, help: "Do not prompt for confirmation") var force = false

  func run() throws {
    let filters = try Filters(filter, known: ["label", "until"])
    guard
      try force
        || Confirmation.ask(
          Text(
            "WARNING! This will remove all custom networks not used by at least one container.",
            ko: "주의! 컨테이너가 쓰지 않는 사용자 네트워크를 모두 지웁니다."))
    else { return }
    let engine = try openEngine()
    let selection = try NetworkFilter(filters, engine: engine)
    let removed = try engine.pruneNetworks(where: selection.matches)
    if !removed.isEmpty { print("Deleted Networks:\n" + removed.joined(separator: "\n") + "\n") }
  }
}
