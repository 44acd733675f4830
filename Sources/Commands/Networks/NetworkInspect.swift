import ArgumentParser
import Engine

struct NetworkInspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Display detailed information on one or more networks",
    usage: "\(ProgramName.current) network inspect [OPTIONS] NETWORK [NETWORK...]")

  @Option(name: .shortAndLong, help: "Format output: json or TEMPLATE") var format: String?
  @Flag(name: .shortAndLong, help: "Verbose output for diagnostics") var verbose = false
  @Flag(help: "Draw the way of a packet through the network") var explain = false
  @Argument var networks: [String]

  func run() throws {
    let engine = try openEngine()
    if explain {
      try Batch.each(networks) { name in
        let network = try engine.findNetwork(name)
        for line in try NetworkPath(engine: engine, network: network).lines() { print(line) }
      }
      return
    }
    try InspectRun.run(networks, format: format) { name in
      try engine.inspect(try engine.findNetwork(name))
    }
  }
}
