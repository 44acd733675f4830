import Linux
import Support
import Testing

@testable import Images

extension TemporaryDirectory {
  /// An image with one layer for each text, in `store`.
  @discardableResult
  func image(
    in store: ImageStore, _ texts: [String], names: [String] = [],
    change: (inout ContainerConfig) -> Void = { _ in }
  ) throws -> Image {
    let layers = try texts.map { text in
      try store.content.addLayer(name: text) { writer in
        try writer.add(.file("f-\(text)"), content: Array(text.utf8))
      }
    }
    var config = ImageConfig(created: "2024-01-01T00:00:00Z")
    change(&config.config)
    config.comment = texts.joined()
    return try store.create(
      config: config, layers: layers, references: names.map { try Reference($0) })
  }
}

@Suite struct ImageStoreTests {
  let directory: TemporaryDirectory
  let content: ContentStore
  let store: ImageStore

  init() throws {
    directory = try TemporaryDirectory()
    content = try directory.content()
    store = ImageStore(content: content, scope: "default")
  }

  private func nobody(_: Digest) -> [ImageUser] { [] }

  @Test("an image is found by name, digest, id and the start of its id, in this order")
  func resolve() throws {
    let image = try directory.image(in: store, ["a"], names: ["ubuntu", "me/app:2"])
    for name in [
      "ubuntu", "ubuntu:latest", "docker.io/library/ubuntu", "me/app:2", image.id.description,
      image.id.hex, image.id.short, "sha256:\(image.id.hex.prefix(4))",
    ] {
      #expect(try store.resolve(name).id == image.id, "\(name)")
    }
    #expect(image.references.map(\.familiar) == ["ubuntu:latest", "me/app:2"].sorted().reversed())
    let other = try directory.image(in: store, ["b"], names: [String(image.id.hex.prefix(6))])
    #expect(try store.resolve(String(image.id.hex.prefix(6))).id == other.id)
    #expect(try ImageStore(content: content, scope: "else").find("ubuntu") == nil)
  }

  @Test("an unknown image and a prefix of several ids are errors that name what was asked")
  func resolveErrors() throws {
    let missing = #expect(throws: DklabError.self) { try store.resolve("nothing") }
    #expect(missing?.id == "image.not-found")
    #expect(missing?.message.en == "no such image: nothing:latest")
    var prefixes: [Character: Int] = [:]
    for number in 0..<17 {
      let image = try directory.image(in: store, ["\(number)"])
      prefixes[image.id.hex.first ?? "-", default: 0] += 1
    }
    let shared = try #require(prefixes.first { $0.value > 1 }?.key)
    let ambiguous = #expect(throws: DklabError.self) { try store.resolve(String(shared)) }
    #expect(ambiguous?.id == "image.ambiguous")
    let invalid = #expect(throws: DklabError.self) { try store.resolve("Ubuntu") }
    #expect(invalid?.id == "reference.uppercase")
  }

  @Test("lower directories are top-most first, each once, and never none")
  func lowerDirectories() throws {
    let image = try directory.image(in: store, ["a", "b", "a"])
    let names = try image.lowerDirectories.map { try Directory.list($0) }
    #expect(names == [["f-a"], ["f-b"]])
    let empty = try directory.image(in: store, [])
    #expect(empty.lowerDirectories.count == 1)
    #expect(try Directory.list(empty.lowerDirectories[0]).isEmpty)
  }

  @Test("tagging moves a name from one image to another and leaves the first dangling")
  func tag() throws {
    let first = try directory.image(in: store, ["a"], names: ["app"])
    try directory.image(in: store, ["b"], names: ["other"])
    try store.tag(source: "other", target: "app:latest")
    #expect(try store.resolve("app").tags.count == 2)
    #expect(try store.resolve(first.id.hex).isDangling)
    let error = #expect(throws: DklabError.self) {
      try store.tag(source: "app", target: "app@\(first.id)")
    }
    #expect(error?.id == "reference.digest-not-allowed")
  }

  @Test("removing one of several names only removes the name")
  func removeOneName() throws {
    let image = try directory.image(in: store, ["a"], names: ["app", "copy"])
    let user = ImageUser(container: String(repeating: "c", count: 64), isRunning: true)
    let lines = try store.remove("copy") { _ in [user] }
    #expect(lines.map(\.description) == ["Untagged: copy:latest"])
    #expect(try store.resolve("app").id == image.id)
  }

  @Test("removing the last name deletes the image and the layers no other has")
  func removeLastName() throws {
    let image = try directory.image(in: store, ["base", "top"], names: ["app"])
    try directory.image(in: store, ["base", "else"], names: ["kept"])
    let lines = try store.remove("app", users: nobody).map(\.description)
    let chain = ChainID.all(of: image.layers.map(\.diffID))
    #expect(lines == ["Untagged: app:latest", "Deleted: \(image.id)", "Deleted: \(chain[1])"])
    #expect(try store.find("app") == nil && store.find(image.id.hex) == nil)
  }

  @Test("an image in use keeps its last name, in docker's words, unless forced")
  func inUse() throws {
    let image = try directory.image(in: store, ["a"], names: ["hello-world"])
    let stopped = ImageUser(container: "abcdef0123456789", isRunning: false)
    let running = ImageUser(container: "abcdef0123456789", isRunning: true)
    let refused = #expect(throws: DklabError.self) {
      try store.remove("hello-world") { _ in [stopped] }
    }
    #expect(
      refused?.message.en
        == "conflict: unable to remove repository reference \"hello-world\" (must force) - "
        + "container abcdef012345 is using its referenced image \(image.id.short)")
    #expect(refused?.code == .conflict)
    let byID = #expect(throws: DklabError.self) {
      try store.remove(image.id.short, force: true) { _ in [running] }
    }
    #expect(
      byID?.message.en
        == "conflict: unable to delete \(image.id.short) (cannot be forced) - "
        + "image is being used by running container abcdef012345")
    let untagged = try store.remove("hello-world", force: true) { _ in [running] }
    #expect(untagged.map(\.description) == ["Untagged: hello-world:latest"])
    #expect(try store.resolve(image.id.hex).isDangling)
    let soft = #expect(throws: DklabError.self) {
      try store.remove(image.id.short) { _ in [stopped] }
    }
    #expect(soft?.message.en.contains("(must be forced)") == true)
    let gone = try store.remove(image.id.short, force: true) { _ in [stopped] }
    #expect(gone.first == .deleted(image.id))
  }

  @Test("an id with names in several repositories has to be forced")
  func removeByID() throws {
    let image = try directory.image(in: store, ["a"], names: ["one", "two"])
    let error = #expect(throws: DklabError.self) {
      try store.remove(image.id.short, users: nobody)
    }
    #expect(
      error?.message.en == "conflict: unable to delete \(image.id.short) (must be forced) - "
        + "image is referenced in multiple repositories")
    let lines = try store.remove(image.id.short, force: true, users: nobody).map(\.description)
    #expect(lines.prefix(2) == ["Untagged: one:latest", "Untagged: two:latest"])
    #expect(lines.dropFirst(2).first == "Deleted: \(image.id)")
  }

  @Test("pulling takes an image from the shelf, and says so as docker does")
  func pull() throws {
    let shelf = ImageStore(content: content, scope: ImageStore.library)
    let image = try directory.image(in: shelf, ["base", "top"], names: ["app:1"])
    try directory.image(in: store, ["base"], names: ["other"])
    func pull() throws -> [String] {
      var lines: [String] = []
      _ = try store.pull(Reference("app:1")) { event in
        lines.append((event.id.map { "\($0): " } ?? "") + event.status)
      }
      return lines
    }
    let layers = try image.layers.map { try content.blobDescriptor(of: $0.diffID).digest.short }
    #expect(
      try pull() == [
        "1: Pulling from library/app", "\(layers[0]): Already exists",
        "\(layers[1]): Pull complete", "Digest: \(image.manifest)",
        "Status: Downloaded newer image for app:1",
      ])
    #expect(
      try pull() == [
        "1: Pulling from library/app", "Digest: \(image.manifest)",
        "Status: Image is up to date for app:1",
      ])
    #expect(try store.resolve("app@\(image.manifest)").id == image.id)
    #expect(try store.resolve("app:1").digests.map(\.familiar) == ["app@\(image.manifest)"])
    // The pinned name goes with the last tag.
    let lines = try store.remove("app:1", users: nobody).map(\.description)
    #expect(lines.prefix(2) == ["Untagged: app:1", "Untagged: app@\(image.manifest)"])
    #expect(try shelf.resolve("app:1").id == image.id)
    let missing = #expect(throws: DklabError.self) {
      try store.pull(Reference("nothing")) { _ in }
    }
    #expect(missing?.id == "image.not-found")
    let ways = missing?.hint?.en ?? ""
    #expect(ways.contains("dklab load -i FILE") && ways.contains("makes toolbox, busybox"))
    let known = #expect(throws: DklabError.self) {
      try store.pull(Reference("ubuntu:16.04")) { _ in }
    }
    #expect(known?.hint?.en.contains("`dklab images bootstrap ubuntu:16.04`") == true)
  }

  @Test("pruning removes the dangling, or with all what no container uses")
  func prune() throws {
    let dangling = try directory.image(in: store, ["dangling", "base"])
    let used = try directory.image(in: store, ["used"], names: ["used"])
    try directory.image(in: store, ["base"], names: ["idle"])
    let users = { (id: Digest) in
      id == used.id ? [ImageUser(container: "c", isRunning: false)] : []
    }
    var changes: [String] = []
    store.onChange = { changes.append("\($0.action.rawValue) \($0.name)") }
    let first = try store.prune(users: users)
    #expect(first.removals.first == .deleted(dangling.id))
    #expect(first.reclaimed == Int64("dangling".utf8.count))
    let second = try store.prune(all: true, users: users)
    #expect(second.removals.map(\.description).first == "Untagged: idle:latest")
    #expect(try store.list().map(\.id) == [used.id])
    #expect(
      changes == [
        "delete \(dangling.id.short)", "untag idle:latest", "delete idle:latest",
      ])
  }

  @Test("the collector keeps what any scope or container needs, and nothing else")
  func collect() throws {
    let shelf = ImageStore(content: content, scope: ImageStore.library)
    let image = try directory.image(in: store, ["base", "top"], names: ["app"])
    let other = try directory.image(in: shelf, ["base"], names: ["base"])
    try content.addBlob(Array("left behind".utf8))
    try File.replace(content.root + "/tmp/left", "behind")
    _ = try store.remove("app", users: nobody)
    #expect(try content.collect { [image.id] } == 0)
    #expect(try store.image(id: image.id) == nil)
    let held = try #require(try store.heldImage(id: image.id))
    #expect(held.isComplete && held.lowerDirectories == image.lowerDirectories)
    #expect(try Directory.list(image.layers[1].directory) == ["f-top"])
    #expect(try content.collect { [] } == Int64("top".utf8.count))
    #expect(!image.isComplete && other.isComplete)
    #expect(try Directory.list(other.layers[0].directory) == ["f-base"])
    #expect(try Directory.list(content.root + "/blobs/sha256").count == 3)
    #expect(try Directory.list(content.root + "/tmp").isEmpty)
    try content.removeScope(ImageStore.library)
    try content.collect { [] }
    #expect(try Directory.list(content.root + "/blobs/sha256").isEmpty)
    #expect(try Directory.list(content.root + "/layers").isEmpty)
  }

  @Test("history gives each layer to its step, newest first")
  func history() throws {
    let base = try directory.image(in: store, ["base", "top"])
    var config = base.config
    config.history = [
      .init(created: "2024-01-01T00:00:00Z", createdBy: "ADD base"),
      .init(createdBy: "ENV a=b", emptyLayer: true), .init(createdBy: "RUN top", comment: "c"),
      .init(createdBy: "CMD sh", emptyLayer: true),
    ]
    let image = try store.create(
      config: config, layers: base.layers, references: [Reference("app")])
    #expect(image.history.map(\.createdBy) == ["CMD sh", "RUN top", "ENV a=b", "ADD base"])
    #expect(image.history.map(\.size) == [0, 3, 0, 4])
    #expect(image.history.map(\.id) == [image.id, nil, nil, nil])
    #expect(image.history[0].tags.map(\.familiar) == ["app:latest"])
    #expect(image.history[3].created == 1_704_067_200_000_000_000)
  }

  @Test("a layer is unpacked once, and a broken one leaves nothing")
  func layers() throws {
    let bytes = try archive { try $0.add(.file("a"), content: [1]) }
    let digest = try content.addBlob(bytes)
    let blob = Descriptor(mediaType: MediaType.ociLayer, digest: digest, size: Int64(bytes.count))
    let wrong = try #require(Digest(hex: String(repeating: "0", count: 64)))
    let error = #expect(throws: DklabError.self) {
      try content.addLayer(blob: blob, expecting: wrong, name: "layer.tar")
    }
    #expect(error?.id == "image.wrong-digest")
    #expect(error?.message.en.hasPrefix("layer.tar: ") == true)
    #expect(!File.exists(content.root + "/layers"))
    let layer = try content.addLayer(blob: blob, name: "layer.tar")
    #expect(layer.diffID == digest)
    try File.replace(layer.directory + "/mark", "")
    #expect(try content.addLayer(blob: blob, expecting: digest, name: "x") == layer)
    #expect(try content.addLayer(blob: blob, name: "x") == layer)
    #expect(File.exists(layer.directory + "/mark"))
    #expect(try Directory.list(content.root + "/tmp").allSatisfy { $0.hasSuffix(".lock") })
  }

  @Test("many at once may open a new store and add the same image")
  func concurrent() async throws {
    let root = directory.path + "/shared"
    let ids = try await withThrowingTaskGroup(of: Digest.self) { group in
      for number in 0..<8 {
        group.addTask {
          let directory = try TemporaryDirectory()
          let store = ImageStore(content: try ContentStore(root: root), scope: "s\(number)")
          return try store.content.withLock {
            try directory.image(in: store, ["base", "top"], names: ["app"]).id
          }
        }
      }
      return try await group.reduce(into: Set<Digest>()) { $0.insert($1) }
    }
    #expect(ids.count == 1)
    let content = try ContentStore(root: root)
    #expect(try Directory.list(root + "/layers").count == 2)
    for number in 0..<8 {
      let image = try ImageStore(content: content, scope: "s\(number)").resolve("app")
      #expect(try Directory.list(image.lowerDirectories[0]) == ["f-top"])
    }
  }
}
