import Documents
import HTTP
import Images
import Linux
import Support

extension RegistryServer {
  /// GET, HEAD, PUT and DELETE of a manifest by tag or digest.
  func manifest(_ key: String, in name: String, _ request: HTTPRequest) async throws
    -> HTTPResponse
  {
    guard Digest(key) != nil || RegistryStore.isTag(key) else {
      throw RegistryProblem.manifestInvalid("neither a tag nor a digest: \(key)")
    }
    let store = store
    switch request.method {
    case .GET, .HEAD:
      if let cache { try await cache.bring(manifest: key, of: name) }
      let found = try await BlockingWork.run { try store.manifest(key, in: name) }
      guard let found else {
        throw store.exists(name) ? RegistryProblem.manifestUnknown : RegistryProblem.nameUnknown
      }
      var response = HTTPResponse(type: found.mediaType, bytes: found.bytes)
      response.headers.add(name: "Docker-Content-Digest", value: "\(found.digest)")
      response.headers.add(name: "Etag", value: "\"\(found.digest)\"")
      return response
    case .PUT: return try await put(key, in: name, request)
    case .DELETE:
      guard try await BlockingWork.run({ try store.remove(key, from: name) }) else {
        throw RegistryProblem.manifestUnknown
      }
      return HTTPResponse(.accepted)
    default: throw Self.badMethod
    }
  }

  private func put(_ key: String, in name: String, _ request: HTTPRequest) async throws
    -> HTTPResponse
  {
    let bytes = try await request.body.collect(upTo: ManifestDocument.sizeLimit)
    let type = request.headers.first(name: "Content-Type")
      .map { String($0.prefix { $0 != ";" && $0 != " " }) }
    let store = store
    let (digest, subject) = try await BlockingWork.run {
      let document = try ManifestDocument(parsing: bytes, mediaType: type, what: "manifest")
      for item in document.descriptors { try Self.require(item, document, name, store) }
      let json = try JSONValue.parse(bytes, file: "manifest")
      let subject = json["subject"]?["digest"]?.string.flatMap { Digest($0) }
      let own = json["mediaType"]?.string ?? type ?? document.standardType
      let digest = try store.add(
        bytes, mediaType: own, subject: subject, tag: Digest(key) == nil ? key : nil, to: name,
        expecting: Digest(key))
      return (digest, subject)
    }
    var headers: HTTPHeaders = [
      "Location": "/v2/\(name)/manifests/\(digest)", "Docker-Content-Digest": "\(digest)",
    ]
    if let subject { headers.add(name: "OCI-Subject", value: "\(subject)") }
    return HTTPResponse(.created, headers: headers)
  }

  /// What a manifest names must be here, except what may not be passed on.
  private static func require(
    _ item: Descriptor, _ document: ManifestDocument, _ name: String, _ store: RegistryStore
  ) throws {
    if MediaType.isForeignLayer(item.mediaType) { return }
    guard let size = store.blobSize(item.digest, in: name) else {
      throw RegistryProblem(
        .notFound, "MANIFEST_BLOB_UNKNOWN", "unknown to this repository: \(item.digest)")
    }
    guard size == item.size else {
      throw RegistryProblem.manifestInvalid(
        "\(item.digest) has \(size) bytes, not \(item.size)")
    }
  }
}

extension RegistryStore {
  /// `add`, refusing content that is not `expected`.
  func add(
    _ bytes: [UInt8], mediaType: String, subject: Digest?, tag: String?, to name: String,
    expecting expected: Digest?
  ) throws -> Digest {
    if let expected, expected != Self.digest(of: bytes) { throw RegistryProblem.digestInvalid }
    return try add(bytes, mediaType: mediaType, subject: subject, tag: tag, to: name)
  }
}

extension ManifestDocument {
  fileprivate var standardType: String {
    switch self {
    case .image: MediaType.ociManifest
    case .index: MediaType.ociIndex
    }
  }
}
