// Two ways to put images into a tar archive:
//
//   docker   manifest.json lists images: the file of the configuration, those of the layers, names
//   OCI      index.json lists manifests (or further indexes, one manifest for each platform), and
//            every content is blobs/sha256/DIGEST
//
// `docker save` of today writes both into one archive. What is loaded is checked as a whole: each
// configuration and blob against its digest, each layer against the diff id in the configuration.

import Support

/// What `load` brought in: the line docker prints for it.
package enum LoadedImage: Sendable, Hashable {
  case named(Reference, Digest)
  case unnamed(Digest)

  /// The image's id.
  package var id: Digest {
    switch self {
    case .named(_, let id), .unnamed(let id): id
    }
  }
}

extension LoadedImage: CustomStringConvertible {
  package var description: String {
    switch self {
    case .named(let reference, _): "Loaded image: \(reference.familiar)"
    case .unnamed(let id): "Loaded image ID: \(id)"
    }
  }
}

/// One image of manifest.json.
struct DockerArchiveImage: Codable {
  var config: String
  var repoTags: [String]?
  var layers: [String]

  enum CodingKeys: String, CodingKey {
    case config = "Config"
    case repoTags = "RepoTags"
    case layers = "Layers"
  }
}

extension ImageStore {
  /// Reads the images in `archive`, an open file or pipe with a tar of a docker archive or an OCI
  /// layout, compressed or not. `name` is what messages call it.
  ///
  /// Errors name archive and member: `archive.broken`, `archive.truncated`, `image.wrong-digest`,
  /// `image.invalid-json`, `image.no-platform`.
  package func load(
    _ archive: Int32, name: String, progress: (ImageProgress) -> Void = { _ in }
  ) throws -> [LoadedImage] {
    let loaded = try content.withLock { try read(archive, name, progress) }
    for image in loaded {
      let name = if case .named(let reference, _) = image { reference.familiar } else { "" }
      try onChange(ImageChange(action: .load, id: image.id, name: name))
    }
    return loaded
  }

  private func read(
    _ archive: Int32, _ name: String, _ progress: (ImageProgress) -> Void
  ) throws -> [LoadedImage] {
    let contents = try ArchiveContents(archive, name: name, into: content, progress: progress)
    if contents.contains("manifest.json") { return try loadDocker(contents, progress) }
    if contents.contains("index.json") {
      let index = try contents.document(Index.self, "index.json", namedBy: name)
      return try load(index, "index.json", contents, progress)
    }
    throw DklabError(
      .invalid, id: "archive.not-images",
      Text(
        "\(name): neither manifest.json nor index.json is in this archive",
        ko: "\(name): 이 아카이브에는 manifest.json도 index.json도 없습니다"),
      hint: Text(
        "`dklab import` makes an image of an archive of files",
        ko: "파일을 모은 아카이브라면 `dklab import`로 이미지를 만드세요"))
  }

  private func loadDocker(_ contents: ArchiveContents, _ progress: (ImageProgress) -> Void) throws
    -> [LoadedImage]
  {
    let list = "manifest.json"
    let images = try contents.document([DockerArchiveImage].self, list, namedBy: contents.name)
    return try images.flatMap { item in
      let references = try (item.repoTags ?? []).map { try Reference($0) }
      let id = try contents.blob(item.config, namedBy: list).digest
      // Old archives name the configuration DIGEST.json.
      let promised = item.config.split(separator: "/").last.flatMap { Digest(hex: $0.prefix(64)) }
      if let promised, promised != id {
        throw contents.problem(
          item.config, "content does not match its digest: found \(id)",
          "내용이 다이제스트와 다릅니다: 실제 값 \(id)")
      }
      let blobs = try item.layers.map { try contents.blob($0, namedBy: list) }
      let text = try contents.bytes(item.config, namedBy: list)
      let manifest = Manifest(
        config: Descriptor(mediaType: MediaType.ociConfig, digest: id, size: Int64(text.count)),
        layers: blobs)
      return try add(
        manifest, try content.addBlob(Array(manifest.text().utf8)), text, references,
        paths: item.layers, contents, progress)
    }
  }

  private func load(
    _ index: Index, _ document: String, _ contents: ArchiveContents,
    _ progress: (ImageProgress) -> Void
  ) throws -> [LoadedImage] {
    try index.manifests.filter { !$0.isAttestation }.flatMap { item in
      let (descriptor, document) = try manifestForHere(item, document, contents, depth: 0)
      let path = descriptor.path
      let manifest = try contents.document(Manifest.self, path, namedBy: document)
      let references = [item.imageName ?? descriptor.imageName].compactMap { $0 }
      try manifest.checkIsImage("\(contents.name): \(path)")
      for item in [manifest.config] + manifest.layers {
        let found = try contents.blob(item.path, namedBy: path).size
        guard found == item.size else {
          throw contents.problem(
            item.path, "has \(found) bytes where \(path) says \(item.size)",
            "\(path)에는 \(item.size)바이트라고 적혀 있지만 \(found)바이트입니다")
        }
      }
      return try add(
        manifest, descriptor.digest, contents.bytes(manifest.config.path, namedBy: path),
        references, paths: manifest.layers.map(\.path), contents, progress)
    }
  }

  /// Follows indexes down to the manifest for this machine.
  private func manifestForHere(
    _ item: Descriptor, _ document: String, _ contents: ArchiveContents, depth: Int
  ) throws -> (Descriptor, document: String) {
    guard MediaType.isIndex(item.mediaType) else { return (item, document) }
    guard depth < 4 else {
      throw contents.problem(item.path, "indexes nested too deeply", "인덱스가 너무 깊이 중첩되어 있습니다")
    }
    let index = try contents.document(Index.self, item.path, namedBy: document)
    let choices = index.manifests.filter { !$0.isAttestation }
    let suitable = choices.first { $0.platform.map(\.runsHere) ?? true }
    guard let suitable else {
      let there = choices.compactMap { $0.platform?.description }.joined(separator: ", ")
      throw DklabError(
        .invalid, id: "image.no-platform",
        Text(
          "\(contents.name): no image for \(Platform.current), only for \(there)",
          ko: "\(contents.name): \(Platform.current)용 이미지가 없습니다(있는 것: \(there))"))
    }
    return try manifestForHere(suitable, item.path, contents, depth: depth + 1)
  }

  /// Unpacks the layers of one image and records it.
  private func add(
    _ manifest: Manifest, _ manifestDigest: Digest, _ configText: [UInt8],
    _ references: [Reference], paths: [String], _ contents: ArchiveContents,
    _ progress: (ImageProgress) -> Void
  ) throws -> [LoadedImage] {
    let id = manifest.config.digest
    let config = try ImageJSON.decode(
      ImageConfig.self, from: configText, what: "\(contents.name): \(manifest.config.path)")
    let diffIDs = config.rootFilesystem.diffIDs
    guard diffIDs.count == manifest.layers.count else {
      throw contents.problem(
        manifest.config.path,
        "lists \(diffIDs.count) layers where the manifest has \(manifest.layers.count)",
        "레이어가 \(diffIDs.count)개로 적혀 있지만 매니페스트에는 \(manifest.layers.count)개입니다")
    }
    var layers: [Layer] = []
    for (index, blob) in manifest.layers.enumerated() {
      let short = diffIDs[index].short
      progress(ImageProgress(id: short, "Loading layer", done: 0, total: blob.size))
      layers.append(
        try content.addLayer(
          blob: blob, expecting: diffIDs[index], name: "\(contents.name): \(paths[index])"))
      progress(ImageProgress(id: short, "Loading layer", done: blob.size, total: blob.size))
    }
    try record(id: id, configText: configText, manifest: manifestDigest, layers: layers, references)
    return references.isEmpty ? [.unnamed(id)] : references.map { .named($0, id) }
  }
}

extension Descriptor {
  /// Where an OCI layout keeps it.
  var path: String { "blobs/sha256/\(digest.hex)" }

  /// Whether this is BuildKit's record of how an image was built, and no image.
  package var isAttestation: Bool {
    annotations?["vnd.docker.reference.type"] == "attestation-manifest"
      || platform?.architecture == "unknown"
  }

  /// The image's name: containerd's annotation has it in full, OCI's often is only a tag, which
  /// names nothing.
  fileprivate var imageName: Reference? {
    if let full = annotations?["io.containerd.image.name"] { return try? Reference(full) }
    guard let name = annotations?["org.opencontainers.image.ref.name"],
      name.contains(":") || name.contains("/")
    else { return nil }
    return try? Reference(name)
  }
}
