import Glibc
import Images
import Linux
import Support

/// What some words of a COPY or ADD stand for.
struct CopySource {
  var tree: SourceTree
  var selections: [FileSelection]
  var isRemote = false
}

/// COPY, ADD and WORKDIR, carried out in a mounted tree.
struct CopyAction {
  let work: CopyWork
  /// What it takes, in the order of its words.
  let sources: [CopySource]
  /// Where archives may be unpacked on the way.
  let scratch: String
  /// Unpacks an open archive into a directory.
  let unpackArchive: (_ file: Int32, _ name: String, _ directory: String) throws -> Void

  /// Writes into the tree mounted at `rootfs`.
  func run(in rootfs: String) throws {
    let writer = try TreeWriter(rootfs)
    let copy = work.instruction
    if let owner = copy.owner { writer.owner = try OwnerLookup(rootfs).resolve(owner) }
    writer.mode = try copy.mode.map { try FileModeChange(parsing: $0) }
    let isDirectory = work.destination.hasSuffix("/")
    let target = PathText.clean(work.destination).droppingRoot
    if isDirectory { try writer.makeDirectories(target) }
    for source in sources {
      for selection in source.selections {
        // An archive that was fetched is unpacked only when that is asked for.
        let unpacks = copy.isAdd && (copy.unpack ?? !source.isRemote)
        if unpacks, try unpack(selection, source.tree, writer, to: target) { continue }
        try write(selection, source.tree, writer, to: target, isDirectory: isDirectory)
      }
    }
    for document in work.documents {
      let into = isDirectory || writer.isDirectory(target)
      let path = into ? join(target, document.name) : target
      try makeParent(of: path, writer)
      try writer.write(document.content, at: path)
    }
    try writer.finish()
  }

  private func write(
    _ selection: FileSelection, _ tree: SourceTree, _ writer: TreeWriter, to target: String,
    isDirectory: Bool
  ) throws {
    if work.instruction.parents {
      try writer.makeDirectories(target)
      for item in selection.items {
        try writer.write(item, of: tree, at: join(target, item.target))
      }
      return
    }
    guard selection.isDirectory else {
      let name = selection.path.split(separator: "/").last.map(String.init) ?? ""
      let into = isDirectory || target.isEmpty || writer.isDirectory(target)
      let path = into ? join(target, name) : target
      try makeParent(of: path, writer)
      for item in selection.items { try writer.write(item, of: tree, at: path) }
      return
    }
    // A directory gives its contents, not itself.
    try writer.makeDirectories(target)
    for item in selection.items where !item.target.isEmpty {
      try writer.write(item, of: tree, at: join(target, item.target))
    }
  }

  /// An archive in the context is unpacked by ADD, compressed or not.
  private func unpack(
    _ selection: FileSelection, _ tree: SourceTree, _ writer: TreeWriter, to target: String
  ) throws -> Bool {
    guard !selection.isDirectory, let item = selection.items.last, item.type == S_IFREG else {
      return false
    }
    let file = try tree.root.open(item.path, O_RDONLY | O_NONBLOCK)
    guard LocalArchive.isArchive(file.number) else { return false }
    let directory = scratch + "/unpacked"
    try Directory.make(directory)
    defer { try? Directory.removeTree(directory) }
    try unpackArchive(file.number, item.path, directory)
    let unpacked = try SourceTree(directory, keepsOwners: true)
    try writer.makeDirectories(target)
    for found in try unpacked.select(".", excluding: [], keepsParents: false) {
      for item in found.items where !item.target.isEmpty {
        try writer.write(item, of: unpacked, at: join(target, item.target))
      }
    }
    return true
  }

  private func makeParent(of path: String, _ writer: TreeWriter) throws {
    let parent = path.split(separator: "/").dropLast().map(String.init).text(separatedBy: "/")
    try writer.makeDirectories(parent)
  }

  private func join(_ path: String, _ name: String) -> String {
    if name.isEmpty { return path }
    return path.isEmpty ? name : "\(path)/\(name)"
  }
}

extension String {
  /// `/a/b` as a path below the root.
  var droppingRoot: String {
    String(drop { $0 == "/" })
  }
}

/// `user:group` by the names in a tree's own /etc/passwd and /etc/group.
struct OwnerLookup {
  private let root: String

  init(_ root: String) {
    self.root = root
  }

  func resolve(_ text: String) throws -> (user: uid_t, group: gid_t) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let tree = try RootedDirectory(root)
    func rows(_ path: String) -> [[Substring]] {
      guard let bytes = try? tree.read(path, limit: 1 << 20) else { return [] }
      return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map {
        $0.split(separator: ":", omittingEmptySubsequences: false)
      }
    }
    let name = parts[0]
    var user: uid_t
    var group: gid_t
    if let number = uid_t(name) {
      (user, group) = (number, number)
    } else if let row = rows("etc/passwd").first(where: { $0[0] == name && $0.count > 3 }),
      let uid = uid_t(row[2]), let gid = gid_t(row[3])
    {
      (user, group) = (uid, gid)
    } else {
      throw unknown("user", "사용자", name, "passwd")
    }
    if parts.count == 2, !parts[1].isEmpty {
      if let number = gid_t(parts[1]) {
        group = number
      } else if let row = rows("etc/group").first(where: { $0[0] == parts[1] && $0.count > 2 }),
        let gid = gid_t(row[2])
      {
        group = gid
      } else {
        throw unknown("group", "그룹", parts[1], "group")
      }
    }
    return (user, group)
  }

  private func unknown(
    _ kind: String, _ korean: String, _ name: Substring, _ file: String
  ) -> DockerfileError {
    DockerfileError(
      Text(
        "unable to find \(kind) \(name): no matching entries in \(file) file",
        ko: "\(korean) \(name)이(가) 이미지의 /etc/\(file)에 없습니다"),
      hint: Text(
        "make it first (RUN adduser …), or give the number",
        ko: "먼저 만들거나(RUN adduser …) 번호로 쓰세요"), isSyntax: false)
  }
}
