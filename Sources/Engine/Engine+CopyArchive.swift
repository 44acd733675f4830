// `docker cp` with `-` on one side: a tar stream instead of the host's files.

import Glibc
import Images
import Linux
import Support

extension Engine {
  /// Writes `path` of the container into `archive`: a directory with what is in it, under its own
  /// name, or for `PATH/.` as `.`; with `followsLink` what a symbolic link there points to.
  package func copyOut(
    _ record: ContainerRecord, path: String, followsLink: Bool, to archive: Int32
  ) throws {
    try withTree(of: record) { tree in
      let inside = try RootedDirectory(tree)
      let target = try status(inside, path, followsLink || path.hasSuffix("/"))
      let writer = TarWriter(FileSink(archive))
      let members = TreeArchive(writer)
      if let remap = record.spec.host.remap {
        members.translate = { remap.shown($0, $1) }
      }
      let isDirectory = target.st_mode & S_IFMT == S_IFDIR
      let parts = path.split(separator: "/").filter { $0 != "." }
      let meansContents = path.hasSuffix("/.") || parts.isEmpty
      let name = meansContents ? "." : parts.last.map(String.init) ?? "."
      if isDirectory {
        let directory = try inside.open(path, O_RDONLY | O_DIRECTORY)
        try members.add(TreeNode(".", in: directory.number, target), as: name)
        try members.add(tree: directory.number, prefix: name + "/", staysOnDevice: false)
      } else {
        let place = try followsLink ? resolved(inside, path) : inside.parent(of: path)
        try members.add(TreeNode(place.name, in: place.directory.number, target), as: name)
      }
      try writer.finish()
    }
    try tell("archive-path", record)
  }

  /// Unpacks the tar `archive`, compressed or not, into the directory `path` of the container.
  package func copyIn(_ record: ContainerRecord, archive: Int32, path: String) throws {
    try refuseReadOnly(record)
    let content = try images().content
    // Now: in there temporary files would be the container's.
    let file = try content.seekable(archive, name: "-")
    let remap = record.spec.host.remap
    try withTree(of: record, writes: true) { tree in
      let inside = try RootedDirectory(tree)
      guard try status(inside, path, true).st_mode & S_IFMT == S_IFDIR else {
        throw DklabError(
          .invalid, id: "copy.not-a-directory",
          Text(
            "destination \"\(record.name):\(path)\" must be a directory",
            ko: "대상 \"\(record.name):\(path)\"은(는) 디렉터리여야 합니다"))
      }
      let directory = try inside.open(path, O_RDONLY | O_DIRECTORY)
      try content.unpack(archive: file.number, name: "-", into: descriptorPath(directory)) {
        guard let remap else { return ($0, $1) }
        return remap.onHost($0, $1)
      }
    }
    try tell("extract-to-dir", record)
  }

  /// A container whose root is read-only takes nothing in.
  func refuseReadOnly(_ record: ContainerRecord) throws {
    guard record.spec.host.readonlyRootfs else { return }
    throw DklabError(
      .denied, id: "copy.read-only",
      Text("container rootfs is marked read-only", ko: "컨테이너의 루트 파일 시스템이 읽기 전용입니다"))
  }

  /// Where the symbolic links at `path` end, inside the tree.
  private func resolved(
    _ root: borrowing RootedDirectory, _ path: String
  ) throws -> RootedDirectory.Place {
    var path = path
    for _ in 0..<40 {
      guard try root.status(path, followingLast: false).st_mode & S_IFMT == S_IFLNK else { break }
      let place = try root.parent(of: path)
      let link = try File.link("/proc/self/fd/\(place.directory.number)/\(place.name)")
      let above = path.split(separator: "/").dropLast().joined(separator: "/")
      path = link.hasPrefix("/") ? link : "\(above)/\(link)"
    }
    return try root.parent(of: path)
  }

  private func status(
    _ root: borrowing RootedDirectory, _ path: String, _ followsLast: Bool
  ) throws -> stat {
    do {
      return try root.status(path, followingLast: followsLast)
    } catch let error as SyscallError where error.errno == ENOENT || error.errno == ENOTDIR {
      throw DklabError(
        .notFound, id: "copy.not-found",
        Text("Could not find the file \(path)", ko: "파일을 찾을 수 없습니다: \(path)"))
    }
  }
}
