// `docker cp`: between the host's tree and a container's, running or not.
//
// What the destination means depends on what is there, as with cp(1): a directory takes the source
// in under its own name, anything else is the new name. `SOURCE/.` means what is in the directory.

import Glibc
import Linux
import Support

/// One copy, from or to a container.
package struct CopyWish: Sendable {
  package enum Direction: Sendable { case intoContainer, outOfContainer }

  package var direction: Direction
  /// On the host: an absolute path. Trailing `/` and `/.` count.
  package var hostPath: String
  /// In the container; relative ones start at `/`.
  package var containerPath: String
  /// `-L`: a symbolic link as the source means what it points to.
  package var followsLink = false
  /// `-a`: keeps owners. Without it the copy belongs to root in a container, to the caller outside.
  package var keepsOwner = false
  /// Directories above the target that are not there yet are made.
  package var makesParents = false

  package init(direction: Direction, hostPath: String, containerPath: String) {
    self.direction = direction
    self.hostPath = hostPath
    self.containerPath = containerPath
  }
}

extension Engine {
  /// Carries `wish` out. Throws `DklabError` `copy.not-found`, `copy.not-a-directory` …
  package func copy(_ record: ContainerRecord, _ wish: CopyWish) throws {
    let isIn = wish.direction == .intoContainer
    if isIn { try refuseReadOnly(record) }
    let owner: (user: uid_t, group: gid_t)? = wish.keepsOwner ? nil : (geteuid(), getegid())
    var tree = TreeCopy(owner: owner)
    if let remap = record.spec.host.remap {
      if isIn {
        tree.translate = { user, group in remap.onHost(user, group) }
      } else if wish.keepsOwner {
        tree.translate = { user, group in remap.inContainer(user, group) }
      }
    }
    try withTree(of: record, writes: isIn) { path in
      let inside = try RootedDirectory(path)
      let outside = try RootedDirectory("/")
      let copier = CopyExecutor(wish: wish, tree: tree)
      if isIn {
        try copier.copy(outside, wish.hostPath, to: inside, wish.containerPath)
      } else {
        try copier.copy(inside, wish.containerPath, to: outside, wish.hostPath)
      }
    }
    try tell(isIn ? "extract-to-dir" : "archive-path", record)
  }
}

/// Works out what the two paths mean and copies.
private struct CopyExecutor {
  let wish: CopyWish
  let tree: TreeCopy

  func copy(
    _ from: borrowing RootedDirectory, _ source: String, to into: borrowing RootedDirectory,
    _ destination: String
  ) throws {
    let sourceInfo = try status(from, source)
    let isDirectory = sourceInfo.st_mode & S_IFMT == S_IFDIR
    let meansContents = source == "." || source.hasSuffix("/.")
    let existing = try? into.status(destination)
    let destinationIsDirectory = existing.map { $0.st_mode & S_IFMT == S_IFDIR } ?? false
    if isDirectory && existing != nil && !destinationIsDirectory {
      throw DklabError(
        .invalid, id: "copy.not-a-directory",
        Text("cannot copy directory", ko: "디렉터리를 파일 위에 복사할 수 없습니다"))
    }
    if !isDirectory && existing == nil && destination.hasSuffix("/") {
      throw DklabError(
        .notFound, id: "copy.no-such-directory",
        Text(
          "no such directory: \(destination)", ko: "그런 디렉터리가 없습니다: \(destination)"))
    }
    if isDirectory && (meansContents || existing == nil) {
      return try copyContents(from, source, into, destination)
    }
    let place = try place(from, source)
    let target =
      destinationIsDirectory ? "\(destination)/\(place.name)" : destination
    try tree.copy(place, to: try parent(into, target))
  }

  private func copyContents(
    _ from: borrowing RootedDirectory, _ source: String, _ into: borrowing RootedDirectory,
    _ destination: String
  ) throws {
    if try !into.exists(destination) {
      let place = try parent(into, destination)
      try check(mkdirat(place.directory.number, place.name, 0o755), "mkdir", destination)
    }
    let contents = try from.open(source, O_RDONLY | O_DIRECTORY)
    let target = try into.open(destination, O_RDONLY | O_DIRECTORY)
    try tree.copyContents(of: contents, into: target)
  }

  private func status(_ root: borrowing RootedDirectory, _ path: String) throws -> stat {
    do {
      return try root.status(path, followingLast: wish.followsLink || path.hasSuffix("/"))
    } catch let error as SyscallError where error.errno == ENOENT || error.errno == ENOTDIR {
      throw DklabError(
        .notFound, id: "copy.not-found",
        Text(
          "Could not find the file \(path)", ko: "파일을 찾을 수 없습니다: \(path)"))
    }
  }

  /// The source as a name in an open directory; with `-L` the place the link leads to.
  private func place(
    _ root: borrowing RootedDirectory, _ path: String
  ) throws -> RootedDirectory.Place {
    var path = path
    for _ in 0..<40 where wish.followsLink {
      let info = try root.status(path, followingLast: false)
      guard info.st_mode & S_IFMT == S_IFLNK else { break }
      let place = try root.parent(of: path)
      let link = try File.link("/proc/self/fd/\(place.directory.number)/\(place.name)")
      let above = path.split(separator: "/").dropLast().joined(separator: "/")
      path = link.hasPrefix("/") ? link : "\(above)/\(link)"
    }
    return try root.parent(of: path)
  }

  private func parent(
    _ root: borrowing RootedDirectory, _ path: String
  ) throws -> RootedDirectory.Place {
    do {
      let above = path.split(separator: "/").dropLast().joined(separator: "/")
      if wish.makesParents, !above.isEmpty {
        _ = try root.makeDirectories(above, throughLinks: true)
      }
      return try root.parent(of: path)
    } catch let error as SyscallError where error.errno == ENOENT || error.errno == ENOTDIR {
      throw DklabError(
        .notFound, id: "copy.no-such-directory",
        Text(
          "Could not find the directory above \(path)", ko: "\(path)의 상위 디렉터리가 없습니다"))
    }
  }
}
