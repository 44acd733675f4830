import ArgumentParser
import Engine
import Support

struct NetworkCreate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Create a network",
    usage: "\(ProgramName.current) network create [OPTIONS] NETWORK")

  @Flag(help: "Enable manual container attachment") var attachable = false
  @Option(help: "Auxiliary IPv4 or IPv6 addresses used by Network driver")
  var auxAddress: [String] = []
  @Option(name: .shortAndLong, help: "Driver to manage the Network") var driver = "bridge"
  @Option(help: "IPv4 or IPv6 Gateway for the master subnet") var gateway: [String] = []
  @Flag(help: "Restrict external access to the network") var `internal` = false
  @Option(help: "Allocate container ip from a sub-range") var ipRange: [String] = []
  @Flag(help: "Enable IPv6 networking") var ipv6 = false
  @Option(help: "Set metadata on a network") var label: [String] = []
  @Option(name: .shortAndLong, help: "Set driver specific options") var opt: [String] = []
  @Option(help: "Subnet in CIDR format that represents a network segment")
  var subnet: [String] = []
  @Argument var name: String

  func run() throws {
    var wish = NetworkWish()
    wish.driver = driver
    wish.isAttachable = attachable
    wish.isInternal = `internal`
    wish.hasIPv6 = ipv6
    wish.subnets = subnet.flatMap(NetworkCreate.list)
    wish.ranges = ipRange.flatMap(NetworkCreate.list)
    wish.gateways = gateway.flatMap(NetworkCreate.list)
    wish.auxiliary = try KeyValues.map(auxAddress, flag: "--aux-address")
    wish.options = try KeyValues.map(opt, flag: "-o, --opt")
    wish.labels = try KeyValues.labels(label)
    guard max(wish.ranges.count, wish.gateways.count) <= wish.subnets.count else {
      throw DklabError(
        .invalid, id: "network.subnet-missing",
        Text(
          "every ip-range or gateway must have a corresponding subnet",
          ko: "--ip-range와 --gateway에는 저마다 --subnet이 있어야 합니다"), exitStatus: 1)
    }
    print(try openEngine().createNetwork(name, wish).id)
  }

  private static func list(_ text: String) -> [String] {
    text.split(separator: ",").map(String.init)
  }
}

/// `KEY=VALUE` entries of a flag.
enum KeyValues {
  /// A map of them; each must have its `=`.
  static func map(_ entries: [String], flag: String) throws -> [String: String] {
    var result: [String: String] = [:]
    for entry in entries {
      guard let equals = entry.firstIndex(of: "="), equals > entry.startIndex else {
        throw DklabError(
          .invalid, id: "flag.value",
          Text(
            "invalid argument \"\(entry)\" for \"\(flag)\" flag: must be KEY=VALUE",
            ko: "\(flag) 값 \"\(entry)\"이(가) 잘못되었습니다. 키=값이어야 합니다"), exitStatus: 125)
      }
      result[String(entry[..<equals])] = String(entry[entry.index(after: equals)...])
    }
    return result
  }

  /// Labels: one without a value is empty.
  static func labels(_ entries: [String]) throws -> [String: String] {
    let pairs = try entries.map { try flagValue("--label", $0, EnvironmentOption.label) }
    return Dictionary(pairs.map { ($0.key, $0.value) }) { $1 }
  }
}
