import Documents

// The names of the members are those of the properties, as Codable has them.

extension MountPoint: RecordPart {
  package init(fields: inout JSONFields) throws {
    guard let kind = MountWish.Kind(rawValue: try fields.string("kind")) else {
      throw JSONFields.Mismatch(key: "kind")
    }
    let name = try fields.string(ifPresent: "name")
    self.init(
      kind: kind, name: name, source: try fields.string("source"),
      destination: try fields.string("destination"), readWrite: try fields.bool("readWrite"),
      propagation: try fields.string("propagation"), options: try fields.strings("options"))
    subpath = try fields.string(ifPresent: "subpath")
    device = try fields.decoded(ifPresent: "device")
    labels = try fields.pairs(ifPresent: "labels")
    volumeOptions = try fields.pairs(ifPresent: "volumeOptions")
    recursion = try fields.string(ifPresent: "recursion")
    isAnonymous = try fields.bool("isAnonymous")
  }

  package func write(to fields: inout JSONFieldsText) throws {
    fields.write("kind", kind.rawValue)
    fields.write("name", name)
    fields.write("source", source)
    fields.write("destination", destination)
    fields.write("readWrite", readWrite)
    fields.write("propagation", propagation)
    fields.write("options", options)
    fields.write("subpath", subpath)
    try fields.write("device", encoding: device)
    fields.write("labels", labels)
    fields.write("volumeOptions", volumeOptions)
    fields.write("recursion", recursion)
    fields.write("isAnonymous", isAnonymous)
  }
}
