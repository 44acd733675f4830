import Documents
import HTTP
import Linux
import Support
import Testing

@testable import Images
@testable import Registry

/// The registry's answers, asked directly: what travels over a socket is HTTP's.
@Suite("A registry")
struct RegistryServerTests {
  private let directory = TemporaryDirectory()

  private func server(
    _ change: (inout RegistryServer.Configuration) -> Void = { _ in }
  ) throws -> RegistryServer {
    var configuration = RegistryServer.Configuration()
    change(&configuration)
    return RegistryServer(
      store: try RegistryStore(root: directory.path + "/registry"), configuration)
  }

  private struct Reply {
    var status: Int
    var headers: HTTPHeaders
    var bytes: [UInt8]

    subscript(_ name: String) -> String? { headers.first(name: name) }
    var json: JSONValue? { try? JSONValue.parse(bytes, file: "reply") }
    var code: String? { json?["errors"]?[0]?["code"]?.string }
  }

  private func ask(
    _ server: RegistryServer, _ method: HTTPMethod, _ target: String, _ headers: HTTPHeaders = [:],
    _ body: [UInt8] = []
  ) async -> Reply {
    let response = await server.respond(
      to: HTTPRequest(
        method: method, target: target, headers: headers, body: RequestBody(bytes: body)))
    var bytes: [UInt8] = []
    if case .bytes(let whole) = response.body { bytes = whole }
    return Reply(status: Int(response.status.code), headers: response.headers, bytes: bytes)
  }

  private func push(_ bytes: [UInt8], to name: String, _ server: RegistryServer) async -> Digest {
    let digest = FakeRegistry.digest(bytes)
    let reply = await ask(
      server, .POST, "/v2/\(name)/blobs/uploads/?digest=\(digest)", [:], bytes)
    #expect(reply.status == 201 && reply["Docker-Content-Digest"] == "\(digest)")
    return digest
  }

  /// Pushes a manifest with one small layer; `extra` is merged into it.
  private func pushImage(
    _ key: String, to name: String, _ server: RegistryServer, layer: String = "layer",
    extra: JSONObject = [:]
  ) async throws -> (Reply, Digest) {
    let config = await push(Array("{}".utf8), to: name, server)
    let blob = await push(Array(layer.utf8), to: name, server)
    var json: JSONObject = [
      "schemaVersion": 2, "mediaType": .string(MediaType.ociManifest),
      "config": [
        "mediaType": .string(MediaType.ociConfig), "digest": .string("\(config)"), "size": 2,
      ],
      "layers": [
        [
          "mediaType": .string(MediaType.ociLayer), "digest": .string("\(blob)"),
          "size": .integer(Int64(layer.utf8.count)),
        ]
      ],
    ]
    for (key, value) in extra.map({ ($0.key, $0.value) }) { json[key] = value }
    let bytes = JSONValue.object(json).bytes()
    let reply = await ask(
      server, .PUT, "/v2/\(name)/manifests/\(key)", ["Content-Type": MediaType.ociManifest], bytes)
    return (reply, FakeRegistry.digest(bytes))
  }

  @Test("says what it is, and what it is not")
  func base() async throws {
    let server = try server()
    let base = await ask(server, .GET, "/v2/")
    #expect(base.status == 200 && base["Docker-Distribution-Api-Version"] == "registry/2.0")
    for (path, status) in [
      ("/", 404), ("/v2/x", 404), ("/v2/a/b/c", 404), ("/v2/A/tags/list", 400),
      ("/v2/_x/tags/list", 400), ("/v2/a/../tags/list", 400), ("/v2/a/tags/list", 404),
      ("/v2/a/blobs/sha256:12", 400), ("/v2/a/manifests/.x", 400),
      ("/v2/a%2F..%2Fb/tags/list", 400),
    ] {
      let reply = await ask(server, .GET, path)
      #expect(reply.status == status, "\(path)")
      #expect(reply.code != nil, "\(path)")
    }
  }

  @Test("takes an upload in pieces, each where the last one ended")
  func pieces() async throws {
    let server = try server()
    let bytes = Array("hello, world".utf8)
    let digest = FakeRegistry.digest(bytes)
    let opened = await ask(server, .POST, "/v2/a/b/blobs/uploads/")
    let place = try #require(opened["Location"])
    #expect(opened.status == 202 && opened["Range"] == "0-0")
    let first = await ask(
      server, .PATCH, place, ["Content-Range": "0-4"], Array(bytes[..<5]))
    #expect(first.status == 202 && first["Range"] == "0-4")
    let early = await ask(server, .PATCH, place, ["Content-Range": "4-9"], [1])
    #expect(early.status == 416 && early["Range"] == "0-4")
    #expect((await ask(server, .GET, place))["Range"] == "0-4")
    // Another server over the same directory goes on with it.
    let again = try self.server()
    let last = await ask(again, .PUT, place + "?digest=\(digest)", [:], Array(bytes[5...]))
    #expect(last.status == 201 && last["Location"] == "/v2/a/b/blobs/\(digest)")
    #expect((await ask(again, .GET, place)).status == 404)
    let head = await ask(again, .HEAD, "/v2/a/b/blobs/\(digest)")
    #expect(head.status == 200 && head["Content-Length"] == "12")
    #expect((await ask(again, .HEAD, "/v2/other/blobs/\(digest)")).status == 404)
  }

  @Test("refuses content that is not what its digest says, and forgets it")
  func wrongDigest() async throws {
    let server = try server()
    let digest = FakeRegistry.digest([1])
    let reply = await ask(server, .POST, "/v2/a/blobs/uploads/?digest=\(digest)", [:], [2])
    #expect(reply.status == 400 && reply.code == "DIGEST_INVALID")
    #expect(try Directory.list(directory.path + "/registry/uploads") == [])
    #expect(try Directory.list(directory.path + "/registry/blobs/sha256") == [])
    for id in ["../../blobs", "%2e%2e%2fx", String(repeating: "g", count: 32), "x"] {
      let reply = await ask(server, .PATCH, "/v2/a/blobs/uploads/\(id)", [:], [1])
      #expect(reply.status == 404 || reply.status == 400, "\(id)")
    }
  }

  @Test("an upload can be thrown away")
  func cancelled() async throws {
    let server = try server()
    let place = try #require((await ask(server, .POST, "/v2/a/blobs/uploads/"))["Location"])
    #expect((await ask(server, .DELETE, place)).status == 204)
    #expect((await ask(server, .PATCH, place, [:], [1])).code == "BLOB_UPLOAD_UNKNOWN")
  }

  @Test("mounts a blob from another repository that has it, and from no other")
  func mount() async throws {
    let server = try server()
    let digest = await push([1, 2], to: "a", server)
    let mounted = await ask(
      server, .POST, "/v2/b/blobs/uploads/?mount=\(digest)&from=a")
    #expect(mounted.status == 201 && mounted["Location"] == "/v2/b/blobs/\(digest)")
    for from in ["&from=c", "", "&from=../a"] {
      let other = await ask(server, .POST, "/v2/d/blobs/uploads/?mount=\(digest)\(from)")
      #expect(other.status == 202)
      #expect((await ask(server, .HEAD, "/v2/d/blobs/\(digest)")).status == 404)
    }
  }

  @Test("keeps a manifest by tag and digest once everything it names is there")
  func manifest() async throws {
    let server = try server()
    let (reply, digest) = try await pushImage("v1", to: "me/app", server)
    #expect(reply.status == 201 && reply["Docker-Content-Digest"] == "\(digest)")
    for key in ["v1", "\(digest)"] {
      let got = await ask(server, .GET, "/v2/me/app/manifests/\(key)")
      #expect(got.status == 200 && got["Content-Type"] == MediaType.ociManifest)
      #expect(FakeRegistry.digest(got.bytes) == digest)
    }
    let unknown: JSONValue = [
      "schemaVersion": 2,
      "config": [
        "mediaType": .string(MediaType.ociConfig), "size": 2,
        "digest": .string("\(FakeRegistry.digest([9]))"),
      ], "layers": [],
    ]
    for (key, type, bytes, code) in [
      ("v2", MediaType.ociManifest, unknown.bytes(), "MANIFEST_BLOB_UNKNOWN"),
      ("v2", MediaType.ociManifest, Array("{".utf8), "MANIFEST_INVALID"),
      ("v2", MediaType.ociIndex, unknown.bytes(), "MANIFEST_INVALID"),
      (
        "\(FakeRegistry.digest([9]))", MediaType.ociIndex,
        Array(#"{"schemaVersion":2,"manifests":[]}"#.utf8), "DIGEST_INVALID"
      ),
      (".v2", MediaType.ociManifest, [], "MANIFEST_INVALID"),
    ] {
      let reply = await ask(
        server, .PUT, "/v2/me/app/manifests/\(key)", ["Content-Type": type], bytes)
      #expect(reply.code == code)
    }
    let lie = try await pushImage(
      "v2", to: "me/app", server,
      extra: [
        "config": [
          "mediaType": .string(MediaType.ociConfig), "size": 3,
          "digest": .string("\(FakeRegistry.digest(Array("{}".utf8)))"),
        ]
      ])
    #expect(lie.0.code == "MANIFEST_INVALID")
  }

  @Test("lists repositories and tags in pages")
  func pages() async throws {
    let server = try server()
    for tag in ["c", "a", "b"] { _ = try await pushImage(tag, to: "me/app", server) }
    _ = try await pushImage("x", to: "app", server)
    _ = try await pushImage("x", to: "me", server)
    func list(_ target: String) async -> ([String], String?) {
      let reply = await ask(server, .GET, target)
      let items = (reply.json?["tags"] ?? reply.json?["repositories"])?.array ?? []
      return (items.compactMap(\.string), reply["Link"])
    }
    #expect(await list("/v2/me/app/tags/list") == (["a", "b", "c"], nil))
    let first = await list("/v2/me/app/tags/list?n=2")
    #expect(first == (["a", "b"], "</v2/me/app/tags/list?last=b&n=2>; rel=\"next\""))
    #expect(await list("/v2/me/app/tags/list?n=2&last=b") == (["c"], nil))
    #expect(await list("/v2/me/app/tags/list?n=0") == ([], nil))
    #expect(await list("/v2/_catalog") == (["app", "me", "me/app"], nil))
    #expect(await list("/v2/_catalog?n=1").1 == "</v2/_catalog?last=app&n=1>; rel=\"next\"")
    #expect((await ask(server, .GET, "/v2/_catalog?n=x")).status == 400)
  }

  @Test("knows what is about what")
  func referrers() async throws {
    let server = try server()
    let (_, image) = try await pushImage("v1", to: "a", server)
    let subject: JSONValue = [
      "mediaType": .string(MediaType.ociManifest), "digest": .string("\(image)"), "size": 1,
    ]
    let (reply, signature) = try await pushImage(
      "sig", to: "a", server, layer: "signed",
      extra: [
        "subject": subject, "artifactType": "application/x-signature",
        "annotations": ["by": "me"],
      ])
    #expect(reply["OCI-Subject"] == "\(image)")
    let list = await ask(server, .GET, "/v2/a/referrers/\(image)")
    #expect(list["Content-Type"] == MediaType.ociIndex)
    let item = try #require(list.json?["manifests"]?[0])
    #expect(item["digest"]?.string == "\(signature)")
    #expect(item["artifactType"]?.string == "application/x-signature")
    #expect(item["annotations"]?["by"]?.string == "me")
    let other = await ask(server, .GET, "/v2/a/referrers/\(image)?artifactType=x")
    #expect(other["OCI-Filters-Applied"] == "artifactType")
    #expect(other.json?["manifests"]?.array == [])
    let none = await ask(server, .GET, "/v2/a/referrers/\(signature)")
    #expect(none.status == 200 && none.json?["manifests"]?.array == [])
  }

  @Test(
    "gives parts of a blob",
    arguments: [
      ("bytes=0-3", 206, "bytes 0-3/10"), ("bytes=4-", 206, "bytes 4-9/10"),
      ("bytes=-3", 206, "bytes 7-9/10"), ("bytes=5-99", 206, "bytes 5-9/10"),
      ("bytes=10-", 416, "bytes */10"), ("bytes=-0", 416, "bytes */10"), ("bytes=5-2", 200, nil),
      ("bytes=0-1,3-4", 200, nil), ("items=0-1", 200, nil),
    ] as [(String, Int, String?)])
  func ranges(_ range: String, _ status: Int, _ expected: String?) async throws {
    let server = try server()
    let digest = await push(Array("0123456789".utf8), to: "a", server)
    let reply = await ask(server, .HEAD, "/v2/a/blobs/\(digest)", ["Range": range])
    #expect(reply.status == status)
    #expect(reply["Content-Range"] == expected)
  }

  @Test("deletes tags, manifests and blobs, and collects what nothing names")
  func deletion() async throws {
    let server = try server()
    let (_, first) = try await pushImage("v1", to: "a", server, layer: "one")
    let (_, second) = try await pushImage("v2", to: "a", server, layer: "two")
    var collector = RegistryCollector(store: server.store)
    collector.grace = 0
    #expect(try collector.run() == RegistryCollector.Report())
    #expect((await ask(server, .DELETE, "/v2/a/manifests/v1")).status == 202)
    #expect((await ask(server, .DELETE, "/v2/a/manifests/v1")).status == 404)
    #expect((await ask(server, .GET, "/v2/a/manifests/\(first)")).status == 200)
    // Without a tag it stays, unless asked for; and within the grace period anyway.
    #expect(try collector.run().blobs.isEmpty)
    collector.removesUntagged = true
    collector.grace = 3600
    #expect(try collector.run() == RegistryCollector.Report())
    collector.grace = 0
    collector.isDryRun = true
    let wish = try collector.run()
    #expect(wish.manifests == ["a@\(first)"])
    collector.isDryRun = false
    #expect(try collector.run().manifests == ["a@\(first)"])
    let blob = FakeRegistry.digest(Array("one".utf8))
    #expect((await ask(server, .HEAD, "/v2/a/blobs/\(blob)")).status == 404)
    #expect((await ask(server, .GET, "/v2/a/manifests/v2")).status == 200)
    #expect((await ask(server, .DELETE, "/v2/a/manifests/\(second)")).status == 202)
    #expect((await ask(server, .GET, "/v2/a/manifests/v2")).code == "MANIFEST_UNKNOWN")
    let config = FakeRegistry.digest(Array("{}".utf8))
    #expect((await ask(server, .DELETE, "/v2/a/blobs/\(config)")).status == 202)
    #expect((await ask(server, .DELETE, "/v2/a/blobs/\(config)")).status == 404)
    _ = try collector.run()
    #expect(try Directory.list(directory.path + "/registry/blobs/sha256") == [])
  }

  @Test("says how many blobs stay only because they are new")
  func youngBlobs() async throws {
    let server = try server()
    let (_, first) = try await pushImage("v1", to: "a", server, layer: "one")
    #expect((await ask(server, .DELETE, "/v2/a/manifests/\(first)")).status == 202)
    var collector = RegistryCollector(store: server.store)
    let wish = try collector.run()
    #expect(wish.blobs.isEmpty)
    #expect(wish.young == 3, "manifest, configuration, layer")
    collector.grace = 0
    let done = try collector.run()
    #expect(done.blobs.count == 3)
    #expect(done.young == 0)
  }

  @Test("a directory of somebody else is left as it is, and none is made where one should be")
  func foreignDirectory() throws {
    let theirs = directory.path + "/theirs"
    try Directory.make(theirs)
    try File.replace(theirs + "/letter", "dear")
    for makes in [true, false] {
      #expect(throws: DklabError.self) { try RegistryStore(root: theirs, makes: makes) }
    }
    #expect(try Directory.list(theirs) == ["letter"])
    let absent = directory.path + "/absent"
    let error = #expect(throws: DklabError.self) { try RegistryStore(root: absent, makes: false) }
    #expect(error?.id == "registry.data")
    #expect(error?.message.en.contains(absent) == true)
    #expect(!File.exists(absent))
    _ = try RegistryStore(root: absent)
    _ = try RegistryStore(root: absent, makes: false)
  }

  @Test("asks who it is where users are set, and takes nothing where it is read-only")
  func gates() async throws {
    try File.replace(directory.path + "/users", "lab:\(Bcrypt.hash("pw", cost: 4))\n")
    let users = try Htpasswd(path: directory.path + "/users")
    let closed = try server { $0.users = users }
    let stranger = await ask(closed, .GET, "/v2/")
    #expect(stranger.status == 401 && stranger.code == "UNAUTHORIZED")
    #expect(stranger["WWW-Authenticate"]?.hasPrefix("Basic ") == true)
    let known = await ask(
      closed, .GET, "/v2/", ["Authorization": "Basic " + Base64.encode(Array("lab:pw".utf8))])
    #expect(known.status == 200)
    let frozen = try server { $0.isReadOnly = true }
    for (method, target) in [
      (HTTPMethod.POST, "/v2/a/blobs/uploads/"), (.PUT, "/v2/a/manifests/x"),
      (.DELETE, "/v2/a/manifests/x"),
    ] {
      #expect((await ask(frozen, method, target)).status == 405)
    }
  }
}
