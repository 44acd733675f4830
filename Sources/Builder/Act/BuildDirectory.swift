// Where a build works: DIRECTORY/build/ID of its instance, locked as long as the build lives. A
// build that was killed leaves its directory behind, unlocked; the next one removes it.

import Glibc
import Linux
import Runtime
import Support

/// The working directory of one build, and the trees it mounts there for itself.
final class BuildDirectory {
  let path: String
  private let lock: FileDescriptor
  /// Where the tree of a step is mounted. One for all of them: those that run side by side have mount
  /// namespaces of their own.
  let mountPoint: String
  private var trees: [[String]: String] = [:]
  private var steps = 0
  /// Directories of steps that have ended: with what is left of them, and without.
  private var usedPlaces: [String] = []
  private var freePlaces: [String] = []
  private var hasSecrets = false

  /// Makes one below `parent`, and removes what dead builds left there. From now on the calling
  /// process has a mount namespace of its own: what it mounts is seen by nobody else and ends with
  /// it.
  init(below parent: String) throws {
    try Directory.make(parent, mode: 0o711)
    BuildDirectory.sweep(parent)
    path = "\(parent)/\(getpid()).\(UInt32.random(in: 0 ... .max))"
    mountPoint = path + "/rootfs"
    try Directory.make(path, mode: 0o711)
    lock = try FileDescriptor.open(path, O_RDONLY | O_DIRECTORY)
    try check(flock(lock.number, LOCK_EX), "flock", path)
    try unshareNamespaces([.mount])
    try mountFileSystem(nil, at: "/", [.slave, .recursive], subject: "propagation of /")
  }

  private static func sweep(_ parent: String) {
    for name in (try? Directory.list(parent)) ?? [] {
      let path = "\(parent)/\(name)"
      guard let file = try? FileDescriptor.open(path, O_RDONLY | O_DIRECTORY),
        flock(file.number, LOCK_EX | LOCK_NB) == 0
      else { continue }
      // A directory that was just made is not locked yet; its owner is alive.
      let owner = name.prefix { $0 != "." }
      if let pid = pid_t(owner), kill(pid, 0) == 0 { continue }
      try? Directory.removeTree(path)
    }
  }

  /// Removes the directory with all that is in it.
  func remove() {
    for tree in trees.values where tree.hasPrefix(path) { try? unmountLazily(tree) }
    if hasSecrets { try? unmountLazily(path + "/secrets") }
    try? Directory.removeTree(path)
  }

  /// A directory for one step, with nothing but an empty `upper` and `work`.
  func takePlace() throws -> String {
    if freePlaces.isEmpty { tidy() }
    let place: String
    if let free = freePlaces.popLast() {
      place = free
    } else {
      if steps == 0 { try Directory.make(mountPoint) }
      steps += 1
      place = "\(path)/step\(steps)"
      try Directory.make(place, mode: 0o711)
    }
    for name in ["upper", "work"] { try Directory.make("\(place)/\(name)") }
    return place
  }

  /// Has the directory of a step that has ended for a later one.
  func givePlaceBack(_ place: String) { usedPlaces.append(place) }

  /// Empties the directories that were given back. What cannot be emptied stays until the end.
  func tidy() {
    for place in usedPlaces {
      do {
        for name in try Directory.list(place) { try Directory.removeTree("\(place)/\(name)") }
        freePlaces.append(place)
      } catch {}
    }
    usedPlaces = []
  }

  /// The tree that `lower` make together, top-most first, to read only.
  func tree(of lower: [String]) throws -> String {
    if lower.count == 1, let only = lower.first { return only }
    if let known = trees[lower] { return known }
    let target = "\(path)/tree\(trees.count)"
    try Directory.make(target)
    if lower.isEmpty {
      trees[lower] = target
      return target
    }
    // An upper directory that nobody writes to: names of layers may be too many for one page.
    for name in ["upper", "work"] { try Directory.make("\(target).\(name)") }
    var overlay = Overlay(
      lower: lower, upper: target + ".upper", work: target + ".work", target: target,
      userAttributes: UserNamespace.current.isNested)
    overlay.isVolatile = true
    try overlay.mount()
    trees[lower] = target
    return target
  }

  /// Files in memory, which no disk ever sees.
  func secretDirectory() throws -> String {
    let target = path + "/secrets"
    guard !hasSecrets else { return target }
    try Directory.make(target, mode: 0o700)
    try mountFileSystem(
      "tmpfs", at: target, type: "tmpfs", [.noSuid, .noDevices, .noExec], data: "mode=0700",
      subject: target)
    hasSecrets = true
    return target
  }
}
