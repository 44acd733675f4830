/// The configuration of an image: what to run and which layers to run it on (image-spec, config.md,
/// with the fields Docker adds). The SHA-256 of its JSON text is the id of the image.
package struct ImageConfig: Sendable, Hashable, Codable {
  /// When the image was made, in RFC 3339.
  package var created: String?
  package var author: String?
  package var architecture: String
  package var os: String
  package var variant: String?
  /// Docker's note on an import or commit.
  package var comment: String?
  /// How to run a container of the image.
  package var config: ContainerConfig
  package var rootFilesystem: RootFilesystem
  package var history: [History]
  /// What some layers were made from, when whoever built the image asked for it.
  package var cacheKeys: [CacheKey]?

  /// The cache key of one layer: `--cache-from` of a later build, here or elsewhere, goes by it.
  package struct CacheKey: Sendable, Hashable, Codable {
    package var key: String
    package var layer: Digest
    /// Nanoseconds since 1970.
    package var created: Int64

    package init(key: String, layer: Digest, created: Int64) {
      self.key = key
      self.layer = layer
      self.created = created
    }
  }

  /// The layers by the digest of their uncompressed tar, base layer first.
  package struct RootFilesystem: Sendable, Hashable, Codable {
    package var type = "layers"
    package var diffIDs: [Digest]

    package init(diffIDs: [Digest]) {
      self.diffIDs = diffIDs
    }

    enum CodingKeys: String, CodingKey {
      case type
      case diffIDs = "diff_ids"
    }
  }

  /// One step of the image's making, oldest first. Steps with `emptyLayer` have no layer.
  package struct History: Sendable, Hashable, Codable {
    package var created: String?
    package var createdBy: String?
    package var author: String?
    package var comment: String?
    package var emptyLayer: Bool?

    package init(
      created: String? = nil, createdBy: String? = nil, comment: String? = nil,
      emptyLayer: Bool? = nil
    ) {
      self.created = created
      self.createdBy = createdBy
      self.comment = comment
      self.emptyLayer = emptyLayer
    }

    enum CodingKeys: String, CodingKey {
      case created, author, comment
      case createdBy = "created_by"
      case emptyLayer = "empty_layer"
    }
  }

  package init(
    created: String? = nil, platform: Platform = .current,
    config: ContainerConfig = ContainerConfig(), diffIDs: [Digest] = [], history: [History] = []
  ) {
    self.created = created
    self.config = config
    self.history = history
    architecture = platform.architecture
    os = platform.os
    variant = platform.variant
    rootFilesystem = RootFilesystem(diffIDs: diffIDs)
  }

  /// The machine the image is for.
  package var platform: Platform {
    Platform(architecture: architecture, os: os, variant: variant)
  }

  enum CodingKeys: String, CodingKey {
    case created, author, architecture, os, variant, comment, config, history
    case rootFilesystem = "rootfs"
    case cacheKeys = "dklab.cache.v1"
  }

  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    created = try values.decodeIfPresent(String.self, forKey: .created)
    author = try values.decodeIfPresent(String.self, forKey: .author)
    architecture = try values.decodeIfPresent(String.self, forKey: .architecture) ?? ""
    os = try values.decodeIfPresent(String.self, forKey: .os) ?? ""
    variant = try values.decodeIfPresent(String.self, forKey: .variant)
    comment = try values.decodeIfPresent(String.self, forKey: .comment)
    config =
      try values.decodeIfPresent(ContainerConfig.self, forKey: .config) ?? ContainerConfig()
    rootFilesystem = try values.decode(RootFilesystem.self, forKey: .rootFilesystem)
    history = try values.decodeIfPresent([History].self, forKey: .history) ?? []
    cacheKeys = try? values.decodeIfPresent([CacheKey].self, forKey: .cacheKeys)
  }
}
