import Linux
import Support

/// One unpacked layer.
package struct Layer: Sendable, Hashable {
  /// The digest of its uncompressed tar.
  package let diffID: Digest
  /// Bytes of its files.
  package let size: Int64
  /// The unpacked tree: a lower directory for overlay.
  package let directory: String
}

/// An image as one scope sees it.
package struct Image: Sendable {
  /// The digest of its configuration: what docker calls the image id.
  package let id: Digest
  package let config: ImageConfig
  /// The names the scope has for it: tagged ones, then pinned ones; empty for a dangling image.
  package let references: [Reference]
  /// The digest of its manifest.
  package let manifest: Digest
  /// Nanoseconds since 1970.
  package let created: Int64
  /// Bytes of all its layers.
  package let size: Int64
  /// Base layer first.
  package let layers: [Layer]
  /// What to give overlay as lowerdir when there is no layer at all.
  let emptyDirectory: String

  /// `ubuntu:latest`, …: the names with a tag.
  package var tags: [Reference] {
    references.filter { $0.tag != nil }
  }

  /// `ubuntu@sha256:…`: the names with a digest.
  package var digests: [Reference] {
    references.filter { $0.tag == nil }
  }

  /// Whether no tag leads to it.
  package var isDangling: Bool {
    tags.isEmpty
  }

  /// Whether its layers are still there: another process may have removed it since it was found.
  package var isComplete: Bool {
    lowerDirectories.allSatisfy(File.isDirectory)
  }

  /// The lower directories of an overlay mount, top-most first. Never empty, and each only once:
  /// overlay refuses a directory twice, and under its own later copy a layer shows nothing.
  package var lowerDirectories: [String] {
    var seen: Set<String> = []
    let directories = layers.reversed().map(\.directory).filter { seen.insert($0).inserted }
    return directories.isEmpty ? [emptyDirectory] : directories
  }
}
