import struct Crypto.SHA256
import SQLite
import Support

extension ImageStore {
  /// Makes an image of `layers`, which are in the content store, base layer first. The layer list
  /// of `config` is set from them. Names in `references` lead to it from now on; without any it is
  /// dangling. The caller holds the store's lock.
  ///
  /// Making the same image again is fine and changes nothing but the names.
  @discardableResult
  package func create(
    config: ImageConfig, layers: [Layer], references: [Reference] = []
  ) throws -> Image {
    var config = config
    config.rootFilesystem.diffIDs = layers.map(\.diffID)
    let text = Array(config.text().utf8)
    let id = Digest(bytes: SHA256.hash(data: text))
    let manifest = Manifest(
      config: Descriptor(mediaType: MediaType.ociConfig, digest: id, size: Int64(text.count)),
      layers: try layers.map { try content.blobDescriptor(of: $0.diffID) })
    let manifestText = Array(manifest.text().utf8)
    let manifestDigest = Digest(bytes: SHA256.hash(data: manifestText))
    try content.addBlobs([text, manifestText], .later)
    for layer in layers where try content.layer(layer.diffID) == nil {
      throw ContentStore.damaged("layer \(layer.diffID)")
    }
    try record(id: id, configText: text, manifest: manifestDigest, layers: layers, references)
    return try resolve(id.description)
  }

  /// Commits the row of an image whose blobs and layers are all in place, with its names.
  func record(
    id: Digest, configText: [UInt8], manifest: Digest, layers: [Layer], _ references: [Reference]
  ) throws {
    let config = try ImageJSON.configuration(
      from: String(decoding: configText, as: UTF8.self), what: "image \(id)")
    // One of them may be of a build that runs.
    try content.addBlobs([], .later)
    if layers.isEmpty { try content.makeEmptyLayer() }
    let sizes = layers.map { String($0.size) }.text(separatedBy: " ")
    try database.transaction {
      try database.execute(
        "INSERT OR IGNORE INTO images VALUES (?, ?, ?, ?, ?, ?)", .text(id.hex),
        .text(String(decoding: configText, as: UTF8.self)), .text(manifest.hex),
        .integer(config.created.flatMap(RFC3339.nanoseconds) ?? 0),
        .integer(layers.reduce(0) { $0 + $1.size }), .text(sizes))
      try database.execute(
        "INSERT OR IGNORE INTO scope_images VALUES (?, ?)", .text(scope), .text(id.hex))
      for reference in references { try setName(reference, id) }
    }
  }
}

extension ImageConfig {
  /// The id of the image that it and `layers` make.
  package func id(with layers: [Layer]) -> Digest {
    var config = self
    config.rootFilesystem.diffIDs = layers.map(\.diffID)
    return Digest(bytes: SHA256.hash(data: Array(config.text().utf8)))
  }
}

extension ContentStore {
  /// The archive of the layer `diffID`, as a manifest names it.
  package func blobDescriptor(of diffID: Digest) throws -> Descriptor {
    let rows = try database.query(
      "SELECT blob, blob_size, media_type FROM layers WHERE diff_id = ?", .text(diffID.hex))
    guard let row = rows.first, let digest = row[0].text.flatMap({ Digest(hex: $0) }) else {
      throw ContentStore.damaged("layer \(diffID)")
    }
    return Descriptor(
      mediaType: row[2].text ?? MediaType.ociLayer, digest: digest, size: row[1].integer ?? 0)
  }

  /// The layer `diffID` when it is unpacked here.
  package func layer(_ diffID: Digest) throws -> Layer? {
    let rows = try database.query(
      "SELECT size, pending FROM layers WHERE diff_id = ?", .text(diffID.hex))
    guard let row = rows.first, isValid(pending: row[1]) else { return nil }
    return Layer(diffID: diffID, size: row[0].integer ?? 0, directory: layerDirectory(diffID))
  }
}
