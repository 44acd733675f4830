import Glibc
import Linux
import Support

/// A directory of `RUN --mount=type=cache`.
package struct CacheMount: Sendable {
  package var name: String
  /// As the Dockerfile calls it.
  package var id: String
  package var size: Int64
}

extension Engine {
  /// Where they lie: one directory each, with `id` and `data`.
  private var cacheMountDirectory: String { directory + "/build-cache" }

  /// The cache mounts of this instance.
  package func cacheMounts() throws -> [CacheMount] {
    guard File.isDirectory(cacheMountDirectory) else { return [] }
    return try Directory.list(cacheMountDirectory).sorted().map { name in
      let path = "\(cacheMountDirectory)/\(name)"
      return CacheMount(
        name: name, id: (try? File.text(path + "/id", limit: 4096)) ?? "",
        size: Int64((try? LayerDifference.size(path + "/data")) ?? 0))
    }
  }

  /// Deletes them all; returns the bytes of their files. Builds that use one notice.
  package func removeCacheMounts() throws -> Int64 {
    let size = try cacheMounts().reduce(0) { $0 + $1.size }
    if File.isDirectory(cacheMountDirectory) { try Directory.removeTree(cacheMountDirectory) }
    return size
  }
}
