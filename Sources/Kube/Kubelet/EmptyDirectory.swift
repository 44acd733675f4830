// An `emptyDir`: a directory that is as old as its pod. With `medium: Memory` it is a tmpfs, mounted where
// the node keeps the pod's volumes, so that all containers of the pod see the same one however often they
// are restarted. What is mounted there must be let go before the directory can be removed.
//
// On the disk nothing holds a pod back; it is measured, and evicted when it has taken too much
// (StorageLimits.swift).
//
// Man pages: tmpfs(5), mount(2). Next: PodVolumes.swift

import Documents
import Glibc
import Linux
import Support

/// One empty directory.
struct EmptyDirectory {
  let path: String
  private let isMemory: Bool
  private let sizeLimit: Int?
  private let group: gid_t?

  /// `group` is the pod's `fsGroup`.
  init(_ source: JSONValue, path: String, group: gid_t?) {
    self.path = path
    self.group = group
    isMemory = source.text("medium") == "Memory"
    sizeLimit = Quantity(source.text("sizeLimit")).map(\.units).flatMap { $0 > 0 ? $0 : nil }
  }

  /// Makes it, unless it is there. `limit` is the memory that the pod may use.
  func make(limit: Int?) throws {
    let isThere = File.isDirectory(path)
    if isThere, !isMemory || Self.isMounted(path) { return }
    try Directory.make(path, mode: 0o777)
    if isMemory {
      let size = [sizeLimit, limit].compactMap { $0 }.min()
      try mountFileSystem(
        "tmpfs", at: path, type: "tmpfs", [.noSuid, .noDevices],
        data: "mode=777" + (size.map { ",size=\($0)" } ?? ""))
    }
    if let group {
      chown(path, uid_t.max, group)
      chmod(path, 0o2777)
    } else {
      chmod(path, 0o777)
    }
  }

  /// Whether a file system begins at `path`.
  private static func isMounted(_ path: String) -> Bool {
    var (here, above) = (stat(), stat())
    return stat(path, &here) == 0 && stat(path + "/..", &above) == 0 && here.st_dev != above.st_dev
  }

  /// Lets go of everything that is mounted below `directory`.
  static func unmountAll(below directory: String) {
    let text = (try? File.text("/proc/self/mounts", limit: 64 << 20)) ?? ""
    // The mount point is the second word; spaces are written as \040.
    let places = text.split(separator: "\n").compactMap { line -> String? in
      let words = line.split(separator: " ")
      return words.count > 1 ? String(words[1]).replacing("\\040", with: " ") : nil
    }
    for place in places.reversed() where place.hasPrefix(directory + "/") {
      try? unmountLazily(place)
    }
  }
}
