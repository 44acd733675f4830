// What a registry or an archive says an image is made of, before anything of it is believed.
//
// Manifest and index come in OCI's and in Docker's spelling; the media type decides, and where a
// document names its own it must agree. What is refused here, each with its reason:
//
//   schema 1               the form before 2016, signed by itself; nobody makes it any more
//   foreign layers         their content lies at a URL that the manifest names (Windows)
//   artifacts              a Helm chart or a signature is no image to run
//   absurd sizes           negative, or more than any layer has
//
// image-spec: manifest.md, image-index.md, descriptor.md. Next: ImageAdoption.swift.

import struct Crypto.SHA256
import Documents
import Support

/// A document that a tag or a digest leads to.
package enum ManifestDocument: Sendable, Hashable {
  case image(Manifest)
  case index(Index)

  /// How large one may be: what distribution and Docker Hub accept.
  package static let sizeLimit = 4 << 20

  /// What to ask a registry for.
  package static let accepted = [
    MediaType.ociIndex, MediaType.dockerList, MediaType.ociManifest, MediaType.dockerManifest,
  ]

  /// The text of `manifest`, the same for equal ones, and what it is called.
  package static func encode(_ manifest: Manifest) -> (bytes: [UInt8], digest: Digest) {
    let bytes = Array(manifest.text().utf8)
    return (bytes, Digest(bytes: SHA256.hash(data: bytes)))
  }

  /// Reads `bytes`, which somebody calls `mediaType`; `what` is for errors.
  ///
  /// Errors: `image.invalid-json`, `manifest.too-large`, `manifest.media-type`,
  /// `manifest.schema1`, `manifest.version`, `manifest.size`.
  package init(parsing bytes: [UInt8], mediaType: String?, what: String) throws {
    guard bytes.count <= Self.sizeLimit else {
      throw Self.invalid(
        "too-large", "\(what): larger than \(Self.sizeLimit) bytes",
        "\(what): \(Self.sizeLimit)바이트보다 큽니다")
    }
    let json: JSONValue = try ImageJSON.decode(JSONValue.self, from: bytes, what: what)
    let own = json["mediaType"]?.string
    if json["schemaVersion"]?.int == 1 {
      throw DklabError(
        .unsupported, id: "manifest.schema1",
        Text(
          "\(what): a manifest of schema 1, which registries have given up",
          ko: "\(what): 이제 쓰이지 않는 스키마 1 매니페스트입니다"),
        hint: Text(
          "push the image again with a client of today", ko: "요즘 클라이언트로 이미지를 다시 올려야 합니다"))
    }
    guard json["schemaVersion"]?.int == 2 else {
      throw Self.invalid(
        "version", "\(what): schemaVersion must be 2", "\(what): schemaVersion은 2여야 합니다")
    }
    // Some servers send text/plain or application/json: then the document's own word counts.
    let told = mediaType.flatMap { Self.accepted.contains($0) ? $0 : nil }
    if let told, let own, told != own {
      throw Self.invalid(
        "media-type", "\(what): calls itself \(own), and was sent as \(told)",
        "\(what): 문서는 \(own)(이)라고 하지만 \(told)(으)로 전송되었습니다")
    }
    let type = told ?? own ?? Self.guess(json)
    guard let type, MediaType.isIndex(type) || MediaType.isManifest(type) else {
      throw Self.invalid(
        "media-type", "\(what): neither a manifest nor an index, but \(type ?? "of no type")",
        "\(what): 매니페스트도 인덱스도 아닙니다(\(type ?? "종류 없음"))")
    }
    if MediaType.isIndex(type) {
      // One document that is both could mean one thing to us and another to a scanner.
      try Self.refuse(json, ["config", "layers"], of: "an index", "인덱스", what)
      let index = try ImageJSON.decode(Index.self, from: bytes, what: what)
      for item in index.manifests { try Self.check(item, what) }
      self = .index(index)
    } else {
      try Self.refuse(json, ["manifests"], of: "a manifest", "매니페스트", what)
      let manifest = try ImageJSON.decode(Manifest.self, from: bytes, what: what)
      for item in [manifest.config] + manifest.layers { try Self.check(item, what) }
      self = .image(manifest)
    }
  }

  /// Everything it points to.
  package var descriptors: [Descriptor] {
    switch self {
    case .image(let manifest): [manifest.config] + manifest.layers
    case .index(let index): index.manifests
    }
  }

  private static func guess(_ json: JSONValue) -> String? {
    if json["manifests"] != nil { return MediaType.ociIndex }
    return json["config"] != nil && json["layers"] != nil ? MediaType.ociManifest : nil
  }

  private static func refuse(
    _ json: JSONValue, _ keys: [String], of english: String, _ korean: String, _ what: String
  ) throws {
    for key in keys where json[key] != nil {
      throw invalid(
        "media-type", "\(what): \(english) cannot have the field `\(key)`",
        "\(what): \(korean)에는 `\(key)` 필드가 있을 수 없습니다")
    }
  }

  private static func check(_ item: Descriptor, _ what: String) throws {
    guard (0...(1 << 44)).contains(item.size) else {
      throw invalid(
        "size", "\(what): \(item.digest): a size of \(item.size) bytes cannot be",
        "\(what): \(item.digest): 크기가 \(item.size)바이트일 수 없습니다")
    }
  }

  private static func invalid(_ id: String, _ english: String, _ korean: String) -> DklabError {
    DklabError(.invalid, id: "manifest.\(id)", Text(english, ko: korean))
  }
}

extension Index {
  /// The entry for `platform`: the same variant first, then one without, then any of the
  /// architecture. Nil when there is none. Build records are no images and never chosen.
  package func choice(for platform: Platform) -> Descriptor? {
    let choices = manifests.filter { item in
      !item.isAttestation
        && (MediaType.isManifest(item.mediaType) || MediaType.isIndex(item.mediaType))
    }
    let suitable = choices.filter { item in
      guard let there = item.platform else { return true }
      return there.os == platform.os && there.architecture == platform.architecture
    }
    return suitable.first { $0.platform?.variant == platform.variant }
      ?? suitable.first { $0.platform?.variant == nil } ?? suitable.first
  }

  /// The platforms there are, as text.
  package var platforms: String {
    manifests.filter { !$0.isAttestation }.compactMap { $0.platform?.description }
      .joined(separator: ", ")
  }
}

extension Manifest {
  /// That it is the manifest of an image whose layers can be had here.
  ///
  /// Errors: `manifest.not-an-image`, `manifest.foreign-layer`.
  package func checkIsImage(_ what: String) throws {
    guard [MediaType.ociConfig, MediaType.dockerConfig].contains(config.mediaType) else {
      throw DklabError(
        .unsupported, id: "manifest.not-an-image",
        Text(
          "\(what): not an image to run: its configuration is \(config.mediaType)",
          ko: "\(what): 실행할 수 있는 이미지가 아닙니다(설정의 종류: \(config.mediaType))"))
    }
    for layer in layers where !MediaType.isLayer(layer.mediaType) {
      let isForeign = MediaType.isForeignLayer(layer.mediaType)
      throw DklabError(
        .unsupported, id: isForeign ? "manifest.foreign-layer" : "manifest.layer-type",
        isForeign
          ? Text(
            "\(what): layer \(layer.digest.short) is not in the registry: \(layer.mediaType)",
            ko: "\(what): 레이어 \(layer.digest.short)은(는) 레지스트리에 없습니다: \(layer.mediaType)")
          : Text(
            "\(what): layer \(layer.digest.short): unknown kind \(layer.mediaType)",
            ko: "\(what): 레이어 \(layer.digest.short): 알 수 없는 종류 \(layer.mediaType)"))
    }
  }
}
