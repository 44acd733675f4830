import Glibc
import Linux
import Support

/// A tree of files put together in memory, to become one layer.
///
/// The same tree gives the same archive, byte by byte: members are sorted, belong to root unless
/// said otherwise, and carry one fixed time.
struct LayerTree {
  /// 2024-01-01 00:00:00 UTC, for everything that is made here.
  static let time = TarEntry.Time(seconds: 1_704_067_200)
  static let timeText = "2024-01-01T00:00:00Z"

  private struct Node {
    var entry: TarEntry
    var content = Content.none
  }

  private enum Content {
    case none
    case bytes([UInt8])
    case host(String)
  }

  private var nodes: [String: Node] = [:]

  /// How many members there are.
  var count: Int { nodes.count }

  /// Whether something has the path `path`.
  func contains(_ path: String) -> Bool {
    nodes[path] != nil
  }

  mutating func directory(_ path: String, mode: UInt32 = 0o755, owner: UInt32 = 0) {
    var entry = TarEntry(path, .directory, mode: mode)
    entry.owner = owner
    entry.group = owner
    add(entry)
  }

  mutating func file(_ path: String, _ text: String, mode: UInt32 = 0o644, owner: UInt32 = 0) {
    file(path, Array(text.utf8), mode: mode, owner: owner)
  }

  mutating func file(_ path: String, _ bytes: [UInt8], mode: UInt32 = 0o644, owner: UInt32 = 0) {
    var entry = TarEntry(path, .file, mode: mode)
    entry.owner = owner
    entry.group = owner
    add(entry, .bytes(bytes))
  }

  /// The content of a file of the host, links followed.
  mutating func file(_ path: String, host: String, mode: UInt32 = 0o644) {
    add(TarEntry(path, .file, mode: mode), .host(host))
  }

  mutating func link(_ path: String, to target: String) {
    add(TarEntry(path, .symbolicLink(target: target), mode: 0o777))
  }

  /// Adds a member of any kind, and the directories above it.
  private mutating func add(_ entry: TarEntry, _ content: Content = .none) {
    var entry = entry
    entry.modified = LayerTree.time
    nodes[entry.name] = Node(entry: entry, content: content)
    var parts = entry.name.split(separator: "/").dropLast()
    while !parts.isEmpty {
      let parent = parts.joined(separator: "/")
      if nodes[parent] != nil { break }
      var directory = TarEntry(parent, .directory, mode: 0o755)
      directory.modified = LayerTree.time
      nodes[parent] = Node(entry: directory)
      parts = parts.dropLast()
    }
  }

  /// Writes all members, parents before children. Host files that are one file (a multi-call
  /// program under many names) become hard links.
  func write(to writer: TarWriter, progress: (Int) -> Void = { _ in }) throws {
    var firstNames: [String: String] = [:]
    for (index, path) in nodes.keys.sorted().enumerated() {
      guard let node = nodes[path] else { continue }
      progress(index)
      switch node.content {
      case .none: try writer.add(node.entry)
      case .bytes(let bytes): try writer.add(node.entry, content: bytes)
      case .host(let source): try write(node.entry, from: source, to: writer, &firstNames)
      }
    }
  }

  private func write(
    _ entry: TarEntry, from source: String, to writer: TarWriter,
    _ firstNames: inout [String: String]
  ) throws {
    let file = try FileDescriptor.open(source, O_RDONLY)
    var info = stat()
    try check(fstat(file.number, &info), "fstat", source)
    var entry = entry
    let identity = "\(info.st_dev):\(info.st_ino):\(entry.mode)"
    if let first = firstNames[identity] {
      entry.kind = .hardLink(target: first)
      try writer.add(entry)
      return
    }
    firstNames[identity] = entry.name
    entry.size = Int64(info.st_size)
    try writer.add(entry, contentsOf: FileSource(file.number, name: source))
  }
}
