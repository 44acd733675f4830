/// What a manifest points to: a content's type, name and size (image-spec, descriptor.md).
package struct Descriptor: Sendable, Hashable, Codable {
  package var mediaType: String
  package var digest: Digest
  package var size: Int64
  package var platform: Platform?
  package var annotations: [String: String]?

  package init(
    mediaType: String, digest: Digest, size: Int64, platform: Platform? = nil,
    annotations: [String: String]? = nil
  ) {
    self.mediaType = mediaType
    self.digest = digest
    self.size = size
    self.platform = platform
    self.annotations = annotations
  }
}

/// The machine an image runs on.
package struct Platform: Sendable, Hashable, Codable {
  package var architecture: String
  package var os: String
  package var variant: String?

  package init(architecture: String, os: String, variant: String? = nil) {
    self.architecture = architecture
    self.os = os
    self.variant = variant
  }

  /// The machine this binary was built for, in Go's words as images use them.
  package static let current = Platform(architecture: hostArchitecture, os: "linux")

  /// Whether a program for `self` runs here.
  package var runsHere: Bool {
    os == "linux" && architecture == Platform.current.architecture
  }

  private static var hostArchitecture: String {
    #if arch(arm64)
      "arm64"
    #elseif arch(x86_64)
      "amd64"
    #else
      "unknown"
    #endif
  }
}

extension Platform: CustomStringConvertible {
  package var description: String {
    "\(os)/\(architecture)" + (variant.map { "/\($0)" } ?? "")
  }
}

/// One image: its configuration and its layers, base layer first (image-spec, manifest.md; Docker's
/// schema 2 has the same shape).
package struct Manifest: Sendable, Hashable, Codable {
  package var schemaVersion = 2
  package var mediaType: String? = MediaType.ociManifest
  package var config: Descriptor
  package var layers: [Descriptor]
  package var annotations: [String: String]?

  package init(config: Descriptor, layers: [Descriptor]) {
    self.config = config
    self.layers = layers
  }
}

/// A list of manifests or of further lists (image-spec, image-index.md; Docker's manifest list).
package struct Index: Sendable, Hashable, Codable {
  package var schemaVersion = 2
  package var mediaType: String? = MediaType.ociIndex
  package var manifests: [Descriptor]

  package init(manifests: [Descriptor]) {
    self.manifests = manifests
  }
}
