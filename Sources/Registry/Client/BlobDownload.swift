// One blob on its way here, however often the way is interrupted.
//
// What has arrived lies in a PartialBlob. Each attempt asks for what is missing (`Range: bytes=N-`);
// a server that sends everything again is fine too. An attempt that brought something is no failure:
// only when several in a row bring nothing is the download given up. The content counts when all of
// it has the promised digest, so nobody on the way can change it.
//
// RFC 9110, section 14 (range requests). Next: ImageTransfer.swift.

import AsyncHTTPClient
import HTTP
import Images
import Linux
import NIOCore
import Support

/// The transfer of one blob from a registry.
struct BlobDownload: Sendable {
  let repository: RemoteRepository
  let place: PartialBlob.Place
  let blob: Descriptor
  let report: @Sendable (ImageProgress) -> Void
  /// Told after each piece how many bytes are there.
  var arrived: @Sendable (Int64) -> Void = { _ in }

  private static let patience = 5

  /// Returns when the whole blob is in the store.
  func run() async throws {
    if place.hasBlob(blob.digest) { return }
    var failures = 0
    var damages = 0
    var furthest: Int64 = 0
    while true {
      // A PartialBlob never crosses into another task: it lives within one attempt.
      let attempt = try await self.attempt()
      switch attempt {
      case .done: return
      case .busy: try await Task.sleep(nanoseconds: 200_000_000)
      case .damaged(let found):
        damages += 1
        guard damages < 2 else {
          throw DklabError.wrongContent(
            "layer \(blob.digest.short)", expected: blob.digest, found: found)
        }
      case .broken(let error, let reached):
        // Further than ever before: what only starts anew each time would never come to an end.
        failures = reached > furthest ? 1 : failures + 1
        furthest = max(furthest, reached)
        guard failures < Self.patience else { throw error }
        report(ImageProgress(id: blob.digest.short, "Retrying"))
        try await Task.sleep(
          nanoseconds: UInt64(RegistryConnection.backoff(failures).nanoseconds))
      }
    }
  }

  private enum Attempt {
    case done
    /// Another process is at it.
    case busy
    case damaged(Digest)
    case broken(any Error, reached: Int64)
  }

  private func attempt() async throws -> Attempt {
    guard let partial = try PartialBlob(blob.digest, in: place) else { return .busy }
    if place.hasBlob(blob.digest) { return .done }
    if partial.size > blob.size { try partial.restart() }
    arrived(partial.size)
    let start = partial.size
    if start < blob.size || blob.size == 0 {
      do {
        try await receive(partial)
      } catch let error as RegistryFailure {
        throw error
      } catch let error as DklabError where !Self.passing.contains(error.id) {
        throw error
      } catch let error where !(error is CancellationError || error is SyscallError) {
        return .broken(error, reached: partial.size)
      }
    }
    guard partial.size == blob.size else {
      let error = DklabError(
        .unavailable, id: "registry.short",
        Text(
          "layer \(blob.digest.short): the connection ended after \(partial.size) of \(blob.size) bytes",
          ko: "레이어 \(blob.digest.short): \(blob.size)바이트 가운데 \(partial.size)바이트에서 연결이 끝났습니다"))
      return .broken(error, reached: partial.size)
    }
    report(ImageProgress(id: blob.digest.short, "Verifying Checksum"))
    return try partial.finish() ? .done : .damaged(partial.foundDigest ?? blob.digest)
  }

  private func receive(_ partial: PartialBlob) async throws {
    var request = RegistryRequest(
      .GET, "\(repository.path)/blobs/\(blob.digest)", scope: .pull(repository.path))
    // A compressed transfer would have other offsets.
    request.headers = [("Accept-Encoding", "identity")]
    if partial.size > 0 { request.headers.append(("Range", "bytes=\(partial.size)-")) }
    request.attempts = 3
    let response = try await repository.connection.send(request, expecting: 200, 206, 416)
    switch response.status.code {
    case 206 where Self.start(response.headers.first(name: "Content-Range")) == partial.size: break
    case 200: if partial.size > 0 { try restart(partial) }
    default:
      // A range that the server does not have, or another one than was asked for.
      try restart(partial)
      throw Self.rangeRefused(blob)
    }
    var told = partial.size
    for try await buffer in response.body {
      guard partial.size + Int64(buffer.readableBytes) <= blob.size else {
        try restart(partial)
        throw DklabError(
          .invalid, id: "image.wrong-size",
          Text(
            "layer \(blob.digest.short): the registry sends more than the \(blob.size) bytes that "
              + "the manifest says",
            ko: "레이어 \(blob.digest.short): 매니페스트에 적힌 \(blob.size)바이트보다 많이 보내고 있습니다"))
      }
      try buffer.withUnsafeReadableBytes { try partial.write($0) }
      arrived(partial.size)
      if partial.size - told >= max(blob.size / 200, 256 << 10) {
        told = partial.size
        report(
          ImageProgress(
            id: blob.digest.short, "Downloading", done: partial.size, total: blob.size))
      }
    }
  }

  private func restart(_ partial: PartialBlob) throws {
    try partial.restart()
    arrived(0)
  }

  /// Failures that the next attempt may not meet.
  private static let passing = ["registry.unreachable", "registry.range"]

  private static func rangeRefused(_ blob: Descriptor) -> DklabError {
    DklabError(
      .unavailable, id: "registry.range",
      Text(
        "layer \(blob.digest.short): the registry does not go on where the last attempt ended",
        ko: "레이어 \(blob.digest.short): 레지스트리가 끊긴 곳부터 이어 주지 않습니다"))
  }

  /// N of `bytes N-M/T`.
  static func start(_ range: String?) -> Int64? {
    guard let range, range.hasPrefix("bytes ") else { return nil }
    return range.dropFirst(6).split(separator: "-").first.flatMap { Int64($0) }
  }
}
