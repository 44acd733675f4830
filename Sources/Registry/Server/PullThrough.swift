// A cache for a class: what this registry does not have, it brings from another one, once for all.
//
//   tags       may move, so the other registry is asked each time what they mean (HEAD, which Docker
//              Hub does not count); when it does not answer, the last known meaning holds
//   digests    mean the same for ever
//   blobs      come as `dklab pull` has them come: resumed, checked, each once, however many ask
//
// Simplification: a blob is here as a whole before its first byte goes on.

import HTTP
import Images
import Linux
import Support

/// Brings into a registry's store what it lacks.
struct PullThrough: Sendable {
  let store: RegistryStore
  let client: RegistryClient

  /// Brings the manifest `key` of `name`, if it is not here or a tag means another one by now.
  func bring(manifest key: String, of name: String) async throws {
    let store = store
    let known = try await BlockingWork.run { try store.manifest(key, in: name)?.digest }
    if known != nil, Digest(key) != nil { return }
    do {
      let repository = RemoteRepository(connection: client.own, path: name)
      if let known, try await repository.digest(of: key) == known { return }
      let found = try await repository.document(key, what: "\(name):\(key)")
      let tag = Digest(key) == nil ? key : nil
      _ = try await BlockingWork.run {
        try store.add(
          found.bytes, mediaType: found.mediaType, subject: nil, tag: tag, to: name)
      }
    } catch {
      if known != nil { return }
      throw Self.problem(error, RegistryProblem.manifestUnknown)
    }
  }

  /// Brings the blob `digest` of `name`, if it is not here.
  func bring(_ digest: Digest, of name: String) async throws {
    let store = store
    if try await BlockingWork.run({ store.blobSize(digest, in: name) }) != nil { return }
    do {
      let repository = RemoteRepository(connection: client.own, path: name)
      let size = try await repository.size(of: digest)
      let download = BlobDownload(
        repository: repository, place: PartialBlob.Place(root: store.root),
        blob: Descriptor(
          mediaType: "application/octet-stream", digest: digest, size: size), report: { _ in })
      try await download.run()
    } catch {
      throw Self.problem(error, RegistryProblem.blobUnknown)
    }
    try await BlockingWork.run { try store.link(digest, to: name) }
  }

  private static func problem(_ error: any Error, _ unknown: RegistryProblem) -> any Error {
    switch error {
    case let failure as RegistryFailure where failure.status == 429:
      return RegistryProblem(.tooManyRequests, "TOOMANYREQUESTS", failure.reason)
    case let failure as RegistryFailure where failure.status < 500: return unknown
    case let failure as RegistryFailure:
      return RegistryProblem(.badGateway, "UNKNOWN", failure.reason)
    case let error as DklabError where error.code == .unavailable:
      return RegistryProblem(.badGateway, "UNKNOWN", error.message.en)
    default: return error
    }
  }
}
