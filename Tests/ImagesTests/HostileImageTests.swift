import Glibc
import Linux
import Support
import Testing

@testable import Images

/// Members without an end, made while they are read.
private final class EndlessArchive: ByteSource {
  private let entry: (Int) -> TarEntry
  private var number = 0
  private var rest: ArraySlice<UInt8> = []
  /// How many members were asked for.
  var count: Int { number }

  init(_ entry: @escaping (Int) -> TarEntry) { self.entry = entry }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    if rest.isEmpty {
      let sink = MemorySink()
      try TarWriter(sink).add(entry(number), content: [])
      rest = sink.bytes[...]
      number += 1
    }
    let count = min(buffer.count, rest.count)
    rest.prefix(count).withUnsafeBytes { buffer.copyMemory(from: $0) }
    rest = rest.dropFirst(count)
    return count
  }
}

@Suite("Images that mean harm")
struct HostileImageTests {
  private let directory: TemporaryDirectory
  private let content: ContentStore
  private let store: ImageStore

  init() throws {
    directory = try TemporaryDirectory()
    content = try directory.content()
    store = ImageStore(content: content, scope: "test")
  }

  private func layer(_ source: any ByteSource, _ limits: UnpackLimits) throws -> UnpackReport {
    let path = directory.path + "/layer"
    try Directory.make(path)
    let reader = TarReader(source, archive: "layer.tar", needsEndMark: false)
    return try LayerUnpacker(into: path, archive: "layer.tar", limits: limits).unpack(reader)
  }

  @Test("an archive of a million members is read no further than the limit")
  func manyMembers() throws {
    let archive = EndlessArchive { .file("f\($0 % 7)") }
    var limits = UnpackLimits()
    limits.entries = 2_000
    let error = #expect(throws: DklabError.self) { try layer(archive, limits) }
    #expect(error?.message.en.contains("more than 2000 entries") == true)
    #expect(archive.count <= 2_001)
  }

  @Test("a million headers that announce something else end as well")
  func manyAnnouncements() throws {
    // Pax records for a member that never comes: each within its limit.
    let reader = TarReader(
      EndlessArchive { number in
        var entry = TarEntry.file("n")
        entry.attributes = [.init(name: "user.\(number)", value: [UInt8](repeating: 1, count: 900))]
        return entry
      }, archive: "layer.tar", needsEndMark: false)
    for _ in 0..<500 { #expect(try reader.next()?.attributes.count == 1) }
  }

  @Test("a small archive that unpacks to much is stopped", arguments: ["gzip", "zstd"])
  func bomb(program: String) throws {
    try #require(ChildProgram.find(program) != nil, "needs \(program)")
    let path = directory.path + "/zeros.tar"
    let file = try FileDescriptor.open(path, O_RDWR | O_CREAT, mode: 0o600)
    var entry = TarEntry.file("zeros")
    entry.size = 32 << 20
    let writer = TarWriter(FileSink(file.number))
    try writer.add(entry, contentsOf: Zeros(32 << 20))
    try writer.finish()
    let packed = try FileDescriptor.open(path + ".z", O_RDWR | O_CREAT, mode: 0o600)
    lseek(file.number, 0, SEEK_SET)
    let child = try ChildProgram([program, "-c"], input: file.number)
    try FileSink(packed.number).write(contentsOf: FileSource(child.output, name: program))
    _ = try child.wait()
    let blob = try BlobWriter(content)
    try blob.write(contentsOf: FileSource(packedAgain(packed.number), name: "bomb"))
    let (digest, size) = try blob.commit()
    #expect(size < 100_000)
    var limits = UnpackLimits()
    limits.bytes = 1 << 20
    let error = #expect(throws: DklabError.self) {
      try content.addLayer(
        blob: Descriptor(mediaType: MediaType.ociLayerGzip, digest: digest, size: size),
        name: "bomb", limits: limits)
    }
    #expect(error?.message.en == "bomb: zeros: unpacks to more than 1048576 bytes")
    #expect(((try? Directory.list(content.root + "/layers")) ?? []).isEmpty)
  }

  private func packedAgain(_ file: Int32) -> Int32 {
    lseek(file, 0, SEEK_SET)
    return file
  }

  private final class Zeros: ByteSource {
    private var left: Int
    init(_ count: Int) { left = count }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
      let count = min(left, buffer.count)
      for place in 0..<count { buffer[place] = 0 }
      left -= count
      return count
    }
  }

  @Test("links in a chain that leads out lead nowhere", .enabled(if: isRoot))
  func chain() throws {
    let secret = directory.path + "/secret"
    try File.replace(secret, "secret")
    let bytes = try archive { writer in
      try writer.add(.link("a", to: "b"))
      try writer.add(.link("b", to: "c"))
      try writer.add(.link("c", to: "/" + String(repeating: "../", count: 20)))
      try writer.add(.file("a/tmp/chained"), content: [1])
      try writer.add(.link("self", to: "self"))
    }
    _ = try layer(MemorySource(bytes), UnpackLimits())
    #expect(File.exists(directory.path + "/layer/tmp/chained"))
    #expect(!File.exists("/tmp/chained"))
    // Taken from the layer's root, where there is no such directory.
    let absolute = try archive { writer in
      try writer.add(.link("d", to: directory.path))
      try writer.add(.file("d/secret"), content: Array("overwritten".utf8))
    }
    let nowhere = #expect(throws: DklabError.self) {
      try layer(MemorySource(absolute), UnpackLimits())
    }
    #expect(nowhere?.id == "archive.cannot-unpack")
    #expect(try File.text(secret) == "secret")
    let loop = try archive { writer in
      try writer.add(.link("loop", to: "loop"))
      try writer.add(.file("loop/x"), content: [])
    }
    let error = #expect(throws: DklabError.self) {
      try layer(MemorySource(loop), UnpackLimits())
    }
    #expect(error?.message.en.contains("loop/x") == true)
  }

  @Test("a hard link takes nothing from outside, and none is made through a link")
  func hardLinks() throws {
    // The first two name places in the layer, where there is nothing; the third leads out of it.
    for (target, id) in [
      ("/etc/passwd", "archive.cannot-unpack"), ("out/passwd", "archive.cannot-unpack"),
      ("../secret", "archive.refused"),
    ] {
      let bytes = try archive { writer in
        try writer.add(.link("out", to: "/etc"))
        try writer.add(.hardLink("stolen", to: target))
      }
      let error = #expect(throws: DklabError.self) {
        try layer(MemorySource(bytes), UnpackLimits())
      }
      #expect(error?.id == id, "\(target)")
      #expect(!File.exists(directory.path + "/layer/stolen"))
      try Directory.removeTree(directory.path + "/layer")
    }
  }

  @Test("members in any order, and twice, give one tree", .enabled(if: isRoot))
  func disorder() throws {
    let bytes = try archive { writer in
      try writer.add(.file("a/b/c"), content: [1])
      try writer.add(.directory("a/b", mode: 0o700))
      try writer.add(.file("a"), content: [2])
      try writer.add(.directory("a", mode: 0o711))
      try writer.add(.file("a/b/c"), content: [3])
    }
    _ = try layer(MemorySource(bytes), UnpackLimits())
    #expect(try File.read(directory.path + "/layer/a/b/c") == [3])
    #expect(try status(directory.path + "/layer/a").st_mode & 0o7777 == 0o711)
  }

  // MARK: Whole images

  private func load(
    _ name: String, _ change: (inout Manifest) -> Void
  ) throws -> [LoadedImage] {
    try directory.image(in: store, ["base"], names: ["x"])
    let image = try store.resolve("x")
    var manifest = try ImageJSON.decode(
      Manifest.self, from: content.readBlob(image.manifest), what: "manifest")
    change(&manifest)
    let text = try ImageJSON.encode(manifest)
    let digest = try content.addBlob(text)
    var item = Descriptor(
      mediaType: MediaType.ociManifest, digest: digest, size: Int64(text.count))
    item.annotations = ["org.opencontainers.image.ref.name": "\(name):1"]
    let path = directory.path + "/\(name).tar"
    try File.replace(
      path,
      archive { writer in
        try writer.add(.file(item.path), content: text)
        for blob in [image.id, image.layers[0].diffID] {
          try writer.add(
            .file("blobs/sha256/\(blob.hex)"), content: File.read(content.blobPath(blob)))
        }
        try writer.add(
          .file("index.json"), content: ImageJSON.encode(Index(manifests: [item])))
      })
    let file = try FileDescriptor.open(path, O_RDONLY)
    return try ImageStore(content: content, scope: "other").load(file.number, name: "in.tar")
  }

  @Test("a size that is not the content's is refused")
  func wrongSize() throws {
    #expect(try load("good") { _ in }.count == 1)
    for delta: Int64 in [-1, 1] {
      let layer = #expect(throws: DklabError.self) {
        try load("size") { $0.layers[0].size += delta }
      }
      #expect(layer?.id == "archive.broken")
      let config = #expect(throws: DklabError.self) {
        try load("size") { $0.config.size += delta }
      }
      #expect(config?.id == "archive.broken")
    }
  }

  @Test("layers that are not in the archive, and what is no image, are named")
  func foreign() throws {
    let foreign = #expect(throws: DklabError.self) {
      try load("foreign") {
        $0.layers[0].mediaType = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
      }
    }
    #expect(foreign?.id == "manifest.foreign-layer")
    let strange = #expect(throws: DklabError.self) {
      try load("strange") { $0.layers[0].mediaType += "+encrypted" }
    }
    #expect(strange?.id == "manifest.layer-type")
    let chart = #expect(throws: DklabError.self) {
      try load("chart") { $0.config.mediaType = "application/vnd.cncf.helm.config.v1+json" }
    }
    #expect(chart?.id == "manifest.not-an-image")
    let more = #expect(throws: DklabError.self) {
      try load("more") { $0.layers.append($0.layers[0]) }
    }
    #expect(more?.id == "archive.broken")
  }

  @Test("documents that are two things, of schema 1, or too large are no manifests")
  func documents() throws {
    func id(_ text: String, _ type: String? = nil) -> String? {
      do {
        _ = try ManifestDocument(parsing: Array(text.utf8), mediaType: type, what: "m")
        return nil
      } catch {
        return (error as? DklabError)?.id
      }
    }
    #expect(id(#"{"schemaVersion":2,"manifests":[]}"#) == nil)
    #expect(id(#"{"schemaVersion":1,"fsLayers":[]}"#) == "manifest.schema1")
    #expect(id(#"{"schemaVersion":3,"manifests":[]}"#) == "manifest.version")
    #expect(id(#"{"manifests":[]}"#) == "manifest.version")
    #expect(id(#"{"schemaVersion":2}"#) == "manifest.media-type")
    #expect(id(#"{"schemaVersion":2,"manifests":[],"layers":[]}"#) == "manifest.media-type")
    #expect(
      id(#"{"schemaVersion":2,"manifests":[]}"#, MediaType.ociManifest) == "image.invalid-json"
        || id(#"{"schemaVersion":2,"manifests":[]}"#, MediaType.ociManifest)
          == "manifest.media-type"
    )
    #expect(
      id(
        #"{"schemaVersion":2,"mediaType":"\#(MediaType.dockerList)","manifests":[]}"#,
        MediaType.ociIndex) == "manifest.media-type")
    let digest = "sha256:" + String(repeating: "0", count: 64)
    #expect(
      id(
        #"{"schemaVersion":2,"manifests":[{"mediaType":"x","digest":"\#(digest)","size":-1}]}"#)
        == "manifest.size")
    #expect(
      id(String(repeating: " ", count: ManifestDocument.sizeLimit + 1)) == "manifest.too-large")
    #expect(id(String(repeating: "[", count: 100_000)) == "image.invalid-json")
  }
}
