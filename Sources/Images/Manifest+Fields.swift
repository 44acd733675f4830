import Documents

// What Codable does in Manifest.swift, for what every build writes (JSONFieldsText).

extension Manifest {
  /// The text whose digest is the manifest's: keys sorted, no spaces.
  package func text() -> String {
    JSONFieldsText.text { fields in
      fields.write("annotations", annotations)
      fields.write("config") { config.write(to: &$0) }
      fields.write("layers", each: layers) { $0.write(to: &$1) }
      fields.write("mediaType", mediaType)
      fields.write("schemaVersion", schemaVersion)
    }
  }
}

extension Descriptor {
  fileprivate func write(to fields: inout JSONFieldsText) {
    fields.write("annotations", annotations)
    fields.write("digest", digest.description)
    fields.write("mediaType", mediaType)
    if let platform { fields.write("platform") { platform.write(to: &$0) } }
    fields.write("size", size)
  }
}

extension Platform {
  fileprivate func write(to fields: inout JSONFieldsText) {
    fields.write("architecture", architecture)
    fields.write("os", os)
    fields.write("variant", variant)
  }
}
