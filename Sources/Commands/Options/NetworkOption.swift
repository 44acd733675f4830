import Engine
import Linux
import Networks
import Support

/// `--network` of `run` and `create`, in its short and its long form, with the flags that say more
/// about the first network: `--ip`, `--network-alias`, `--link`, `--mac-address`.
enum NetworkOption {
  /// What the flags choose: the mode, and a wish for each network.
  struct Choice {
    var mode = "default"
    var wishes: [EndpointWish] = []
  }

  static func read(_ options: RunOptions) throws -> Choice {
    var choice = Choice()
    choice.wishes = try options.network.map(parse)
    if let first = choice.wishes.first { choice.mode = first.network }
    let modes = try choice.wishes.map { try NetworkMode(parsing: $0.network) }
    if modes.count > 1, modes.contains(where: { !$0.hasBridge }) {
      throw conflict(
        "cannot attach both user-defined and non-user-defined network-modes",
        "host, none, container는 다른 네트워크와 함께 쓸 수 없습니다")
    }
    let says =
      options.ip != nil || options.ip6 != nil || !options.networkAlias.isEmpty
      || !options.link.isEmpty || options.macAddress != nil
    if choice.wishes.isEmpty, says { choice.wishes = [EndpointWish(network: "bridge")] }
    if !(modes.first?.hasBridge ?? true) {
      guard !says else {
        throw conflict(
          "\(choice.mode) and the options of a network", "\(choice.mode)과 네트워크 옵션")
      }
      choice.wishes = []
    }
    guard !choice.wishes.isEmpty else { return choice }
    try merge(options, into: &choice.wishes[0])
    return choice
  }

  private static func merge(_ options: RunOptions, into wish: inout EndpointWish) throws {
    func once(_ isGiven: Bool, _ isThere: Bool, _ flag: String, _ key: String) throws {
      guard isGiven, isThere else { return }
      throw conflict(
        "cannot specify both \(flag) and per-network \(key)", "\(flag)와 네트워크별 \(key)")
    }
    try once(!options.networkAlias.isEmpty, !wish.aliases.isEmpty, "--network-alias", "alias")
    try once(options.ip != nil, wish.address != nil, "--ip", "IPv4 address")
    try once(options.ip6 != nil, wish.address6 != nil, "--ip6", "IPv6 address")
    try once(options.macAddress != nil, wish.mac != nil, "--mac-address", "MAC address")
    wish.aliases += options.networkAlias
    wish.address = try options.ip.map { try flagValue("--ip", $0, address) } ?? wish.address
    wish.address6 = try options.ip6.map { try flagValue("--ip6", $0, address) } ?? wish.address6
    wish.links += options.link
    wish.mac =
      try options.macAddress.map { try flagValue("--mac-address", $0, hardwareAddress) } ?? wish.mac
  }

  /// `NAME`, or `name=NAME,alias=a,ip=10.0.0.5,…`.
  static func parse(_ text: String) throws -> EndpointWish {
    guard text.contains("="), !text.hasPrefix("container:") else {
      return EndpointWish(network: text)
    }
    var wish = EndpointWish(network: "")
    for field in try CommaFields.split(text) {
      guard let equals = field.firstIndex(of: "=") else {
        throw invalid("invalid field \(field)", "잘못된 항목입니다: \(field)")
      }
      let key = field[..<equals].lowercased()
      let value = String(field[field.index(after: equals)...])
      switch key {
      case "name": wish.network = value
      case "alias": wish.aliases.append(value)
      case "ip": wish.address = try flagValue("--network", value, address)
      case "ip6": wish.address6 = try flagValue("--network", value, address)
      case "mac-address": wish.mac = try flagValue("--network", value, hardwareAddress)
      case "driver-opt":
        wish.options.merge(try KeyValues.map([value], flag: "driver-opt")) { $1 }
      case "gw-priority":
        wish.gatewayPriority = Int(clamping: try flagValue("--network", value, GoValue.int))
      default: throw invalid("invalid field key \(key)", "알 수 없는 키입니다: \(key)")
      }
    }
    guard !wish.network.isEmpty else {
      throw invalid("network name/id is not specified", "네트워크 이름이 없습니다")
    }
    return wish
  }

  private static func address(_ text: String) throws -> String {
    guard let address = IPAddress(text) else {
      throw GoValue.invalid("IP address is not correctly formatted: \(text)")
    }
    return address.description
  }

  private static func hardwareAddress(_ text: String) throws -> MACAddress {
    guard let address = MACAddress(text) else {
      throw GoValue.invalid("\(text) is not a valid mac address")
    }
    return address
  }

  private static func invalid(_ english: String, _ korean: String) -> DklabError {
    DklabError(
      .invalid, id: "network.option-invalid", Text(english, ko: korean),
      hint: Text(
        "accepted: NAME or name=NAME,alias=…,ip=…,ip6=…,mac-address=…,gw-priority=…",
        ko: "쓸 수 있는 형식: 이름 또는 name=이름,alias=…,ip=…,ip6=…,mac-address=…,gw-priority=…"),
      exitStatus: 125)
  }

  private static func conflict(_ english: String, _ korean: String) -> DklabError {
    DklabError(
      .invalid, id: "network.options-conflict",
      Text("conflicting options: \(english)", ko: "함께 쓸 수 없는 옵션입니다: \(korean)"), exitStatus: 125)
  }
}
