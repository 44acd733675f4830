// `push`: an image of the store gets to its registry. What was pulled goes as it came, blob for blob,
// under the same digest. Layers that were made here are compressed on the way (CompressedLayer.swift),
// and the manifest that goes along names them so; the same image has the same digest every time.
//
// Next: RegistryServer.swift.

import HTTP
import Images
import Linux
import NIOCore
import Support

/// Brings images of a store to their registries.
package struct ImageUpload {
  private let client: RegistryClient
  private let store: ImageStore

  package init(client: RegistryClient, store: ImageStore) {
    self.client = client
    self.store = store
  }

  private static let parallel = 4

  private enum Event: Sendable {
    case progress(ImageProgress)
    /// A blob of the store is there, under the second name.
    case sent(Digest, Descriptor)
    case done
    case failed(any Error)
  }

  /// What was pushed: for the last message of the API.
  package struct Result: Sendable {
    package var digest: Digest
    package var size: Int
  }

  /// Pushes the image that has the name `reference` here, telling what `docker push` would. Waits,
  /// in a thread that is no task's.
  ///
  /// Errors: `image.not-found`, `registry.denied`, `registry.…`.
  @discardableResult
  package func push(_ reference: Reference, progress: (ImageProgress) -> Void) throws -> Result {
    progress(ImageProgress("The push refers to repository [\(reference.repository)]"))
    return try store.content.withLock {
      guard let image = try store.find(reference) else {
        throw DklabError(
          .notFound, id: "image.not-found",
          Text(
            "An image does not exist locally with the tag: \(reference.familiarName)",
            ko: "이 이름의 이미지가 여기에 없습니다: \(reference.familiar)"),
          hint: Text(
            "name an image of yours with `dklab tag IMAGE \(reference.familiar)` first",
            ko: "먼저 `dklab tag 이미지 \(reference.familiar)` 명령으로 이름을 붙이세요")
        ).about(reference.familiar)
      }
      let bytes = try store.content.readBlob(image.manifest)
      let what = "manifest \(image.manifest.short)"
      guard
        case .image(let manifest) = try ManifestDocument(
          parsing: bytes, mediaType: nil, what: what)
      else { throw ContentProblem.noManifest(what) }
      let sent = try upload(image, manifest, reference, progress)
      let pushed = try rename(manifest, bytes, image.manifest, sent)
      let repository = RemoteRepository(connection: client.own, path: reference.path)
      try put(pushed.bytes, manifest, pushed.digest, reference, repository)
      try store.name(image, pinned: reference.pinned(pushed.digest))
      progress(
        ImageProgress(
          "\(reference.tag ?? "latest"): digest: \(pushed.digest) size: \(pushed.bytes.count)"))
      return Result(digest: pushed.digest, size: pushed.bytes.count)
    }
  }

  private enum ContentProblem {
    static func noManifest(_ what: String) -> DklabError {
      DklabError(
        .internal, id: "content.damaged",
        Text("content store: \(what) is damaged", ko: "이미지 저장소: \(what)이(가) 손상되었습니다"))
    }
  }

  /// The manifest with the names that the layers have at the registry: the same bytes when all of
  /// them went as they are.
  private func rename(
    _ manifest: Manifest, _ bytes: [UInt8], _ digest: Digest, _ names: [Digest: Descriptor]
  ) throws -> (bytes: [UInt8], digest: Digest) {
    var pushed = manifest
    for (index, layer) in manifest.layers.enumerated() {
      guard var name = names[layer.digest] else { continue }
      name.annotations = layer.annotations
      if name.digest != layer.digest { pushed.layers[index] = name }
    }
    return pushed == manifest ? (bytes, digest) : ManifestDocument.encode(pushed)
  }

  /// Brings all blobs there; what each is called then.
  private func upload(
    _ image: Image, _ manifest: Manifest, _ reference: Reference,
    _ progress: (ImageProgress) -> Void
  ) throws -> [Digest: Descriptor] {
    let content = store.content
    let sources = try repositories(sharing: image, with: reference)
    let repository = RemoteRepository(connection: client.own, path: reference.path)
    let events = EventQueue<Event>()
    var works: [LayerUpload] = []
    var diffIDs: [Digest: Digest] = [:]
    for (blob, layer) in zip(manifest.layers, image.layers).reversed() {
      let label = layer.diffID.short
      progress(ImageProgress(id: label, "Preparing"))
      guard diffIDs.updateValue(layer.diffID, forKey: blob.digest) == nil else { continue }
      let known = try content.compressedForm(of: blob, layer.diffID)
      works.append(
        LayerUpload(
          repository: repository, blob: blob, compression: try content.compression(of: blob),
          known: known, path: content.blobPath(blob.digest),
          sources: known.flatMap { sources[$0.digest] } ?? [], label: label,
          report: { events.send(.progress($0)) }))
    }
    let config = manifest.config
    works.append(
      LayerUpload(
        repository: repository, blob: config, compression: nil, known: config,
        path: content.blobPath(config.digest), sources: [], label: "", report: { _ in }))
    let task = start(works, events)
    defer { task.cancel() }
    var names: [Digest: Descriptor] = [:]
    while true {
      switch events.next() {
      case .progress(let line): progress(line)
      case .sent(let blob, let name):
        names[blob] = name
        if name.digest != blob, let layer = diffIDs[blob] {
          try content.remember(name, of: layer)
        }
      case .done: return names
      case .failed(let failure as RegistryFailure): throw failure.pushError(reference.path)
      case .failed(let error): throw error
      }
    }
  }

  private func start(_ works: [LayerUpload], _ events: EventQueue<Event>) -> Task<Void, Never> {
    Task.detached {
      do {
        try await withThrowingTaskGroup(of: Void.self) { group in
          for (index, work) in works.enumerated() {
            if index >= Self.parallel { try await group.next() }
            group.addTask {
              let (name, outcome) = try await work.run()
              let status =
                switch outcome {
                case .present: "Layer already exists"
                case .mounted(let source): "Mounted from \(source)"
                case .pushed: "Pushed"
                }
              work.report(ImageProgress(id: work.label, status))
              events.send(.sent(work.blob.digest, name))
            }
          }
          try await group.waitForAll()
        }
        events.send(.done)
      } catch {
        events.send(.failed(error))
      }
    }
  }

  private func put(
    _ bytes: [UInt8], _ manifest: Manifest, _ digest: Digest, _ reference: Reference,
    _ repository: RemoteRepository
  ) throws {
    let type = manifest.mediaType ?? MediaType.ociManifest
    let key = reference.tag ?? "\(digest)"
    try waitForTask {
      var request = RegistryRequest(
        .PUT, "\(repository.path)/manifests/\(key)", scope: .push(repository.path))
      request.headers = [("Content-Type", type)]
      request.body = { .bytes(ByteBuffer(bytes: bytes)) }
      do {
        let answer = try await repository.connection.send(request, expecting: 201, 202)
        let told = answer.headers.first(name: "Docker-Content-Digest").flatMap { Digest($0) }
        if let told, told != digest {
          throw DklabError.wrongContent(reference.familiar, expected: digest, found: told)
        }
      } catch let failure as RegistryFailure {
        throw failure.pushError(repository.path)
      }
    }
  }

  /// For each blob the other repositories of the same registry that are known to have it, since the
  /// image they came from was pulled from there or pushed there.
  private func repositories(
    sharing image: Image, with reference: Reference
  ) throws -> [Digest: [String]] {
    let mine = Set(image.layers.map(\.diffID))
    var result: [Digest: [String]] = [:]
    for other in try store.list() where other.layers.contains(where: { mine.contains($0.diffID) }) {
      let places = other.digests.filter {
        $0.domain == reference.domain && $0.path != reference.path
      }
      guard let place = places.first else { continue }
      let bytes = try store.content.readBlob(other.manifest)
      guard
        case .image(let manifest) = try ManifestDocument(
          parsing: bytes, mediaType: nil, what: "manifest \(other.manifest.short)")
      else { continue }
      for (layer, blob) in zip(other.layers, manifest.layers) {
        guard let digest = try store.content.compressedForm(of: blob, layer.diffID)?.digest else {
          continue
        }
        let known = result[digest] ?? []
        if known.count < 2, !known.contains(place.path) { result[digest] = known + [place.path] }
      }
    }
    return result
  }
}
