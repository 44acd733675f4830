// Which lab has drawn which port. A port that nobody listens on yet may still be spoken for: another
// student on this machine has it in their text and will publish it in a minute. So a drawn port is
// claimed in a directory that everybody on the machine shares, like /tmp itself: one file a port, with
// the directory of the lab in it, made by whoever comes first and deletable by its owner only.
//
// What lies there is written by other users and decides nothing but which port is passed over.
//
// Man pages: open(2) (O_EXCL, O_NOFOLLOW), flock(2), inode(7) (the sticky bit).

import Glibc
import Linux
import Support

/// The claims of one lab on ports of this machine.
package struct PortClaims: Sendable {
  /// The directory everybody shares.
  static let shared = "/tmp/dklab-ports"

  /// The lab's directory: when it is gone, so is the claim.
  let holder: String
  let directory: String

  package init(holder: String) {
    self.init(holder: holder, directory: PortClaims.shared)
  }

  init(holder: String, directory: String) {
    self.holder = holder
    self.directory = directory
  }

  /// Claims `port`, unless somebody listens on it or has claimed it before.
  package func take(_ port: Int) -> Bool {
    if case .nothing = HTTPProbe.holder(port) { return claim(port) }
    return false
  }

  /// Claims `port`. True also when there is no place to claim it in: then listening decides alone.
  func claim(_ port: Int) -> Bool {
    locked {
      let path = "\(directory)/\(port)"
      if let other = claimant(path), other != holder {
        guard isGone(other), unlink(path) == 0 else { return false }
      }
      let number = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o644)
      guard number >= 0 else { return errno != EACCES && errno != ELOOP }
      let file = FileDescriptor(owning: number)
      try? writeAll(file.number, holder + "\n")
      return true
    } ?? true
  }

  /// Gives all ports of the lab back.
  package func release() {
    guard File.isDirectory(directory) else { return }
    locked {
      for name in (try? Directory.list(directory)) ?? [] {
        if claimant("\(directory)/\(name)") == holder { unlink("\(directory)/\(name)") }
      }
      rmdir(directory)
    }
  }

  private func claimant(_ path: String) -> String? {
    let number = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
    guard number >= 0 else { return nil }
    let file = FileDescriptor(owning: number)
    return (try? readAll(file.number, limit: 4096)).map {
      String(decoding: $0, as: UTF8.self).trimmed
    }
  }

  /// Whether the lab that claimed is certainly no more; what cannot be seen may well be there.
  private func isGone(_ holder: String) -> Bool {
    guard holder.hasPrefix("/") else { return true }
    return access(holder, F_OK) != 0 && errno == ENOENT
  }

  /// Does `body` while nobody else claims; nil when there is no shared directory.
  @discardableResult
  private func locked<Result>(_ body: () -> Result) -> Result? {
    // Who gave back the last claim may have removed the directory while this one waited for it.
    for _ in 0..<100 {
      if mkdir(directory, 0o1777) == 0 { chmod(directory, 0o1777) }
      let number = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      guard number >= 0 else {
        if errno == ENOENT { continue }
        return nil
      }
      let held = FileDescriptor(owning: number)
      guard flock(held.number, LOCK_EX) == 0 else { return nil }
      if isSame(held.number, directory) { return body() }
    }
    return nil
  }

  /// Whether `path` still is the directory that `number` is open on.
  private func isSame(_ number: Int32, _ path: String) -> Bool {
    var (held, named) = (stat(), stat())
    return fstat(number, &held) == 0 && lstat(path, &named) == 0 && held.st_dev == named.st_dev
      && held.st_ino == named.st_ino
  }
}
