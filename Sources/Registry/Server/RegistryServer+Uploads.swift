// Blobs come in by uploads. An upload is a place that POST opens and names in `Location`; each PATCH
// adds to it, and must begin where the last one ended; PUT ends it with the digest that all of it must
// have. A blob that another repository has need not come at all: POST with mount= and from=.

import HTTP
import Images
import Linux
import Support

extension RegistryServer {
  /// POST blobs/uploads/
  func openUpload(in name: String, _ request: HTTPRequest) async throws -> HTTPResponse {
    let (store, uploads) = (store, uploads)
    if let text = request.query["mount"] {
      guard let digest = Digest(text) else { throw RegistryProblem.digestInvalid }
      let isMounted = try await BlockingWork.run {
        guard let other = request.query["from"], RegistryStore.isName(other) else { return false }
        return try store.mount(digest, from: other, to: name)
      }
      if isMounted { return created(digest, in: name) }
    }
    let (id, file) = try await BlockingWork.run { try uploads.make() }
    guard let text = request.query["digest"] else {
      uploads.put(id, file)
      return place(id, 0, in: name, .accepted)
    }
    // All of it in one request.
    return try await finish(id, file, as: text, in: name, request)
  }

  /// GET, PATCH, PUT and DELETE of blobs/uploads/ID.
  func upload(_ id: String, in name: String, _ request: HTTPRequest) async throws -> HTTPResponse {
    let uploads = uploads
    let file = try await BlockingWork.run { try uploads.take(id) }
    switch request.method {
    case .GET, .HEAD:
      uploads.put(id, file)
      return place(id, file.size, in: name, .noContent)
    case .PATCH:
      do {
        try checkStart(request, file.size, id, name)
        try await receive(request, file)
      } catch {
        // What has arrived stays: the client asks how much, and goes on.
        uploads.put(id, file)
        throw error
      }
      uploads.put(id, file)
      return place(id, file.size, in: name, .accepted)
    case .PUT:
      return try await finish(id, file, as: request.query["digest"] ?? "", in: name, request)
    case .DELETE:
      uploads.discard(id, file)
      return HTTPResponse(.noContent)
    default:
      uploads.put(id, file)
      throw Self.badMethod
    }
  }

  private func finish(
    _ id: String, _ file: UploadFile, as text: String, in name: String, _ request: HTTPRequest
  ) async throws -> HTTPResponse {
    let (store, uploads) = (store, uploads)
    guard let digest = Digest(text) else {
      uploads.put(id, file)
      throw RegistryProblem.digestInvalid
    }
    do {
      try checkStart(request, file.size, id, name)
      try await receive(request, file)
    } catch {
      uploads.put(id, file)
      throw error
    }
    defer { uploads.release(id) }
    let isRight = try await BlockingWork.run {
      guard try file.finish(as: digest, in: store) else { return false }
      try store.link(digest, to: name)
      return true
    }
    guard isRight else { throw RegistryProblem.digestInvalid }
    return created(digest, in: name)
  }

  private func receive(_ request: HTTPRequest, _ file: UploadFile) async throws {
    for try await chunk in request.body { try file.append(chunk) }
  }

  /// A chunk that says where it begins must begin where the last one ended.
  private func checkStart(
    _ request: HTTPRequest, _ size: Int64, _ id: String, _ name: String
  ) throws {
    guard let range = request.headers.first(name: "Content-Range") else { return }
    let text = range.hasPrefix("bytes ") ? range.dropFirst(6) : range[...]
    guard text.split(separator: "-").first.flatMap({ Int64($0) }) == size else {
      throw RegistryProblem(
        .rangeNotSatisfiable, "BLOB_UPLOAD_INVALID", "the chunk must begin at \(size)",
        headers: place(id, size, in: name, .accepted).headers)
    }
  }

  private func place(
    _ id: String, _ size: Int64, in name: String, _ status: HTTPStatus
  ) -> HTTPResponse {
    HTTPResponse(
      status,
      headers: [
        "Location": "/v2/\(name)/blobs/uploads/\(id)", "Range": "0-\(max(0, size - 1))",
        "Docker-Upload-UUID": id,
      ])
  }

  private func created(_ digest: Digest, in name: String) -> HTTPResponse {
    HTTPResponse(
      .created,
      headers: [
        "Location": "/v2/\(name)/blobs/\(digest)", "Docker-Content-Digest": "\(digest)",
      ])
  }
}
