// One blob on its way to a registry.
//
//   HEAD   is it there already?
//   POST   with mount= and from=: another repository there has it, and nothing need be sent
//   POST   opens an upload, whose address is in `Location`
//   PATCH  sends the bytes; when the connection breaks, GET tells how many arrived, and the next
//          PATCH goes on from there
//   PUT    closes it with the digest, which the registry checks
//
// distribution-spec, "Pushing blobs". Next: LayerUpload.swift.

import AsyncHTTPClient
import Glibc
import HTTP
import Images
import Linux
import NIOCore
import Support

/// The transfer of one blob to a registry.
struct BlobUpload: Sendable {
  let repository: RemoteRepository
  /// Repositories of the same registry that may have it.
  let sources: [String]
  let blob: Descriptor
  /// The file with its bytes, asked for when they have to be sent.
  let file: @Sendable () async throws -> String
  /// What progress calls it.
  let label: String
  let report: @Sendable (ImageProgress) -> Void

  private static let patience = 5

  private var scope: RegistryScope { .push(repository.path, mounting: sources) }
  private var connection: RegistryConnection { repository.connection }

  /// What it took.
  enum Outcome: Sendable, Equatable {
    case present
    case mounted(from: String)
    case pushed
  }

  /// Returns when the registry has the whole blob.
  func run() async throws -> Outcome {
    let name = "\(repository.path)/blobs/\(blob.digest)"
    let look = try await connection.send(RegistryRequest(.HEAD, name, scope: scope))
    if look.status == .ok { return .present }
    guard [401, 403, 404].contains(look.status.code) else {
      throw try await connection.failure(look)
    }
    var place: String?
    mounting: for source in sources {
      let answer = try await open("?mount=\(blob.digest)&from=\(PercentEncoding.encode(source))")
      switch answer.status.code {
      case 201: return .mounted(from: source)
      case 202:
        // It opened an upload instead. One is enough.
        place = try location(answer)
        break mounting
      default: continue
      }
    }
    let path = try await file()
    var failures = 0
    while true {
      if place == nil {
        let answer = try await open("")
        guard answer.status == .accepted else { throw try await connection.failure(answer) }
        place = try location(answer)
      }
      do {
        try await send(path, to: place ?? "")
        return .pushed
      } catch is UploadLost {
        place = nil
        failures += 1
        guard failures < 3 else {
          throw DklabError(
            .unavailable, id: "registry.upload-lost",
            Text(
              "blob \(blob.digest.short): the registry lost the upload",
              ko: "블롭 \(blob.digest.short): 레지스트리가 업로드를 잃어버렸습니다"))
        }
      }
    }
  }

  private struct UploadLost: Error {}

  private func open(_ query: String) async throws -> HTTPClientResponse {
    let request = RegistryRequest(
      .POST, "\(repository.path)/blobs/uploads/\(query)", scope: scope)
    return try await connection.send(request)
  }

  /// Sends all bytes of the file at `path` to the upload at `start` and closes it.
  private func send(_ path: String, to start: String) async throws {
    var place = start
    var offset: Int64 = 0
    var failures = 0
    while offset < blob.size {
      do {
        (place, offset) = try await patch(path, place, from: offset)
        failures = 0
      } catch let error as RegistryFailure where error.status != 416 && error.status < 500 {
        if error.status == 404 { throw UploadLost() }
        throw error
      } catch let error where !(error is CancellationError || error is SyscallError) {
        failures += 1
        guard failures < Self.patience else { throw error }
        report(ImageProgress(id: label, "Retrying"))
        try await Task.sleep(
          nanoseconds: UInt64(RegistryConnection.backoff(failures).nanoseconds))
        (place, offset) = try await arrived(at: place)
      }
    }
    var request = RegistryRequest(
      .PUT, place + (place.contains("?") ? "&" : "?") + "digest=\(blob.digest)", scope: scope)
    // The registry may have to hash and move a large file first.
    request.timeout = .minutes(10)
    request.attempts = 1
    let answer = try await connection.send(request)
    guard answer.status == .created || answer.status == .noContent else {
      if answer.status == .notFound { throw UploadLost() }
      throw try await connection.failure(answer)
    }
  }

  private func patch(
    _ path: String, _ place: String, from offset: Int64
  ) async throws -> (String, Int64) {
    var request = RegistryRequest(.PATCH, place, scope: scope)
    request.headers = [
      ("Content-Type", "application/octet-stream"),
      ("Content-Range", "\(offset)-\(blob.size - 1)"),
    ]
    let bytes = FileBytes(path: path, start: offset, end: blob.size) { [report, label, blob] done in
      report(ImageProgress(id: label, "Pushing", done: done, total: blob.size))
    }
    let count = blob.size - offset
    request.body = { .stream(bytes, length: .known(count)) }
    request.timeout = .hours(12)
    request.attempts = 1
    let answer = try await connection.send(request, expecting: 202, 204, 201)
    // Without a Range, and where it cannot tell none from one, the whole chunk was taken.
    let next = Self.end(answer.headers.first(name: "Range")) ?? 0
    return (try location(answer, else: place), next > 0 ? next : blob.size)
  }

  /// How much of the upload the registry has.
  private func arrived(at place: String) async throws -> (String, Int64) {
    let answer = try await connection.send(RegistryRequest(.GET, place, scope: scope))
    guard answer.status == .noContent || answer.status == .ok || answer.status == .accepted else {
      throw UploadLost()
    }
    let range = answer.headers.first(name: "Range")
    return (try location(answer, else: place), Self.end(range) ?? 0)
  }

  private func location(_ answer: HTTPClientResponse, else old: String? = nil) throws -> String {
    guard let text = answer.headers.first(name: "Location") else {
      if let old { return old }
      throw DklabError(
        .unavailable, id: "registry.no-location",
        Text(
          "the registry opened an upload and did not say where",
          ko: "레지스트리가 업로드를 열었지만 위치를 알려 주지 않았습니다"))
    }
    if text.hasPrefix("http://") || text.hasPrefix("https://") { return text }
    if let prefix = text.range(ofFirst: "/v2/") { return String(text[prefix...].dropFirst(4)) }
    return text
  }

  /// M + 1 of `0-M`: how many bytes are there. `0-0` is what some say for none and for one byte; it
  /// counts as none, and the byte is sent again.
  static func end(_ range: String?) -> Int64? {
    guard let range else { return nil }
    let text = range.hasPrefix("bytes=") ? range.dropFirst(6) : range[...]
    guard let last = text.split(separator: "-").last.flatMap({ Int64($0) }) else { return nil }
    return last > 0 ? last + 1 : 0
  }
}

extension String {
  fileprivate func range(ofFirst text: String) -> String.Index? {
    indices.first { self[$0...].hasPrefix(text) }
  }
}

/// The bytes of a file from `start` to `end`, for the body of a request.
struct FileBytes: AsyncSequence, Sendable {
  let path: String
  let start: Int64
  let end: Int64
  /// Told how far it has come.
  let progress: @Sendable (Int64) -> Void

  private static let chunk = 256 << 10

  func makeAsyncIterator() -> Iterator { Iterator(self) }

  /// Reads as fast as the connection takes it.
  struct Iterator: AsyncIteratorProtocol {
    private let bytes: FileBytes
    private var position: Int64
    private var told: Int64
    private var file: OpenFile?

    init(_ bytes: FileBytes) {
      self.bytes = bytes
      position = bytes.start
      told = bytes.start
    }

    mutating func next() async throws -> ByteBuffer? {
      guard position < bytes.end else { return nil }
      let open = try file ?? OpenFile(bytes.path)
      file = open
      let wanted = Int(Swift.min(Int64(FileBytes.chunk), bytes.end - position))
      var buffer = ByteBufferAllocator().buffer(capacity: wanted)
      let place = position
      let count = try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: wanted) { space in
        try check(
          retryingInterrupts {
            pread(open.number, space.baseAddress, wanted, off_t(place))
          }, "read", bytes.path)
      }
      guard count > 0 else { throw SyscallError("read", bytes.path, errno: EIO) }
      position += Int64(count)
      if position - told >= Swift.max(bytes.end / 200, 512 << 10) || position == bytes.end {
        told = position
        bytes.progress(position)
      }
      return buffer
    }
  }

  private final class OpenFile: Sendable {
    let number: Int32

    init(_ path: String) throws {
      number = try FileDescriptor.open(path, O_RDONLY).release()
    }

    deinit { close(number) }
  }
}
