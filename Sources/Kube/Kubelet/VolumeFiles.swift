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
// Containers get these volumes read-only, and still nothing here believes what stands in the directory: the
// kubelet is root on the node, and a link that a process has put there must not lead it elsewhere.
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
    let old = current
    if let old, holds(entries, in: old) { return }
    let version = "..\(Self.timestamp())"
    // It must be new: then what is below is ours.
    try check(mkdir("\(path)/\(version)", 0o755), "mkdir", "\(path)/\(version)")
    for (name, content, mode) in entries {
      let target = "\(path)/\(version)/\(name)"
      try Directory.make(
        String(target[..<(target.lastIndex(of: "/") ?? target.endIndex)]), mode: 0o755)
      try File.replace(target, content, mode: mode, durable: false)
      try give(target, mode: group == nil ? mode : mode | 0o440, owner: owners[name])
    }
    if group != nil {
      for directory in [path, "\(path)/\(version)"] { try give(directory, mode: 0o2755) }
    }
    try turn("\(path)/\(Self.link)", to: version)
    let names = Set(entries.compactMap { $0.name.split(separator: "/").first.map(String.init) })
    for name in names where (try? File.link("\(path)/\(name)")) != "\(Self.link)/\(name)" {
      try turn("\(path)/\(name)", to: "\(Self.link)/\(name)")
    }
    for name in try Directory.list(path) where !name.hasPrefix("..") && !names.contains(name) {
      unlink("\(path)/\(name)")
    }
    if let old { try Directory.removeTree("\(path)/\(old)") }
  }

  /// The directory of ours to which `..data` leads; nil when it leads anywhere else.
  private var current: String? {
    guard let name = try? File.link("\(path)/\(Self.link)"), name.hasPrefix(".."), name != "..",
      !name.contains("/")
    else { return nil }
    var info = stat()
    return lstat("\(path)/\(name)", &info) == 0 && info.st_mode & S_IFMT == S_IFDIR ? name : nil
  }

  /// Settles whose something is and who may read it, never through a link.
  private func give(_ target: String, mode: mode_t, owner: uid_t? = nil) throws {
    let file = try FileDescriptor.open(target, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    if owner != nil || group != nil {
      try check(fchown(file.number, owner ?? uid_t.max, group ?? gid_t.max), "chown", target)
    }
    // After chown(2), which takes the bits for set-user-ID and set-group-ID away.
    try check(fchmod(file.number, mode), "chmod", target)
  }

  /// The content of one of the files when it was written less than so many seconds ago.
  func read(_ name: String, younger seconds: Int64) -> [UInt8]? {
    guard Self.isBelow(name), let current else { return nil }
    let file = "\(path)/\(current)/\(name)"
    var info = stat()
    guard lstat(file, &info) == 0, info.st_mode & S_IFMT == S_IFREG,
      wallClockNanoseconds() / 1_000_000_000 - Int64(info.st_mtim.tv_sec) < seconds
    else { return nil }
    return try? File.read(file)
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
