import Glibc
import Linux
import Support
import Testing

@testable import Images

private let hasSkopeo = ChildProgram.find("skopeo") != nil

@Suite struct ArchiveTests {
  let directory: TemporaryDirectory
  let content: ContentStore
  let store: ImageStore

  init() throws {
    directory = try TemporaryDirectory()
    content = try directory.content()
    store = ImageStore(content: content, scope: "default")
  }

  /// Another store, as on another machine.
  private func elsewhere() throws -> ImageStore {
    ImageStore(content: try ContentStore(root: directory.path + "/elsewhere"), scope: "default")
  }

  private func save(_ names: [String], _ format: ImageArchiveFormat = .docker) throws -> String {
    let path = directory.path + "/saved.tar"
    let file = try FileDescriptor.open(path, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o600)
    try store.save(names, to: file.number, format: format)
    return path
  }

  private func load(_ path: String, into store: ImageStore) throws -> [String] {
    let file = try FileDescriptor.open(path, O_RDONLY)
    return try store.load(file.number, name: "in.tar").map(\.description)
  }

  /// Writes an archive of these files and loads it.
  private func load(files: [(String, [UInt8])]) throws -> [String] {
    let path = directory.path + "/made.tar"
    try File.replace(
      path,
      archive { writer in
        for (name, bytes) in files { try writer.add(.file(name), content: bytes) }
      })
    return try load(path, into: elsewhere())
  }

  private func twoImages() throws {
    try directory.image(in: store, ["base", "one"], names: ["app:1", "app:one"]) {
      $0.cmd = ["/bin/true"]
    }
    try directory.image(in: store, ["base", "two"], names: ["app:2"])
  }

  @Test("what is saved loads elsewhere as the same images", arguments: ImageArchiveFormat.allCases)
  func roundTrip(format: ImageArchiveFormat) throws {
    try twoImages()
    let path = try save(["app"], format)
    let other = try elsewhere()
    let lines = try load(path, into: other)
    #expect(
      Set(lines) == [
        "Loaded image: app:1", "Loaded image: app:2", "Loaded image: app:one",
      ])
    for name in ["app:1", "app:2", "app:one"] {
      let (before, after) = try (store.resolve(name), other.resolve(name))
      #expect(before.id == after.id && before.manifest == after.manifest)
      #expect(before.size == after.size && before.config == after.config)
    }
    #expect(try Directory.list(other.resolve("app:1").lowerDirectories[0]) == ["f-one"])
    #expect(try File.read(path) == File.read(save(["app"], format)))
  }

  @Test("one image of several, and one by its id without a name")
  func selection() throws {
    try twoImages()
    #expect(try load(save(["app:2"]), into: elsewhere()) == ["Loaded image: app:2"])
    let id = try store.resolve("app:1").id
    #expect(try load(save([id.short]), into: elsewhere()) == ["Loaded image ID: \(id)"])
    let error = #expect(throws: DklabError.self) { try save(["nothing"]) }
    #expect(error?.id == "image.not-found")
  }

  @Test("every blob saved has the name of its digest, and the id is that of the configuration")
  func digests() throws {
    try twoImages()
    let read = try members(File.read(save(["app"])))
    let blobs = read.filter { $0.0.name.hasPrefix("blobs/sha256/") }
    #expect(blobs.count == 7)
    for (entry, bytes) in blobs {
      let digest = try HashingSource(MemorySource(bytes)).finish()
      #expect(entry.name == "blobs/sha256/\(digest.hex)")
    }
    let list = try #require(read.first { $0.0.name == "manifest.json" })
    let images = try ImageJSON.decode([DockerArchiveImage].self, from: list.1, what: "")
    #expect(Set(images.map(\.config)).contains("blobs/sha256/\(try store.resolve("app:1").id.hex)"))
  }

  @Test("a compressed archive loads, from a pipe too", arguments: ["gzip", "xz", "bzip2", "zstd"])
  func compressed(program: String) throws {
    try #require(ChildProgram.find(program) != nil, "needs \(program)")
    try twoImages()
    let packed = try ChildProgram([program, "-c", save(["app:2"])])
    let lines = try elsewhere().load(packed.output, name: "stdin").map(\.description)
    #expect(lines == ["Loaded image: app:2"])
  }

  @Test("broken archives are errors that name the member")
  func broken() throws {
    try twoImages()
    let bytes = try File.read(save(["app:2"]))
    let whole = try members(bytes).filter { $0.0.kind == .file }.map { ($0.0.name, $0.1) }
    func failure(_ change: ([(String, [UInt8])]) -> [(String, [UInt8])]) -> DklabError? {
      #expect(throws: DklabError.self) { try load(files: change(whole)) }
    }
    let image = try store.resolve("app:2")
    let layer = "blobs/sha256/\(image.layers[1].diffID.hex)"
    let config = "blobs/sha256/\(image.id.hex)"

    let missing = failure { $0.filter { $0.0 != layer } }
    #expect(missing?.id == "archive.broken")
    #expect(
      missing?.message.en == "in.tar: \(layer): is missing, though manifest.json names it")
    let flipped = failure { files in
      files.map { name, bytes in
        guard name == layer else { return (name, bytes) }
        return (name, bytes.dropLast() + [1])
      }
    }
    #expect(flipped?.id == "image.wrong-digest")
    #expect(flipped?.message.en.contains(layer) == true)
    let text = failure { $0.map { $0.0 == "manifest.json" ? ($0.0, Array("nope".utf8)) : $0 } }
    #expect(text?.id == "image.invalid-json")
    #expect(text?.description.contains("in.tar: manifest.json") == true)
    let renamed = failure { $0.map { $0.0 == config ? ("blobs/sha256/x", $0.1) : $0 } }
    #expect(renamed?.message.en.contains(config) == true)
    let nothing = failure { _ in [("hello", [])] }
    #expect(nothing?.id == "archive.not-images")
    for length in [0, 100, 700, bytes.count / 2, bytes.count - 1_025] {
      try File.replace(directory.path + "/cut.tar", Array(bytes[..<length]))
      let cut = #expect(throws: DklabError.self) {
        try load(directory.path + "/cut.tar", into: elsewhere())
      }
      #expect(cut?.id == "archive.truncated", "at \(length)")
    }
    #expect(try elsewhere().list().isEmpty)
  }

  @Test("an archive of docker before version 25, with links between layers, loads")
  func oldDockerArchive() throws {
    try directory.image(in: store, ["same", "same"], names: ["old"])
    let image = try store.resolve("old")
    let layer = try File.read(content.blobPath(image.layers[0].diffID))
    let list = """
      [{"Config":"\(image.id.hex).json","RepoTags":["old:latest"],"Layers":["a/layer.tar","b/layer.tar"]}]
      """
    let path = directory.path + "/old.tar"
    try File.replace(
      path,
      archive { writer in
        try writer.add(.file("a/layer.tar"), content: layer)
        try writer.add(.file("a/VERSION"), content: Array("1.0".utf8))
        try writer.add(.link("b/layer.tar", to: "../a/layer.tar"))
        try writer.add(.file("\(image.id.hex).json"), content: content.readBlob(image.id))
        try writer.add(.file("manifest.json"), content: Array(list.utf8))
      })
    #expect(try load(path, into: elsewhere()) == ["Loaded image: old:latest"])
  }

  @Test("of an index for several machines the one for this is loaded")
  func platforms() throws {
    try directory.image(in: store, ["a"], names: ["multi"])
    let image = try store.resolve("multi")
    let size = Int64(try content.readBlob(image.manifest).count)
    func descriptor(_ architecture: String, _ digest: Digest) -> Descriptor {
      Descriptor(
        mediaType: MediaType.ociManifest, digest: digest, size: size,
        platform: Platform(architecture: architecture, os: "linux"))
    }
    let absent = try #require(Digest(hex: String(repeating: "1", count: 64)))
    func files(_ manifests: [Descriptor]) throws -> [(String, [UInt8])] {
      let inner = try ImageJSON.encode(Index(manifests: manifests))
      let digest = try content.addBlob(inner)
      var item = Descriptor(
        mediaType: MediaType.ociIndex, digest: digest, size: Int64(inner.count))
      item.annotations = ["org.opencontainers.image.ref.name": "multi:1"]
      let blobs = [image.manifest, image.id, image.layers[0].diffID].map { $0 }
      return try [
        (item.path, inner), ("index.json", ImageJSON.encode(Index(manifests: [item]))),
        ("oci-layout", Array("{}".utf8)),
      ] + blobs.map { ("blobs/sha256/\($0.hex)", try File.read(content.blobPath($0))) }
    }
    let here = Platform.current.architecture
    let lines = try load(
      files: files([
        descriptor("s390x", absent), descriptor("unknown", absent),
        descriptor(here, image.manifest),
      ]))
    #expect(lines == ["Loaded image: multi:1"])
    let error = #expect(throws: DklabError.self) {
      try load(files: files([descriptor("s390x", absent)]))
    }
    #expect(error?.message.en.hasSuffix("only for linux/s390x") == true)
  }

  @Test("importing makes an image of files with the changes asked for")
  func importArchive() throws {
    let path = directory.path + "/files.tar.gz"
    try File.replace(directory.path + "/hello", "hi")
    try run(["tar", "-C", directory.path, "-czf", path, "hello"])
    let file = try FileDescriptor.open(path, O_RDONLY)
    let image = try store.importArchive(
      file.number, name: "files.tar.gz",
      changes: [
        "CMD [\"sh\", \"-c\", \"cat /hello\"]", "ENV A=1 B=\"two words\"", "ENV C old form",
        "expose 80 8000-8001/udp", "LABEL a.b=c", "WORKDIR /srv", "WORKDIR sub", "USER 1000:100",
        "VOLUME [\"/data\"]", "STOPSIGNAL SIGQUIT", "ENTRYPOINT echo $A", "ONBUILD RUN true",
      ], reference: Reference("files"))
    let config = image.config.config
    #expect(config.cmd == ["sh", "-c", "cat /hello"])
    #expect(config.env == ["A=1", "B=two words", "C=old form"])
    #expect(config.exposedPorts == ["80/tcp", "8000/udp", "8001/udp"])
    #expect(config.labels == ["a.b": "c"])
    #expect(config.workingDirectory == "/srv/sub" && config.user == "1000:100")
    #expect(config.volumes == ["/data"] && config.stopSignal == "SIGQUIT")
    #expect(config.entrypoint == ["/bin/sh", "-c", "echo $A"])
    #expect(config.onBuild == ["RUN true"])
    #expect(try File.text(image.lowerDirectories[0] + "/hello") == "hi")
    #expect(try store.resolve("files").history.map(\.comment) == ["Imported from files.tar.gz"])
  }

  @Test(
    "a change that is none is refused with those that are",
    arguments: [
      "FROM ubuntu", "CMD", "EXPOSE web", "EXPOSE 0", "EXPOSE 9-8", "ENV A", "LABEL a=\"b", "",
      "ENV a=b c",
    ])
  func badChanges(change: String) throws {
    var config = ContainerConfig()
    let error = #expect(throws: DklabError.self) { try config.apply(change: change) }
    #expect(error?.id == "image.invalid-change")
    #expect(error?.message.en.contains("\"\(change)\"") == true)
  }

  @Test("importing what is not a tar archive says so")
  func importRubbish() throws {
    for (text, id) in [
      ("", "archive.truncated"), (String(repeating: "rubbish", count: 100), "archive.bad-header"),
      ("\u{1f}\u{8b}", "archive.truncated"),
    ] {
      try File.replace(directory.path + "/x", text)
      let file = try FileDescriptor.open(directory.path + "/x", O_RDONLY)
      let error = #expect(throws: DklabError.self) {
        try store.importArchive(file.number, name: "x")
      }
      #expect(error?.id == id)
    }
    try File.replace(directory.path + "/x", [0x1f, 0x8b, 1, 2, 3])
    let file = try FileDescriptor.open(directory.path + "/x", O_RDONLY)
    let error = #expect(throws: DklabError.self) {
      try store.importArchive(file.number, name: "x.tar.gz")
    }
    #expect(error?.id == "archive.corrupt")
    #expect(error?.message.en.contains("gzip") == true)
  }

  @Test(
    "skopeo reads what is saved and its digests agree",
    .enabled(if: hasSkopeo, "needs skopeo"),
    arguments: ["docker-archive", "oci-archive"])
  func skopeoReads(transport: String) throws {
    try directory.image(in: store, ["base", "one"], names: ["app:1"]) { $0.env = ["A=b"] }
    let path = try save(["app:1"])
    let source = "\(transport):\(path):\(transport == "oci-archive" ? "1" : "app:1")"
    let inspected = try run(["skopeo", "inspect", "--config", source])
    #expect(inspected.contains("A=b"))
    let image = try store.resolve("app:1")
    if transport == "oci-archive" {
      let raw = try run(["skopeo", "inspect", "--raw", source])
      #expect(Array(raw.utf8) == (try content.readBlob(image.manifest)))
    }
    let copy = directory.path + "/copied"
    try run(["skopeo", "copy", "--insecure-policy", source, "dir:\(copy)"])
    #expect(try File.read("\(copy)/\(image.id.hex)") == content.readBlob(image.id))
  }

  @Test(
    "what skopeo writes loads as the same image",
    .enabled(if: hasSkopeo, "needs skopeo"), arguments: ["docker-archive", "oci-archive"])
  func skopeoWrites(transport: String) throws {
    try directory.image(in: store, ["base", "one"], names: ["app:1"]) { $0.env = ["A=b"] }
    let out = directory.path + "/skopeo.tar"
    let flags = transport == "oci-archive" ? ["--dest-compress-format", "gzip"] : []
    try run(
      ["skopeo", "copy", "--insecure-policy"] + flags
        + ["docker-archive:\(save(["app:1"])):app:1", "\(transport):\(out):app:1"])
    let other = try elsewhere()
    #expect(try load(out, into: other) == ["Loaded image: app:1"])
    let image = try other.resolve("app:1")
    let original = try store.resolve("app:1")
    // For OCI, skopeo writes the configuration anew.
    #expect(image.id == original.id || transport == "oci-archive")
    #expect(image.layers.map(\.diffID) == original.layers.map(\.diffID))
    #expect(image.config.config == original.config.config)
    #expect(try Directory.list(image.lowerDirectories[0]) == ["f-one"])
    // What came compressed goes out again, and skopeo still agrees with it.
    let file = try FileDescriptor.open(out, O_WRONLY | O_TRUNC)
    try other.save(["app:1"], to: file.number)
    try run(["skopeo", "inspect", "docker-archive:\(out):app:1"])
  }
}
