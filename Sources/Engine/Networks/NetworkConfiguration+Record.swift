import Documents
import Linux
import Networks

// The names of the members are those of the properties, as Codable has them.

extension NetworkConfiguration: RecordPart {
  package init(fields: inout JSONFields) throws {
    self.init()
    driver = try fields.string("driver")
    isInternal = try fields.bool("isInternal")
    isAttachable = try fields.bool("isAttachable")
    hasIPv6 = try fields.bool("hasIPv6")
    pools = try fields.parts("pools")
    options = try fields.pairs("options")
    labels = try fields.pairs("labels")
    hasChosenSubnet = try fields.bool("hasChosenSubnet")
  }

  package func write(to fields: inout JSONFieldsText) throws {
    fields.write("driver", driver)
    fields.write("isInternal", isInternal)
    fields.write("isAttachable", isAttachable)
    fields.write("hasIPv6", hasIPv6)
    try fields.write("pools", parts: pools)
    fields.write("options", options)
    fields.write("labels", labels)
    fields.write("hasChosenSubnet", hasChosenSubnet)
  }
}

extension NetworkConfiguration.Pool: RecordPart {
  package init(fields: inout JSONFields) throws {
    self.init()
    if let text = try fields.string(ifPresent: "subnet") {
      guard let subnet = IPv4Subnet(text) else { throw JSONFields.Mismatch(key: "subnet") }
      self.subnet = subnet
    }
    subnet6 = try fields.decoded(ifPresent: "subnet6")
    range = try fields.string(ifPresent: "range")
    gateway = try fields.string(ifPresent: "gateway")
    auxiliary = try fields.pairs("auxiliary")
  }

  package func write(to fields: inout JSONFieldsText) throws {
    fields.write("subnet", subnet?.description)
    try fields.write("subnet6", encoding: subnet6)
    fields.write("range", range)
    fields.write("gateway", gateway)
    fields.write("auxiliary", auxiliary)
  }
}
