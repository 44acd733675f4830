// Files that are made from objects, in a directory that a container sees: all of them change as one step.
//
//     NAME    -> ..data/NAME
//     ..data  -> ..2026_11_30_05_40_54.123456789
//     ..2026_11_30_05_40_54.123456789/NAME
//
// New content goes into a new directory, and then one rename(2) turns `..data` to it: a reader sees all the
// old files or all the new ones. A file that is mounted by itself (`subPath`) stays the old one: a mount
// holds the file that it was made from.
//
// Man pages: symlink(7), rename(2). Next: PodVolumes.swift

import Glibc
import Linux
import Support

/// The files of one volume.
struct VolumeFiles {
  /// A file: its path in the volume, its content, its mode.
  typealias Entry = (name: String, content: [UInt8], mode: mode_t)

  let path: String
  /// Whom the files belong to beside root; they may then read them.
  var group: gid_t?
  /// Files that belong to somebody else than root.
  var owners: [String: uid_t] = [:]
  private static let link = "..data"

  /// Makes the volume hold `entries` and nothing else of our making; does nothing when it does.
  func update(_ entries: [Entry]) throws {
    let entries = entries.filter { Self.isBelow($0.name) }
    try Directory.make(path, mode: 0o755)
    let old = try? File.link("\(path)/\(Self.link)")
    if let old, holds(entries, in: old) { return }
    let version = "..\(Self.timestamp())"
    for (name, content, mode) in entries {
      let target = "\(path)/\(version)/\(name)"
      try Directory.make(
        String(target[..<(target.lastIndex(of: "/") ?? target.endIndex)]), mode: 0o755)
      try File.replace(target, content, mode: mode, durable: false)
      chmod(target, mode)
    }
    try Directory.make("\(path)/\(version)", mode: 0o755)
    for (name, owner) in owners { chown("\(path)/\(version)/\(name)", owner, gid_t.max) }
    if let group { give(version, to: group, entries) }
    try turn("\(path)/\(Self.link)", to: version)
    let names = Set(entries.compactMap { $0.name.split(separator: "/").first.map(String.init) })
    for name in names where (try? File.link("\(path)/\(name)")) != "\(Self.link)/\(name)" {
      try turn("\(path)/\(name)", to: "\(Self.link)/\(name)")
    }
    for name in try Directory.list(path) where !name.hasPrefix("..") && !names.contains(name) {
      unlink("\(path)/\(name)")
    }
    if let old, old.hasPrefix("..") { try Directory.removeTree("\(path)/\(old)") }
  }

  private func give(_ version: String, to group: gid_t, _ entries: [Entry]) {
    for directory in [path, "\(path)/\(version)"] {
      chown(directory, uid_t.max, group)
      chmod(directory, 0o2755)
    }
    for (name, _, mode) in entries {
      let file = "\(path)/\(version)/\(name)"
      chown(file, uid_t.max, group)
      chmod(file, mode | 0o440)
    }
  }

  /// The content of a file that was written less than so many seconds ago.
  static func read(_ path: String, younger seconds: Int64) -> [UInt8]? {
    var info = stat()
    guard stat(path, &info) == 0,
      Int64(info.st_mtim.tv_sec) + seconds > wallClockNanoseconds() / 1_000_000_000
    else { return nil }
    return try? File.read(path)
  }

  /// What a pod says of a file's place: never out of the volume.
  private static func isBelow(_ name: String) -> Bool {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    return !name.isEmpty && !parts.contains { $0.isEmpty || $0.hasPrefix("..") || $0 == "." }
  }

  private func turn(_ link: String, to target: String) throws {
    let new = link + ".new"
    unlink(new)
    try check(symlink(target, new), "symlink", new)
    try check(rename(new, link), "rename", link)
  }

  private func holds(_ entries: [Entry], in version: String) -> Bool {
    let names = Set(entries.compactMap { $0.name.split(separator: "/").first.map(String.init) })
    guard Set((try? Directory.list("\(path)/\(version)")) ?? []) == names else { return false }
    return entries.allSatisfy { entry in
      (try? File.read("\(path)/\(version)/\(entry.name)")) == entry.content
    }
  }

  private static func timestamp() -> String {
    let now = wallClockNanoseconds()
    let text = RFC3339.text(now / 1_000_000_000 * 1_000_000_000).prefix(19)
    return text.map { $0 == "-" || $0 == ":" || $0 == "T" ? "_" : String($0) }.joined()
      + ".\(now % 1_000_000_000)"
  }
}
