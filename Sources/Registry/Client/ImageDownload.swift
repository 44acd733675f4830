// `pull`: a name becomes an image of the store.
//
//   resolve    the tag's document; of an index the manifest for this machine, at most four deep
//   check      manifest against configuration, before anything large is fetched
//   fetch      the layers, three at a time, each resumable (BlobDownload)
//   unpack     base layer first, in this thread, while the next ones still arrive
//   record     one transaction: until then nothing can be seen of it
//
// The store's lock is held throughout, so that the collector takes nothing away in between.
//
// lab: registry-pull
// Next: ImageUpload.swift; the server's side is in RegistryServer.swift.

import HTTP
import Images
import Linux
import NIOCore
import Support

/// Brings images from their registries into a store.
package struct ImageDownload {
  private let client: RegistryClient
  private let store: ImageStore

  package init(client: RegistryClient, store: ImageStore) {
    self.client = client
    self.store = store
  }

  private static let parallel = 3

  private enum Event: Sendable {
    case progress(ImageProgress)
    case arrived(Digest)
    case failed(any Error)
  }

  /// Pulls `reference`, telling what `docker pull` would. Waits, in a thread that is no task's.
  ///
  /// Errors: `image.not-found`, `image.no-platform`, `image.wrong-digest`, `manifest.…`,
  /// `registry.…`.
  package func pull(
    _ reference: Reference, platform: Platform = .current, progress: (ImageProgress) -> Void
  ) throws {
    try store.content.withLock {
      let found = try resolve(reference, platform)
      progress(
        ImageProgress(
          id: reference.digest?.description ?? reference.tag, "Pulling from \(reference.path)"))
      for document in found.documents { try store.content.addBlob(document) }
      let pinned = reference.pinned(found.digest)
      let known = try store.find(pinned)
      let isNew = known?.id != found.image.manifest.config.digest
      // What was pushed from here lies in the store under other names than at the registry.
      let layers =
        if let known, !isNew, known.isComplete { known.layers } else { try fetch(found, progress) }
      try store.adopt(
        found.image, layers: layers,
        references: (reference.digest == nil ? [reference] : []) + [pinned])
      for line in ImageStore.ending(reference, found.digest, isNew: isNew) { progress(line) }
    }
  }

  /// What a name leads to.
  private struct Found: Sendable {
    var repository: RemoteRepository
    /// The digest that the name stands for: of the index where there is one.
    var digest: Digest
    var documents: [[UInt8]]
    var image: ArrivingImage
  }

  private func resolve(_ reference: Reference, _ platform: Platform) throws -> Found {
    let client = client
    return try waitForTask {
      var problem: (any Error)?
      for connection in client.connections {
        do {
          return try await Self.resolve(reference, platform, connection)
        } catch {
          // What a mirror cannot do the registry itself may.
          problem = error
          if !connection.endpoint.isMirror { break }
        }
      }
      if let failure = problem as? RegistryFailure {
        throw failure.pullError(reference.familiar, familiarName: reference.familiarName)
      }
      throw problem ?? CancellationError()
    }
  }

  private static func resolve(
    _ reference: Reference, _ platform: Platform, _ connection: RegistryConnection
  ) async throws -> Found {
    let repository = RemoteRepository(connection: connection, path: reference.path)
    let name = reference.familiar
    let key = reference.digest?.description ?? reference.tag ?? "latest"
    let top = try await repository.document(key, what: name)
    var document = top
    var documents = [top.bytes]
    for _ in 0..<4 {
      guard case .index(let index) = document.document else { break }
      guard let choice = index.choice(for: platform) else {
        throw ArrivingImage.noPlatform(name, platform, there: index.platforms)
      }
      document = try await repository.document("\(choice.digest)", what: name)
      documents.append(document.bytes)
    }
    guard case .image(let manifest) = document.document else {
      throw DklabError(
        .invalid, id: "manifest.depth",
        Text("\(name): indexes nested too deeply", ko: "\(name): 인덱스가 너무 깊이 중첩되어 있습니다"))
    }
    try manifest.checkIsImage(name)
    let config = try await repository.smallBlob(manifest.config, what: "\(name): configuration")
    let image = try ArrivingImage(
      manifest: manifest, digest: document.digest, config: config, platform: platform, name: name)
    return Found(
      repository: repository, digest: top.digest, documents: documents, image: image)
  }

  /// All layers, unpacked, base layer first.
  private func fetch(_ found: Found, _ progress: (ImageProgress) -> Void) throws -> [Layer] {
    let content = store.content
    let blobs = found.image.manifest.layers
    var wanted: [Descriptor] = []
    for (index, blob) in blobs.enumerated() {
      let isHere = try content.has(index, of: found.image)
      progress(
        ImageProgress(id: blob.digest.short, isHere ? "Already exists" : "Pulling fs layer"))
      if !isHere, !wanted.contains(where: { $0.digest == blob.digest }) { wanted.append(blob) }
    }
    let events = EventQueue<Event>()
    let task = start(wanted, found.repository, PartialBlob.Place(content), events)
    defer { task.cancel() }
    var arrived: Set<Digest> = []
    return try blobs.enumerated().map { index, blob in
      let isWanted = wanted.contains { $0.digest == blob.digest }
      while isWanted, !arrived.contains(blob.digest) {
        switch events.next() {
        case .progress(let line): progress(line)
        case .arrived(let digest): arrived.insert(digest)
        case .failed(let failure as RegistryFailure): throw failure.other
        case .failed(let error): throw error
        }
      }
      if isWanted {
        progress(
          ImageProgress(id: blob.digest.short, "Extracting", done: blob.size, total: blob.size))
      }
      let layer = try content.adopt(index, of: found.image)
      if isWanted { progress(ImageProgress(id: blob.digest.short, "Pull complete")) }
      return layer
    }
  }

  private func start(
    _ blobs: [Descriptor], _ repository: RemoteRepository, _ place: PartialBlob.Place,
    _ events: EventQueue<Event>
  ) -> Task<Void, Never> {
    Task.detached {
      do {
        try await withThrowingTaskGroup(of: Void.self) { group in
          for (index, blob) in blobs.enumerated() {
            if index >= Self.parallel { try await group.next() }
            group.addTask {
              let download = BlobDownload(repository: repository, place: place, blob: blob) {
                events.send(.progress($0))
              }
              try await download.run()
              events.send(.progress(ImageProgress(id: blob.digest.short, "Download complete")))
              events.send(.arrived(blob.digest))
            }
          }
          try await group.waitForAll()
        }
      } catch {
        events.send(.failed(error))
      }
    }
  }
}
