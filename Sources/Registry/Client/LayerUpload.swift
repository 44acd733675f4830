// One part of an image on its way to a registry: a layer, compressed if it is not yet, or the
// configuration.
//
// What a layer is called when it is compressed is known only afterwards, or from the last time. When it
// is known, the registry is asked before anything is compressed; most layers of most pushes are there.
//
// Next: ImageUpload.swift.

import HTTP
import Images
import Linux
import Support

/// The transfer of a layer or a configuration to a registry.
struct LayerUpload: Sendable {
  let repository: RemoteRepository
  /// The blob as the store has it.
  let blob: Descriptor
  /// How to compress it; nil when it goes as it is.
  let compression: LayerCompression?
  /// What it is to be called there: `blob` itself, or what it was compressed to the last time.
  let known: Descriptor?
  /// The file with the bytes of `blob`.
  let path: String
  /// Repositories of the same registry that may have it.
  let sources: [String]
  let label: String
  let report: @Sendable (ImageProgress) -> Void

  /// Returns when the registry has all of it, with what it is called there.
  func run() async throws -> (Descriptor, BlobUpload.Outcome) {
    defer { compression?.discard() }
    var packed: Descriptor?
    if known == nil { packed = try await pack() }
    guard let wanted = known ?? packed else { preconditionFailure("known or compressed") }
    do {
      return (wanted, try await upload(wanted, isPacked: packed != nil).run())
    } catch let other as OtherDigest {
      // Another gzip than the last time.
      return (other.found, try await upload(other.found, isPacked: true).run())
    }
  }

  private struct OtherDigest: Error { var found: Descriptor }

  private func upload(_ wanted: Descriptor, isPacked: Bool) -> BlobUpload {
    BlobUpload(
      repository: repository, sources: sources, blob: wanted,
      file: {
        guard let compression else { return path }
        if !isPacked {
          let found = try await pack()
          if let found, found != wanted { throw OtherDigest(found: found) }
        }
        return compression.target
      }, label: label, report: report)
  }

  private func pack() async throws -> Descriptor? {
    guard let compression else { return nil }
    let (size, label, report) = (blob.size, label, report)
    return try await BlockingWork.run {
      var told: Int64 = 0
      return try compression.run { done in
        guard done - told >= max(size / 100, 512 << 10) || done == size else { return }
        told = done
        report(ImageProgress(id: label, "Compressing", done: done, total: size))
      }
    }
  }
}
