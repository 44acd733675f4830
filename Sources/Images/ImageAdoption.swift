import Documents
import Linux
import Support

/// An image whose blobs somebody has brought into the content store, with what is known of it.
package struct ArrivingImage: Sendable {
  package let manifest: Manifest
  package let manifestDigest: Digest
  package let config: ImageConfig
  /// What messages call it.
  package let name: String
  fileprivate let configText: [UInt8]

  /// Checks manifest and configuration against each other.
  ///
  /// Errors: `manifest.not-an-image`, `manifest.foreign-layer`, `manifest.layers`,
  /// `image.invalid-json`, `image.no-platform`.
  package init(
    manifest: Manifest, digest: Digest, config text: [UInt8], platform: Platform, name: String
  ) throws {
    try manifest.checkIsImage(name)
    config = try ImageJSON.decode(
      ImageConfig.self, from: text, what: "\(name): configuration \(manifest.config.digest.short)")
    let diffIDs = config.rootFilesystem.diffIDs
    guard diffIDs.count == manifest.layers.count else {
      throw DklabError(
        .invalid, id: "manifest.layers",
        Text(
          "\(name): the configuration lists \(diffIDs.count) layers where the manifest has "
            + "\(manifest.layers.count)",
          ko: "\(name): 설정에는 레이어가 \(diffIDs.count)개, 매니페스트에는 \(manifest.layers.count)개입니다"))
    }
    guard config.os.isEmpty || config.os == platform.os,
      config.architecture.isEmpty || config.architecture == platform.architecture
    else { throw ArrivingImage.noPlatform(name, platform, there: config.platform.description) }
    self.manifest = manifest
    self.name = name
    manifestDigest = digest
    configText = text
  }

  /// The error for an image that is only for other machines.
  package static func noPlatform(_ name: String, _ platform: Platform, there: String) -> DklabError
  {
    DklabError(
      .notFound, id: "image.no-platform",
      Text(
        "no matching manifest for \(platform) in the manifest list entries of \(name)"
          + (there.isEmpty ? "" : ": there is \(there)"),
        ko: "\(name): \(platform)용 이미지가 없습니다" + (there.isEmpty ? "" : "(있는 것: \(there))")))
  }
}

extension ContentStore {
  /// Whether layer `index` of `image` needs no transfer: it is unpacked, and its archive is here,
  /// so that the image can go on to another place as it came.
  package func has(_ index: Int, of image: ArrivingImage) throws -> Bool {
    try layer(image.config.rootFilesystem.diffIDs[index]) != nil
      && hasBlob(image.manifest.layers[index].digest)
  }

  /// Unpacks layer `index` of `image`, whose archive has arrived; at once when that was done before.
  /// The caller holds the store's lock.
  package func adopt(_ index: Int, of image: ArrivingImage) throws -> Layer {
    let blob = image.manifest.layers[index]
    return try addLayer(
      blob: blob, expecting: image.config.rootFilesystem.diffIDs[index],
      name: "\(image.name): layer \(blob.digest.short)")
  }
}

extension ImageStore {
  /// Records `image`, whose `layers` have all been adopted, under `references`. The caller holds the
  /// store's lock.
  package func adopt(_ image: ArrivingImage, layers: [Layer], references: [Reference]) throws {
    let id = try content.addBlob(image.configText)
    try record(
      id: id, configText: image.configText, manifest: image.manifestDigest, layers: layers,
      references)
  }

  /// Gives `image` the further name that a registry knows it by.
  package func name(_ image: Image, pinned: Reference) throws {
    try database.transaction { try setName(pinned, image.id) }
  }
}
