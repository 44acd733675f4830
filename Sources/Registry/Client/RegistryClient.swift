import AsyncHTTPClient
import struct Crypto.SHA256
import HTTP
import Images
import NIOCore
import Support

/// The registries for one domain of image names, and who we are there.
package struct RegistryClient: Sendable {
  package let domain: String
  /// Mirrors first.
  let connections: [RegistryConnection]
  let transport: HTTPTransport

  /// The registries for images of `domain`; `root` is the DKLAB_ROOT, whose configuration counts.
  /// Who we are there is what came with a request of the API, or else what docker's configuration
  /// and its credential helpers say.
  package init(domain: String, root: String) throws {
    let configuration = try RegistryConfiguration(root: root)
    if let given = try GivenCredentials() {
      self.init(
        domain: domain, endpoints: RegistryEndpoint.all(for: domain, configuration),
        credentials: given.credentials(for: domain).map { [domain: $0] } ?? [:])
    } else {
      try self.init(domain: domain, configuration: configuration, docker: DockerConfig())
    }
  }

  /// The same with everything given.
  package init(
    domain: String, configuration: RegistryConfiguration, docker: DockerConfig
  ) throws {
    let endpoints = RegistryEndpoint.all(for: domain, configuration)
    var credentials: [String: RegistryCredentials] = [:]
    for name in Set(endpoints.map(\.domain)) {
      credentials[name] = try docker.credentials(for: name)
    }
    self.init(domain: domain, endpoints: endpoints, credentials: credentials)
  }

  init(
    domain: String, endpoints: [RegistryEndpoint], credentials: [String: RegistryCredentials]
  ) {
    self.domain = domain
    let transport = HTTPTransport()
    self.transport = transport
    connections = endpoints.map {
      RegistryConnection($0, transport: transport, credentials: credentials)
    }
  }

  /// Closes all connections.
  package func close() async { await transport.close() }

  /// The registry itself, which takes pushes.
  var own: RegistryConnection {
    guard let last = connections.last else { preconditionFailure("a domain without a registry") }
    return last
  }

  /// Runs `body`, which waits in this thread, with a client for `domain`, and closes it afterwards.
  /// Not to be called from a task.
  package static func using<Value>(
    _ domain: String, root: String, _ body: (RegistryClient) throws -> Value
  ) throws -> Value {
    let client = try RegistryClient(domain: domain, root: root)
    defer { try? waitForTask { await client.close() } }
    return try body(client)
  }

  /// Runs `body` with a client for `domain` and closes it afterwards. Not to be called from a task.
  package static func with<Value: Sendable>(
    _ domain: String, root: String,
    _ body: @escaping @Sendable (RegistryClient) async throws -> Value
  ) throws -> Value {
    let client = try RegistryClient(domain: domain, root: root)
    return try waitForTask {
      do {
        let value = try await body(client)
        await client.close()
        return value
      } catch {
        await client.close()
        throw error
      }
    }
  }
}

/// A document that a registry has under a name.
package struct RemoteDocument: Sendable {
  package var document: ManifestDocument
  package var mediaType: String
  package var digest: Digest
  package var bytes: [UInt8]
}

/// One repository of one registry.
package struct RemoteRepository: Sendable {
  let connection: RegistryConnection
  package let path: String

  /// The manifest or index of `key`, a tag or a digest, which it must have.
  func document(_ key: String, what: String) async throws -> RemoteDocument {
    var request = RegistryRequest(.GET, "\(path)/manifests/\(key)", scope: .pull(path))
    request.headers = ManifestDocument.accepted.map { ("Accept", $0) }
    let response = try await connection.send(request, expecting: 200)
    let type = response.headers.first(name: "Content-Type")?.split(separator: ";").first
      .map { $0.filter { $0 != " " } }
    let bytes = try await collect(response, limit: ManifestDocument.sizeLimit, what)
    let digest = Digest(bytes: SHA256.hash(data: bytes))
    if let promised = Digest(key), promised != digest {
      throw DklabError.wrongContent(what, expected: promised, found: digest)
    }
    let document = try ManifestDocument(parsing: bytes, mediaType: type, what: what)
    return RemoteDocument(
      document: document, mediaType: type ?? "", digest: digest, bytes: bytes)
  }

  /// What `key` leads to, without the document; nil when the registry does not say.
  func digest(of key: String) async throws -> Images.Digest? {
    var request = RegistryRequest(.HEAD, "\(path)/manifests/\(key)", scope: .pull(path))
    request.headers = ManifestDocument.accepted.map { ("Accept", $0) }
    let response = try await connection.send(request, expecting: 200)
    return response.headers.first(name: "Docker-Content-Digest").flatMap { Images.Digest($0) }
  }

  /// How large a blob is.
  func size(of digest: Images.Digest) async throws -> Int64 {
    let request = RegistryRequest(.HEAD, "\(path)/blobs/\(digest)", scope: .pull(path))
    let response = try await connection.send(request, expecting: 200)
    guard let size = response.headers.first(name: "Content-Length").flatMap({ Int64($0) }),
      size >= 0
    else {
      throw DklabError(
        .unavailable, id: "registry.no-length",
        Text(
          "\(digest): the registry does not say how large it is",
          ko: "\(digest): 레지스트리가 크기를 알려 주지 않습니다"))
    }
    return size
  }

  /// A small blob as a whole.
  func smallBlob(_ blob: Descriptor, what: String) async throws -> [UInt8] {
    guard blob.size <= 16 << 20 else {
      throw DklabError(
        .invalid, id: "image.too-large",
        Text(
          "\(what): a configuration of \(blob.size) bytes", ko: "\(what): 설정이 \(blob.size)바이트나 됩니다")
      )
    }
    let request = RegistryRequest(.GET, "\(path)/blobs/\(blob.digest)", scope: .pull(path))
    let response = try await connection.send(request, expecting: 200)
    let bytes = try await collect(response, limit: Int(blob.size), what)
    let digest = Digest(bytes: SHA256.hash(data: bytes))
    guard digest == blob.digest else {
      throw DklabError.wrongContent(what, expected: blob.digest, found: digest)
    }
    return bytes
  }

  /// All tags.
  package func tags() async throws -> [String] {
    struct List: Decodable { var tags: [String]? }
    var tags: [String] = []
    var next: String? = "\(path)/tags/list?n=1000"
    for _ in 0..<1000 {
      guard let place = next else { break }
      let request = RegistryRequest(.GET, place, scope: .pull(path))
      let response = try await connection.send(request, expecting: 200)
      let bytes = try await collect(response, limit: 16 << 20, path)
      tags += try RegistryJSON.decode(List.self, bytes, what: "\(path)/tags/list").tags ?? []
      next = Self.next(response.headers.first(name: "Link"))
    }
    return tags
  }

  /// The path after `/v2/` in `<…/v2/NAME/tags/list?last=…>; rel="next"`.
  static func next(_ link: String?) -> String? {
    guard let link, let start = link.firstIndex(of: "<"), let end = link.firstIndex(of: ">"),
      start < end, link[end...].contains("next")
    else { return nil }
    let url = link[link.index(after: start)..<end]
    var rest = url
    while let slash = rest.firstIndex(of: "/") {
      if rest[slash...].hasPrefix("/v2/") { return String(rest[slash...].dropFirst(4)) }
      rest = rest[rest.index(after: slash)...]
    }
    return nil
  }

  private func collect(
    _ response: HTTPClientResponse, limit: Int, _ what: String
  ) async throws -> [UInt8] {
    do {
      return Array(try await response.body.collect(upTo: limit).readableBytesView)
    } catch is NIOTooManyBytesError {
      throw DklabError(
        .invalid, id: "image.too-large",
        Text("\(what): larger than \(limit) bytes", ko: "\(what): \(limit)바이트보다 큽니다"))
    }
  }
}

extension DklabError {
  /// A content that is not what its digest says.
  static func wrongContent(_ what: String, expected: Digest, found: Digest) -> DklabError {
    DklabError(
      .invalid, id: "image.wrong-digest",
      Text(
        "\(what): content does not match its digest: expected \(expected), found \(found)",
        ko: "\(what): 내용이 다이제스트와 다릅니다: 기대한 값 \(expected), 실제 값 \(found)"))
  }
}
