// `registry gc`: the room of what nothing names any more comes back.
//
//   mark    from the manifests of every repository, all of them or those with a tag only, through
//           indexes to images, to their configurations and layers; referrers with their subjects
//   sweep   blobs without a mark, their links, uploads that nobody went on with
//
// The registry may run meanwhile: a push brings its blobs before the manifest that names them, so
// what was written or looked at within the grace period stays (RegistryStore touches what it shows).

import Documents
import Glibc
import Images
import Linux
import Support

/// Takes what is not needed out of a registry's store.
package struct RegistryCollector {
  package let store: RegistryStore
  /// Also manifests to which no tag leads.
  package var removesUntagged = false
  /// Seconds for which what is new stays.
  package var grace: Int64 = 3600
  /// Says what would go, and takes nothing.
  package var isDryRun = false

  package init(store: RegistryStore) { self.store = store }

  /// What went, or would go.
  package struct Report: Sendable, Equatable {
    package var manifests: [String] = []
    package var blobs: [Digest] = []
    package var bytes: Int64 = 0
    package var uploads = 0
    /// Blobs that nothing names and that stay for now: the grace period is not over.
    package var young = 0
  }

  /// Collects once.
  package func run() throws -> Report {
    var report = Report()
    var needed: Set<Digest> = []
    let names = try store.repositories()
    for name in names {
      let kept = try mark(name)
      for digest in store.manifests(of: name) where !kept.contains(digest) {
        guard removesUntagged, isOld(store.blobPath(digest)) else {
          needed.formUnion(try reach([digest], in: name))
          continue
        }
        report.manifests.append("\(name)@\(digest)")
        if !isDryRun { _ = try store.remove("\(digest)", from: name) }
      }
      needed.formUnion(kept)
    }
    try sweep(needed, names, &report)
    return report
  }

  /// Everything the tags of `name` lead to; without `removesUntagged` from all its manifests.
  private func mark(_ name: String) throws -> Set<Digest> {
    var roots: [Digest] = removesUntagged ? [] : store.manifests(of: name)
    for tag in try store.tags(of: name) {
      if let manifest = try store.manifest(tag, in: name) { roots.append(manifest.digest) }
    }
    return try reach(roots, in: name)
  }

  private func reach(_ roots: [Digest], in name: String) throws -> Set<Digest> {
    var reached: Set<Digest> = []
    var open = roots
    while let digest = open.popLast() {
      guard reached.insert(digest).inserted,
        let manifest = try store.manifest("\(digest)", in: name)
      else { continue }
      let document = try? ManifestDocument(
        parsing: manifest.bytes, mediaType: manifest.mediaType, what: "\(digest)")
      for item in document?.descriptors ?? [] {
        if MediaType.isIndex(item.mediaType) || MediaType.isManifest(item.mediaType) {
          open.append(item.digest)
        } else {
          reached.insert(item.digest)
        }
      }
      // A signature goes with what it signs.
      open += try store.referrers(to: digest, in: name).map(\.digest)
    }
    return reached
  }

  private func sweep(_ needed: Set<Digest>, _ names: [String], _ report: inout Report) throws {
    let directory = store.root + "/blobs/sha256"
    for file in try Directory.list(directory) {
      let path = "\(directory)/\(file)"
      guard let digest = Digest(hex: file) else {
        if isOld(path), !isDryRun { unlink(path) }
        continue
      }
      guard !needed.contains(digest) else { continue }
      guard isOld(path) else {
        report.young += 1
        continue
      }
      var info = stat()
      if stat(path, &info) == 0 { report.bytes += Int64(info.st_size) }
      report.blobs.append(digest)
      guard !isDryRun else { continue }
      // Links first: nobody may find a blob that is about to go.
      for name in names { _ = store.unlinkBlob(digest, from: name) }
      unlink(path)
    }
    for part in ["uploads", "partial"] {
      let directory = "\(store.root)/\(part)"
      for file in (try? Directory.list(directory)) ?? [] where isOld("\(directory)/\(file)") {
        report.uploads += 1
        if !isDryRun { unlink("\(directory)/\(file)") }
      }
    }
  }

  private func isOld(_ path: String) -> Bool {
    var info = stat()
    guard stat(path, &info) == 0 else { return false }
    return Int64(info.st_mtim.tv_sec) + grace <= wallClockNanoseconds() / 1_000_000_000
  }
}
