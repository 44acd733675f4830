import AsyncHTTPClient
import Dispatch
import HTTP
import Linux
import NIOCore
import Support
import Synchronization
import Testing

@testable import Images
@testable import Registry

/// A cache between a registry that can be told to misbehave, and clients.
@Suite("A cache of a registry")
struct PullThroughTests {
  private let directory = TemporaryDirectory()

  /// A cache on a free port, for as long as `body` runs.
  private func withCache(
    of origin: ScriptedServer, _ body: (RegistryConnection, RegistryStore) async throws -> Void
  ) async throws {
    let upstream = client(of: origin.name)
    let store = try RegistryStore(root: directory.path + "/cache")
    var configuration = RegistryServer.Configuration()
    configuration.upstream = upstream
    let registry = RegistryServer(store: store, configuration)
    let server = try HTTPServer.start(
      on: [try ListeningSocket.open(.tcp(host: "127.0.0.1", port: 0))],
      HTTPServer.Configuration(), handler: registry.respond)
    let address = String("\(server.addresses[0])".dropFirst("tcp://".count))
    let client = client(of: address)
    do {
      try await body(client.own, store)
      await close(client, upstream, server, origin)
    } catch {
      await close(client, upstream, server, origin)
      throw error
    }
  }

  private func close(
    _ client: RegistryClient, _ upstream: RegistryClient, _ server: HTTPServer,
    _ origin: ScriptedServer
  ) async {
    await client.close()
    _ = try? await BlockingWork.run { server.stop(grace: 1) }
    await upstream.close()
    origin.close()
  }

  private func client(of name: String) -> RegistryClient {
    RegistryClient(
      domain: name, endpoints: RegistryEndpoint.all(for: name, RegistryConfiguration()),
      credentials: [:])
  }

  private func get(
    _ digest: Images.Digest, _ connection: RegistryConnection, range: String? = nil
  ) async throws -> HTTPClientResponse {
    var request = RegistryRequest(.GET, "a/b/blobs/\(digest)", scope: .pull("a/b"))
    if let range { request.headers = [("Range", range)] }
    request.attempts = 1
    return try await connection.send(request)
  }

  @Test("a blob goes on while it arrives, to all who ask, and comes once")
  func streams() async throws {
    let registry = try FakeRegistry(layers: 1, size: 600_000)
    let layer = registry.layers[0]
    let gate = DispatchSemaphore(value: 0)
    let origin = try ScriptedServer { request in
      var answer = registry.answer(request)
      if request.method == "GET", request.path.contains("/blobs/") {
        answer.pause = { gate.wait() }
      }
      return answer
    }
    let whole = try #require(registry.blobs["\(layer.digest)"])
    try await withCache(of: origin) { connection, store in
      let first = try await get(layer.digest, connection)
      #expect(first.status == .ok)
      #expect(first.headers.first(name: "Content-Length") == "\(layer.size)")
      var bytes: [UInt8] = []
      // The rest is only sent once somebody here has had some of the first half.
      for try await buffer in first.body {
        if bytes.isEmpty {
          #expect(store.blobSize(layer.digest, in: "a/b") == nil)
          let part = try await get(layer.digest, connection, range: "bytes=10-19")
          #expect(part.status == .partialContent)
          let ten = Array(try await part.body.collect(upTo: 100).readableBytesView)
          #expect(ten == Array(whole[10..<20]))
          gate.signal()
        }
        bytes += Array(buffer.readableBytesView)
      }
      #expect(bytes == whole)
      #expect(store.blobSize(layer.digest, in: "a/b") == layer.size)
      let fetches = origin.requests.filter { $0.method == "GET" && $0.path.contains("/blobs/") }
      #expect(fetches.count == 1)
      let again = try await get(layer.digest, connection)
      #expect(try await again.body.collect(upTo: 1 << 20).readableBytes == whole.count)
    }
  }

  @Test("wrong content never gets to its end, and is not kept")
  func wrong() async throws {
    let registry = try FakeRegistry(layers: 1, size: 300_000)
    let layer = registry.layers[0]
    let origin = try ScriptedServer { request in
      var answer = registry.answer(request)
      if request.method == "GET", request.path.contains("/blobs/") { answer.body[1_000] ^= 1 }
      return answer
    }
    try await withCache(of: origin) { connection, store in
      var count = 0
      do {
        let response = try await get(layer.digest, connection)
        if response.status == .ok {
          for try await buffer in response.body { count += buffer.readableBytes }
        }
      } catch {}
      #expect(count < Int(layer.size))
      #expect(store.blobSize(layer.digest, in: "a/b") == nil)
      #expect(!File.exists(store.blobPath(layer.digest)))
    }
  }

  @Test("what the other registry does not have is not here either, and looking brings nothing")
  func missing() async throws {
    let registry = try FakeRegistry()
    let layer = registry.layers[0]
    let origin = try ScriptedServer { registry.answer($0) }
    try await withCache(of: origin) { connection, _ in
      let other = try await get(FakeRegistry.digest([1, 2, 3]), connection)
      #expect(other.status == .notFound)
      let look = RegistryRequest(.HEAD, "a/b/blobs/\(layer.digest)", scope: .pull("a/b"))
      let head = try await connection.send(look)
      #expect(head.status == .ok && head.headers.first(name: "Content-Length") == "\(layer.size)")
      #expect(!origin.requests.contains { $0.method == "GET" && $0.path.contains("/blobs/") })
    }
  }
}
