// A cache for a class: what this registry does not have, it brings from another one, once for all.
//
//   tags       may move, so the other registry is asked each time what they mean (HEAD, which Docker
//              Hub does not count); when it does not answer, the last known meaning holds
//   digests    mean the same for ever
//   blobs      come as `dklab pull` has them come: resumed, checked, each once, however many ask, who
//              get the bytes while they arrive (BlobArrival.swift)

import HTTP
import Images
import Linux
import Support

/// Brings into a registry's store what it lacks.
struct PullThrough: Sendable {
  let store: RegistryStore
  let client: RegistryClient
  private let arrivals = BlobArrivals()

  init(store: RegistryStore, client: RegistryClient) {
    self.store = store
    self.client = client
  }

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

  /// How large the blob `digest` of `name` is there.
  func size(of digest: Digest, in name: String) async throws -> Int64 {
    do {
      return try await RemoteRepository(connection: client.own, path: name).size(of: digest)
    } catch {
      throw Self.problem(error, RegistryProblem.blobUnknown)
    }
  }

  /// Brings the blob `digest` of `name`, which is not here: returns as soon as its first bytes may be
  /// read, or when it turns out that it does not come. It goes on arriving when nobody waits any more.
  func bring(_ digest: Digest, of name: String) async throws -> BlobArrival {
    // The other registry says whether this repository may have it, for each one that asks.
    let size = try await size(of: digest, in: name)
    let (arrival, isNew) = arrivals.join(digest, size: size, for: name)
    if isNew { Task { await fetch(arrival, of: name) } }
    do {
      _ = try await arrival.end(after: 0)
    } catch {
      throw Self.problem(error, RegistryProblem.blobUnknown)
    }
    return arrival
  }

  private func fetch(_ arrival: BlobArrival, of name: String) async {
    let (store, digest) = (store, arrival.digest)
    var outcome: Result<Void, any Error> = .success(())
    do {
      let download = BlobDownload(
        repository: RemoteRepository(connection: client.own, path: name),
        place: PartialBlob.Place(root: store.root),
        blob: Descriptor(
          mediaType: "application/octet-stream", digest: digest, size: arrival.size),
        report: { _ in }, arrived: { arrival.advance(to: $0) })
      try await download.run()
    } catch {
      outcome = .failure(error)
    }
    let names = arrivals.leave(digest)
    if case .success = outcome {
      do {
        try await BlockingWork.run { for name in names { try store.link(digest, to: name) } }
      } catch {
        outcome = .failure(error)
      }
    }
    arrival.end(outcome)
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
