import Glibc
import Linux
import Support

/// How `save` writes images.
package enum ImageArchiveFormat: String, Sendable, CaseIterable {
  /// Both docker's manifest.json and an OCI layout, as `docker save` does.
  case docker
  /// An OCI layout alone.
  case oci
}

extension ImageStore {
  /// Writes the images `names` into `archive`, an open file or pipe. A name without a tag means
  /// all tags of that repository; an image given by id goes without a name.
  ///
  /// The same images give the same archive.
  package func save(
    _ names: [String], to archive: Int32, format: ImageArchiveFormat = .docker
  ) throws {
    try content.withLock {
      let wanted = try merged(names.flatMap(selection))
      let writer = TarWriter(FileSink(archive))
      try writeBlobs(wanted.map(\.image), to: writer)
      try add("index.json", ImageJSON.encode(index(wanted)), to: writer)
      if format == .docker {
        try add("manifest.json", ImageJSON.encode(dockerManifest(wanted)), to: writer)
      }
      try add("oci-layout", Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8), to: writer)
      try writer.finish()
    }
  }

  private typealias Selected = (image: Image, tags: [Reference])

  private func selection(_ name: String) throws -> [Selected] {
    let image = try find(name)
    if let image, image.id.isPrefixed(by: name) { return [(image, [])] }
    let reference = try Reference(name)
    let wasTyped = name.hasSuffix(reference.suffix)
    guard reference.digest == nil, !wasTyped else {
      return [(try resolve(name), reference.digest == nil ? [reference] : [])]
    }
    let all = try list().compactMap { image -> Selected? in
      let tags = image.tags.filter { $0.repository == reference.repository }
      return tags.isEmpty ? nil : (image, tags)
    }
    guard !all.isEmpty else { throw ImageStore.notFound(name) }
    return all
  }

  /// One row for each image, with all its tags.
  private func merged(_ selected: [Selected]) -> [Selected] {
    var result: [Selected] = []
    for (image, tags) in selected {
      guard let index = result.firstIndex(where: { $0.image.id == image.id }) else {
        result.append((image, tags))
        continue
      }
      result[index].tags += tags.filter { !result[index].tags.contains($0) }
    }
    return result
  }

  private func manifest(of image: Image) throws -> (Manifest, size: Int) {
    let bytes = try content.readBlob(image.manifest)
    return (
      try ImageJSON.decode(Manifest.self, from: bytes, what: "manifest \(image.manifest)"),
      bytes.count
    )
  }

  private func writeBlobs(_ images: [Image], to writer: TarWriter) throws {
    try writer.add(Self.member("blobs", .directory, 0o755))
    try writer.add(Self.member("blobs/sha256", .directory, 0o755))
    var digests: Set<Digest> = []
    for image in images {
      let (manifest, _) = try manifest(of: image)
      digests.formUnion([image.manifest, image.id])
      digests.formUnion(manifest.layers.map(\.digest))
    }
    for digest in digests.sorted() {
      let path = content.blobPath(digest)
      let file = try FileDescriptor.open(path, O_RDONLY)
      var info = stat()
      try check(fstat(file.number, &info), "fstat", path)
      var entry = Self.member("blobs/sha256/\(digest.hex)", .file, 0o644)
      entry.size = Int64(info.st_size)
      try writer.add(entry, contentsOf: FileSource(file.number, name: path))
    }
  }

  private func index(_ wanted: [Selected]) throws -> Index {
    var index = Index(manifests: [])
    for (image, tags) in wanted {
      let (manifest, size) = try manifest(of: image)
      let descriptor = Descriptor(
        mediaType: manifest.mediaType ?? MediaType.ociManifest, digest: image.manifest,
        size: Int64(size), platform: image.config.platform)
      guard !tags.isEmpty else {
        index.manifests.append(descriptor)
        continue
      }
      for tag in tags.sorted() {
        var named = descriptor
        named.annotations = [
          "io.containerd.image.name": tag.description,
          "org.opencontainers.image.ref.name": tag.tag ?? Reference.defaultTag,
        ]
        index.manifests.append(named)
      }
    }
    return index
  }

  private func dockerManifest(_ wanted: [Selected]) throws -> [DockerArchiveImage] {
    try wanted.map { image, tags in
      DockerArchiveImage(
        config: "blobs/sha256/\(image.id.hex)",
        repoTags: tags.isEmpty ? nil : tags.sorted().map(\.familiar),
        layers: try manifest(of: image).0.layers.map(\.path))
    }
  }

  private func add(_ name: String, _ bytes: [UInt8], to writer: TarWriter) throws {
    try writer.add(Self.member(name, .file, 0o644), content: bytes)
  }

  private static func member(_ name: String, _ kind: TarEntry.Kind, _ mode: UInt32) -> TarEntry {
    TarEntry(name, kind, mode: mode)
  }
}
