import Documents
import Linux
import Networks

// The names of the members are those of the properties, as Codable has them.

extension ContainerState: RecordPart {
  package init(fields: inout JSONFields) throws {
    self.init()
    guard let status = Status(rawValue: try fields.string("status")) else {
      throw JSONFields.Mismatch(key: "status")
    }
    self.status = status
    pid = try fields.number("pid")
    process = try fields.part(ifPresent: "process")
    monitor = try fields.part(ifPresent: "monitor")
    starter = try fields.part(ifPresent: "starter")
    cgroup = try fields.part(ifPresent: "cgroup")
    exitCode = try fields.number("exitCode")
    error = try fields.string("error")
    outOfMemory = try fields.bool("outOfMemory")
    startedAt = try fields.number("startedAt")
    finishedAt = try fields.number("finishedAt")
    restartCount = try fields.number("restartCount")
    stoppedByHand = try fields.bool("stoppedByHand")
    networks = try fields.parts("networks")
    ports = try fields.parts("ports")
    warnings = try fields.strings("warnings")
    health = try fields.decoded(ifPresent: "health")
  }

  package func write(to fields: inout JSONFieldsText) throws {
    fields.write("status", status.rawValue)
    fields.write("pid", pid)
    try fields.write("process", part: process)
    try fields.write("monitor", part: monitor)
    try fields.write("starter", part: starter)
    try fields.write("cgroup", part: cgroup)
    fields.write("exitCode", exitCode)
    fields.write("error", error)
    fields.write("outOfMemory", outOfMemory)
    fields.write("startedAt", startedAt)
    fields.write("finishedAt", finishedAt)
    fields.write("restartCount", restartCount)
    fields.write("stoppedByHand", stoppedByHand)
    try fields.write("networks", parts: networks)
    try fields.write("ports", parts: ports)
    fields.write("warnings", warnings)
    try fields.write("health", encoding: health)
  }
}

extension NetworkAttachment: RecordPart {
  package init(fields: inout JSONFields) throws {
    self.init(networkID: try fields.string("networkID"), wish: try fields.part("wish"))
    endpoint = try fields.part(ifPresent: "endpoint")
  }

  package func write(to fields: inout JSONFieldsText) throws {
    fields.write("networkID", networkID)
    try fields.write("wish", part: wish)
    try fields.write("endpoint", part: endpoint)
  }
}

extension Endpoint: RecordPart {
  package init(fields: inout JSONFields) throws {
    let network = try fields.string("network")
    let bridge = try fields.string("bridge")
    let interface = try fields.string("interface")
    let hostInterface = try fields.string("hostInterface")
    guard let address = IPv4Address(try fields.string("address")) else {
      throw JSONFields.Mismatch(key: "address")
    }
    let prefixLength = try fields.number("prefixLength", as: Int.self)
    guard let gateway = IPv4Address(try fields.string("gateway")),
      let mac = MACAddress(try fields.string("mac"))
    else { throw JSONFields.Mismatch(key: "gateway") }
    self.init(
      network: network, bridge: bridge, interface: interface, hostInterface: hostInterface,
      address: address, prefixLength: prefixLength, gateway: gateway, mac: mac)
    v6 = try fields.decoded(ifPresent: "v6")
    isInternal = try fields.bool("isInternal")
    isDefaultRoute = try fields.bool("isDefaultRoute")
  }

  package func write(to fields: inout JSONFieldsText) throws {
    fields.write("network", network)
    fields.write("bridge", bridge)
    fields.write("interface", interface)
    fields.write("hostInterface", hostInterface)
    fields.write("address", address.description)
    fields.write("prefixLength", prefixLength)
    fields.write("gateway", gateway.description)
    fields.write("mac", mac.description)
    try fields.write("v6", encoding: v6)
    fields.write("isInternal", isInternal)
    fields.write("isDefaultRoute", isDefaultRoute)
  }
}

extension PortBinding: RecordPart {
  package init(fields: inout JSONFields) throws {
    self.init(
      hostIP: try fields.string("hostIP"), hostPort: try fields.number("hostPort"),
      containerPort: try fields.number("containerPort"),
      protocol: try PortProtocol(member: fields.string("protocol")))
  }

  package func write(to fields: inout JSONFieldsText) throws {
    fields.write("hostIP", hostIP)
    fields.write("hostPort", hostPort)
    fields.write("containerPort", containerPort)
    fields.write("protocol", `protocol`.rawValue)
  }
}
