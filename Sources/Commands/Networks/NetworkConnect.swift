import ArgumentParser
import Engine
import Linux
import Support

struct NetworkConnect: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "connect", abstract: "Connect a container to a network",
    usage: "\(ProgramName.current) network connect [OPTIONS] NETWORK CONTAINER")

  @Option(help: "Add network-scoped alias for the container") var alias: [String] = []
  @Option(help: "driver options for the network") var driverOpt: [String] = []
  @Option(
    help: "Highest gw-priority provides the default gateway. Accepts positive and negative values")
  var gwPriority: String?
  @Option(help: "IPv4 address (e.g., \"172.30.100.104\")") var ip: String?
  @Option(help: "IPv6 address (e.g., \"2001:db8::33\")") var ip6: String?
  @Option(help: "Add link to another container") var link: [String] = []
  @Argument var network: String
  @Argument(completion: Completion.containers) var container: String

  func run() throws {
    let engine = try openEngine()
    let target = try engine.findNetwork(network)
    var wish = EndpointWish(network: target.name)
    wish.aliases = alias
    wish.address = ip
    wish.address6 = ip6
    wish.links = link
    wish.options = try KeyValues.map(driverOpt, flag: "--driver-opt")
    wish.gatewayPriority =
      try gwPriority.map {
        Int(clamping: try flagValue("--gw-priority", $0, GoValue.int))
      } ?? 0
    try engine.connect(try engine.container(container), to: target, wish)
  }
}

struct NetworkDisconnect: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "disconnect", abstract: "Disconnect a container from a network",
    usage: "\(ProgramName.current) network disconnect [OPTIONS] NETWORK CONTAINER")

  @Flag(name: .shortAndLong, help: "Force the container to disconnect from a network")
  var force = false
  @Argument var network: String
  @Argument(completion: Completion.containers) var container: String

  func run() throws {
    let engine = try openEngine()
    try engine.disconnect(
      try engine.container(container), from: try engine.findNetwork(network))
  }
}
