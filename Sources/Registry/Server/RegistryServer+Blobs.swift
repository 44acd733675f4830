import Glibc
import HTTP
import Images
import Linux
import Support

extension RegistryServer {
  /// GET, HEAD and DELETE of a blob.
  func blob(_ key: String, in name: String, _ request: HTTPRequest) async throws -> HTTPResponse {
    guard let digest = Digest(key) else { throw RegistryProblem.digestInvalid }
    let store = store
    switch request.method {
    case .GET, .HEAD:
      if let size = try await BlockingWork.run({ store.blobSize(digest, in: name) }) {
        return try content(digest, size: size, nil, request)
      }
      guard let cache else { throw RegistryProblem.blobUnknown }
      if request.method == .HEAD {
        let size = try await cache.size(of: digest, in: name)
        return try content(digest, size: size, nil, request)
      }
      let arrival = try await cache.bring(digest, of: name)
      return try content(digest, size: arrival.size, arrival, request)
    case .DELETE:
      guard try await BlockingWork.run({ store.unlinkBlob(digest, from: name) }) else {
        throw RegistryProblem.blobUnknown
      }
      return HTTPResponse(.accepted)
    default: throw Self.badMethod
    }
  }

  /// The blob, which is here, or is arriving.
  private func content(
    _ digest: Digest, size: Int64, _ arrival: BlobArrival?, _ request: HTTPRequest
  ) throws -> HTTPResponse {
    var response = HTTPResponse(headers: [
      "Content-Type": "application/octet-stream", "Docker-Content-Digest": "\(digest)",
      "Etag": "\"\(digest)\"", "Accept-Ranges": "bytes",
      // A digest means the same for ever.
      "Cache-Control": "max-age=31536000",
    ])
    if request.headers.first(name: "If-None-Match") == "\"\(digest)\"" {
      response.status = .notModified
      return response
    }
    var range: Range<Int64> = 0..<size
    switch ByteRange.parse(request.headers.first(name: "Range"), size: size) {
    case .whole: break
    case .part(let part):
      range = part
      response.status = .partialContent
      response.headers.add(
        name: "Content-Range", value: "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(size)")
    case .impossible:
      throw RegistryProblem(
        .rangeNotSatisfiable, "UNSUPPORTED", "no such range",
        headers: ["Content-Range": "bytes */\(size)"])
    }
    response.headers.add(name: "Content-Length", value: "\(range.count)")
    guard request.method == .GET else { return response }
    let place = PartialBlob.Place(root: store.root)
    let path = store.blobPath(digest)
    let wanted = range
    response.body = .stream { stream in
      let restarts = arrival?.restarts
      let file = try place.open(digest)
      let number = file.number
      var position = wanted.lowerBound
      while position < wanted.upperBound {
        let end = try await arrival?.end(after: position, restarts: restarts) ?? size
        let count = Int(min(256 << 10, min(end, wanted.upperBound) - position))
        let place = position
        let bytes = try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
          filled = try check(
            retryingInterrupts { pread(number, buffer.baseAddress, count, off_t(place)) },
            "read", path)
        }
        guard !bytes.isEmpty else { throw SyscallError("read", path, errno: EIO) }
        try await stream.write(bytes)
        position += Int64(bytes.count)
      }
    }
    return response
  }
}

/// The header `Range` (RFC 9110, section 14.2).
enum ByteRange: Equatable {
  /// None, or one that is not understood and so does not count.
  case whole
  case part(Range<Int64>)
  case impossible

  /// What `header` asks of `size` bytes. Several ranges in one request get everything.
  static func parse(_ header: String?, size: Int64) -> ByteRange {
    guard let header, header.hasPrefix("bytes="), !header.contains(",") else { return .whole }
    let ends = header.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2 else { return .whole }
    if ends[0].isEmpty {
      guard let count = Int64(ends[1]), count >= 0 else { return .whole }
      return count == 0 || size == 0 ? .impossible : .part(max(0, size - count)..<size)
    }
    guard let first = Int64(ends[0]), first >= 0 else { return .whole }
    guard first < size else { return .impossible }
    if ends[1].isEmpty { return .part(first..<size) }
    guard let last = Int64(ends[1]), last >= first else { return .whole }
    return .part(first..<min(last, size - 1) + 1)
  }
}
