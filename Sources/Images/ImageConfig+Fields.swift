import Documents

// What Codable does in ImageConfig.swift, for what every launch reads and every build writes
// (JSONFields).

extension ImageConfig {
  /// Throws `JSONFields.Mismatch`, or what Codable says of the parts that are left to it.
  init(fields: inout JSONFields) throws {
    created = try fields.string(ifPresent: "created")
    author = try fields.string(ifPresent: "author")
    architecture = try fields.string(ifPresent: "architecture") ?? ""
    os = try fields.string(ifPresent: "os") ?? ""
    variant = try fields.string(ifPresent: "variant")
    comment = try fields.string(ifPresent: "comment")
    config = ContainerConfig()
    if let value = fields.value("config") {
      var members = try JSONFields(value)
      config = try ContainerConfig(fields: &members)
    }
    var root = try fields.object("rootfs")
    let layers = try root.strings("diff_ids").map { text in
      guard let digest = Digest(text) else { throw JSONFields.Mismatch(key: "diff_ids") }
      return digest
    }
    rootFilesystem = RootFilesystem(diffIDs: layers)
    rootFilesystem.type = try root.string("type")
    history = []
    if let value = fields.value("history") {
      guard case .array(let steps) = value else { throw JSONFields.Mismatch(key: "history") }
      history = try steps.map { step in
        var members = try JSONFields(step)
        return try History(fields: &members)
      }
    }
    cacheKeys = try? fields.decoded(ifPresent: "dklab.cache.v1")
  }

  /// The text whose digest is the image's id: keys sorted, no spaces.
  package func text() -> String {
    JSONFieldsText.text { fields in
      fields.write("architecture", architecture)
      fields.write("author", author)
      fields.write("comment", comment)
      fields.write("config") { config.write(to: &$0) }
      fields.write("created", created)
      if let cacheKeys {
        fields.write("dklab.cache.v1", each: cacheKeys) { row, members in
          members.write("created", row.created)
          members.write("key", row.key)
          members.write("layer", row.layer.description)
        }
      }
      fields.write("history", each: history) { $0.write(to: &$1) }
      fields.write("os", os)
      fields.write("rootfs") { members in
        members.write("diff_ids", rootFilesystem.diffIDs.map(\.description))
        members.write("type", rootFilesystem.type)
      }
      fields.write("variant", variant)
    }
  }
}

extension ImageConfig.History {
  fileprivate init(fields: inout JSONFields) throws {
    created = try fields.string(ifPresent: "created")
    createdBy = try fields.string(ifPresent: "created_by")
    author = try fields.string(ifPresent: "author")
    comment = try fields.string(ifPresent: "comment")
    emptyLayer = try fields.bool(ifPresent: "empty_layer")
  }

  fileprivate func write(to fields: inout JSONFieldsText) {
    fields.write("author", author)
    fields.write("comment", comment)
    fields.write("created", created)
    fields.write("created_by", createdBy)
    fields.write("empty_layer", emptyLayer)
  }
}
