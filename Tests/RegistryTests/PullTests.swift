import Documents
import Glibc
import HTTP
import Linux
import Support
import Synchronization
import Testing

@testable import Images
@testable import Registry

/// A registry in memory with one image, which can be told to misbehave.
final class FakeRegistry: Sendable {
  /// Contents by digest.
  let blobs: [String: [UInt8]]
  let manifest: [UInt8]
  let layers: [Descriptor]

  /// An image with layers of about `size` bytes each, which do not repeat themselves.
  init(layers count: Int = 1, size: Int = 100_000, gzip: Bool = false) throws {
    var blobs: [String: [UInt8]] = [:]
    var diffIDs: [Digest] = []
    var layers: [Descriptor] = []
    for index in 0..<count {
      let sink = Bytes()
      let writer = TarWriter(sink)
      var generator = Numbers(state: UInt64(index + 1))
      let content = (0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) }
      try writer.add(TarEntry("file\(index)", .file, mode: 0o644), content: content)
      try writer.finish()
      let digest = Self.digest(sink.bytes)
      diffIDs.append(digest)
      blobs["\(digest)"] = sink.bytes
      layers.append(
        Descriptor(mediaType: MediaType.ociLayer, digest: digest, size: Int64(sink.bytes.count)))
    }
    let config = try ImageJSON.encode(ImageConfig(diffIDs: diffIDs))
    blobs["\(Self.digest(config))"] = config
    manifest = try ImageJSON.encode(
      Manifest(
        config: Descriptor(
          mediaType: MediaType.ociConfig, digest: Self.digest(config), size: Int64(config.count)),
        layers: layers))
    self.blobs = blobs
    self.layers = layers
  }

  static func digest(_ bytes: [UInt8]) -> Images.Digest {
    let memory = Bytes()
    memory.bytes = bytes
    let source = HashingSource(MemorySource(bytes))
    guard let digest = try? source.finish() else { preconditionFailure("hashing failed") }
    return digest
  }

  /// What a decent registry answers.
  func answer(_ request: ScriptedServer.Request) -> ScriptedServer.Answer {
    let path = request.path.split(separator: "?")[0]
    if path == "/v2/" { return .init() }
    if path.contains("/manifests/") {
      return .init(headers: [("Content-Type", MediaType.ociManifest)], body: manifest)
    }
    guard let key = path.split(separator: "/").last, let bytes = blobs[String(key)] else {
      return .init(status: 404)
    }
    guard let range = request.headers["range"], let start = Int(range.dropFirst(6).dropLast())
    else { return .init(body: bytes) }
    guard start < bytes.count else { return .init(status: 416) }
    return .init(
      status: 206, headers: [("Content-Range", "bytes \(start)-\(bytes.count - 1)/\(bytes.count)")],
      body: Array(bytes[start...]))
  }

  private final class Bytes: ByteSink {
    var bytes: [UInt8] = []
    func write(_ bytes: UnsafeRawBufferPointer) { self.bytes.append(contentsOf: bytes) }
  }

  /// The same numbers every time.
  struct Numbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ (state >> 29)
    }
  }
}

@Suite("Pulling")
struct PullTests {
  private let directory = TemporaryDirectory()

  private func store() throws -> ImageStore {
    ImageStore(content: try ContentStore(root: directory.path + "/content"), scope: "test")
  }

  /// Pulls `name` from `server`; the lines that were told. On a thread that may wait: tests run on
  /// those that the transfer needs.
  @discardableResult
  private func pull(
    _ name: String = "a/b:1", from server: ScriptedServer,
    credentials: RegistryCredentials? = nil
  ) async throws -> [String] {
    let reference = try Reference("\(server.name)/\(name)")
    let root = directory.path
    defer { server.close() }
    return try await BlockingWork.run {
      let store = ImageStore(content: try ContentStore(root: root + "/content"), scope: "test")
      let endpoints = RegistryEndpoint.all(for: reference.domain, RegistryConfiguration())
      let client = RegistryClient(
        domain: reference.domain, endpoints: endpoints,
        credentials: credentials.map { [reference.domain: $0] } ?? [:])
      defer { try? waitForTask { await client.close() } }
      var lines: [String] = []
      try ImageDownload(client: client, store: store).pull(reference) { line in
        if line.total == nil { lines.append((line.id.map { "\($0): " } ?? "") + line.status) }
      }
      return lines
    }
  }

  @Test("an image arrives as it is, and tells what docker tells")
  func whole() async throws {
    let registry = try FakeRegistry(layers: 2)
    let server = try ScriptedServer { registry.answer($0) }
    let store = try store()
    let lines = try await pull(from: server)
    let digest = FakeRegistry.digest(registry.manifest)
    #expect(lines.first == "1: Pulling from a/b")
    for layer in registry.layers {
      for status in [
        "Pulling fs layer", "Verifying Checksum", "Download complete", "Pull complete",
      ] {
        #expect(lines.contains("\(layer.digest.short): \(status)"))
      }
    }
    #expect(
      lines.suffix(2) == [
        "Digest: \(digest)", "Status: Downloaded newer image for \(server.name)/a/b:1",
      ])
    let image = try store.resolve("\(server.name)/a/b:1")
    #expect(image.manifest == digest)
    #expect(image.digests.map(\.familiar) == ["\(server.name)/a/b@\(digest)"])
    #expect(image.layers.count == 2 && image.isComplete)
    #expect(File.exists(image.layers[1].directory + "/file1"))
  }

  @Test("a download that breaks off fifty times at any place ends right")
  func interrupted() async throws {
    let registry = try FakeRegistry(layers: 3, size: 400_000)
    let cuts = Mutex((left: 50, numbers: FakeRegistry.Numbers(state: 42)))
    let server = try ScriptedServer { request in
      var answer = registry.answer(request)
      // At most 24,000 bytes an attempt, so that every cut happens.
      if request.path.contains("/blobs/"), answer.body.count > 1_000 {
        answer.cut = cuts.withLock { state in
          guard state.left > 0 else { return nil }
          state.left -= 1
          return Int.random(in: 1...24_000, using: &state.numbers)
        }
      }
      return answer
    }
    let store = try store()
    try await pull(from: server)
    #expect(cuts.withLock { $0.left } == 0)
    #expect(try store.resolve("\(server.name)/a/b:1").isComplete)
    let partial = (try? Directory.list(directory.path + "/content/partial")) ?? []
    #expect(partial.isEmpty)
    let asked = server.requests.compactMap { $0.headers["range"] }
    #expect(asked.count >= 40)
  }

  @Test("what arrived before this process is not asked for again")
  func resumed() async throws {
    let registry = try FakeRegistry()
    let layer = registry.layers[0]
    let content = directory.path + "/content"
    try Directory.make(content + "/partial")
    let bytes = try #require(registry.blobs["\(layer.digest)"])
    try File.replace("\(content)/partial/\(layer.digest.hex)", Array(bytes[..<70_000]))
    let server = try ScriptedServer { registry.answer($0) }
    try await pull(from: server)
    #expect(server.requests.compactMap { $0.headers["range"] } == ["bytes=70000-"])
  }

  @Test("a wrong beginning is noticed, and everything fetched anew")
  func wrongBeginning() async throws {
    let registry = try FakeRegistry()
    let layer = registry.layers[0]
    let content = directory.path + "/content"
    let store = try store()
    try Directory.make(content + "/partial")
    try File.replace(
      "\(content)/partial/\(layer.digest.hex)", [UInt8](repeating: 7, count: 70_000))
    let server = try ScriptedServer { registry.answer($0) }
    try await pull(from: server)
    #expect(try store.resolve("\(server.name)/a/b:1").isComplete)
  }

  @Test("a server that ignores ranges, or answers another one, is understood")
  func ranges() async throws {
    for behaviour in 0..<2 {
      let registry = try FakeRegistry(layers: 1, size: 50_000 + behaviour)
      let first = Mutex(true)
      let server = try ScriptedServer { request in
        var plain = request
        plain.headers["range"] =
          behaviour == 0 ? nil : request.headers["range"].map { _ in "bytes=5-" }
        var answer = registry.answer(behaviour == 1 && first.withLock { $0 } ? request : plain)
        let cuts = first.withLock { value in
          defer { if request.path.contains("/blobs/"), answer.body.count > 1_000 { value = false } }
          return value
        }
        if cuts, request.path.contains("/blobs/"), answer.body.count > 1_000 { answer.cut = 10_000 }
        return answer
      }
      let store = try store()
      try await pull(from: server)
      #expect(try store.resolve("\(server.name)/a/b:1").isComplete)
    }
  }

  @Test("content with another digest, more content, and less of it are refused")
  func lies() async throws {
    let registry = try FakeRegistry()
    let layer = registry.layers[0]
    let bytes = try #require(registry.blobs["\(layer.digest)"])
    var damaged = bytes
    damaged[600] ^= 1
    for (content, id) in [
      (damaged, "image.wrong-digest"), (bytes + [0], "image.wrong-size"),
      (Array(bytes.dropLast(10)), "registry.short"),
    ] {
      let server = try ScriptedServer { request in
        request.path.hasSuffix("\(layer.digest)") && request.headers["range"] == nil
          ? .init(body: content)
          : request.path.hasSuffix("\(layer.digest)")
            ? .init(status: 416) : registry.answer(request)
      }
      let store = try store()
      let error = await #expect(throws: DklabError.self) { try await pull(from: server) }
      #expect(error?.id == id)
      #expect(try store.find("\(server.name)/a/b:1") == nil)
      #expect(!store.content.hasBlob(layer.digest))
      try store.content.collect { [] }
    }
  }

  @Test("a manifest or a configuration that is not what its digest says is refused")
  func wrongManifest() async throws {
    let registry = try FakeRegistry()
    let wanted = FakeRegistry.digest(Array("other".utf8))
    let server = try ScriptedServer { registry.answer($0) }
    let error = await #expect(throws: DklabError.self) {
      try await pull("a/b@\(wanted)", from: server)
    }
    #expect(error?.id == "image.wrong-digest")
    let lying = try ScriptedServer { request in
      var answer = registry.answer(request)
      if request.path.contains("/blobs/"), answer.body.first == UInt8(ascii: "{") {
        answer.body[5] ^= 1
      }
      return answer
    }
    let second = await #expect(throws: DklabError.self) { try await pull(from: lying) }
    #expect(second?.id == "image.wrong-digest")
  }

  @Test("a stumbling server is asked again, a failing one is given up with its words")
  func stumbles() async throws {
    let registry = try FakeRegistry()
    let stumbles = Mutex(2)
    let server = try ScriptedServer { request in
      let fails = stumbles.withLock { left in
        guard left > 0, request.path.contains("/manifests/") else { return false }
        left -= 1
        return true
      }
      return fails ? .init(status: 503, headers: [("Retry-After", "0")]) : registry.answer(request)
    }
    try await pull(from: server)
    #expect(stumbles.withLock { $0 } == 0)
    let broken = try ScriptedServer { request in
      request.path == "/v2/"
        ? .init()
        : .init(
          status: 404,
          body: Array(#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"gone"}]}"#.utf8))
    }
    let error = await #expect(throws: DklabError.self) { try await pull(from: broken) }
    #expect(
      error?.message.en
        == "manifest for \(broken.name)/a/b:1 not found: manifest unknown: gone")
    #expect(error?.id == "image.not-found")
  }

  @Test("a limit on downloads is explained")
  func limited() async throws {
    let server = try ScriptedServer { request in
      request.path == "/v2/"
        ? .init()
        : .init(
          status: 429, headers: [("RateLimit-Limit", "100;w=21600")],
          body: Array(#"{"errors":[{"code":"TOOMANYREQUESTS","message":"x"}]}"#.utf8))
    }
    let error = await #expect(throws: DklabError.self) { try await pull(from: server) }
    #expect(error?.id == "registry.rate-limit")
    #expect(error?.message.en.contains("100 in 6 hours") == true)
    #expect(error?.hint?.en.contains("docker login") == true)
  }

  @Test("a token is fetched with the login, once, and goes to nobody else")
  func token() async throws {
    let registry = try FakeRegistry()
    let realm = try ScriptedServer { _ in
      .init(body: Array(#"{"token":"t0ken","expires_in":300}"#.utf8))
    }
    defer { realm.close() }
    let cdn = try ScriptedServer { registry.answer($0) }
    defer { cdn.close() }
    let server = try ScriptedServer { request in
      guard request.headers["authorization"] == "Bearer t0ken" else {
        return .init(
          status: 401,
          headers: [
            (
              "WWW-Authenticate",
              "Bearer realm=\"http://\(realm.name)/token\",service=\"s\",scope=\"repository:a/b:pull\""
            )
          ])
      }
      guard request.path.contains("/blobs/") else { return registry.answer(request) }
      return .init(status: 307, headers: [("Location", "http://\(cdn.name)\(request.path)")])
    }
    try await pull(
      from: server, credentials: RegistryCredentials(user: "me", secret: "pw"))
    #expect(realm.requests.count == 1)
    #expect(realm.requests.first?.headers["authorization"] == "Basic bWU6cHc=")
    #expect(
      realm.requests.first?.path
        == "/token?service=s&scope=repository%3Aa%2Fb%3Apull&account=me")
    #expect(cdn.requests.count == 2)
    #expect(cdn.requests.allSatisfy { $0.headers["authorization"] == nil })
  }

  @Test("of an index the manifest for the machine is taken, and build records never")
  func index() async throws {
    let registry = try FakeRegistry()
    let digest = FakeRegistry.digest(registry.manifest)
    func entry(_ architecture: String, _ digest: Images.Digest) -> Descriptor {
      Descriptor(
        mediaType: MediaType.ociManifest, digest: digest, size: 1,
        platform: Platform(architecture: architecture, os: "linux"))
    }
    let other = FakeRegistry.digest([1])
    let here = Platform.current.architecture
    let index = try ImageJSON.encode(
      Index(manifests: [entry("unknown", other), entry("s390x", other), entry(here, digest)]))
    let foreign = try ImageJSON.encode(Index(manifests: [entry("s390x", other)]))
    let server = try ScriptedServer { request in
      if request.path.hasSuffix("/manifests/1") {
        return .init(headers: [("Content-Type", MediaType.ociIndex)], body: index)
      }
      return registry.answer(request)
    }
    let store = try store()
    try await pull(from: server)
    let image = try store.resolve("\(server.name)/a/b:1")
    #expect(image.manifest == digest)
    #expect(image.digests.map(\.digest) == [FakeRegistry.digest(index)])
    let strange = try ScriptedServer { request in
      request.path == "/v2/"
        ? .init() : .init(headers: [("Content-Type", MediaType.ociIndex)], body: foreign)
    }
    let error = await #expect(throws: DklabError.self) { try await pull(from: strange) }
    #expect(error?.id == "image.no-platform")
    #expect(error?.message.en.contains("linux/s390x") == true)
  }

  @Test("indexes of indexes without an end are given up")
  func loop() async throws {
    let here = Platform.current
    // Each request answers an index that names another one: no two have the same digest.
    let documents = Mutex<[String: [UInt8]]>([:])
    var next = try ImageJSON.encode(Index(manifests: []))
    for depth in 0..<8 {
      let digest = FakeRegistry.digest(next)
      documents.withLock { $0["\(digest)"] = next }
      var index = Index(manifests: [
        Descriptor(
          mediaType: MediaType.ociIndex, digest: digest, size: Int64(next.count), platform: here)
      ])
      index.schemaVersion = 2
      next = try ImageJSON.encode(index)
      _ = depth
    }
    let top = next
    let server = try ScriptedServer { request in
      let key = request.path.split(separator: "/").last.map(String.init) ?? ""
      let body = documents.withLock { $0[key] } ?? top
      return request.path == "/v2/"
        ? .init() : .init(headers: [("Content-Type", MediaType.ociIndex)], body: body)
    }
    let error = await #expect(throws: DklabError.self) { try await pull(from: server) }
    #expect(error?.id == "manifest.depth")
  }

  @Test("redirects without an end are given up")
  func redirects() async throws {
    let server = try ScriptedServer { request in
      request.path == "/v2/"
        ? .init() : .init(status: 302, headers: [("Location", request.path + "x")])
    }
    let error = await #expect(throws: DklabError.self) { try await pull(from: server) }
    #expect(error?.id == "registry.redirect")
  }
}
