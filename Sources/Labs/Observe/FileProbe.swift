import Engine
import Glibc
import Images
import Linux
import Support

/// Files for checks: of the student's folder, and of containers, images and volumes, whose paths
/// cannot lead out.
enum FileProbe {
  private static let limit = 1 << 20

  /// A file of the host.
  static func read(_ path: String) -> ProbeResult {
    var info = stat()
    guard stat(path, &info) == 0 else {
      return errno == ENOENT || errno == ENOTDIR ? .nothing("no such file") : unreadable(path)
    }
    let mode = Int(info.st_mode & 0o7777)
    if info.st_mode & S_IFMT == S_IFDIR { return .file(text: "", mode: mode, isDirectory: true) }
    guard info.st_mode & S_IFMT == S_IFREG, let text = try? beginning(of: path) else {
      return unreadable(path)
    }
    return .file(text: text, mode: mode, isDirectory: false)
  }

  private static func unreadable(_ path: String) -> ProbeResult {
    .failed(Text("`\(path)` cannot be read", ko: "`\(path)`을(를) 읽을 수 없습니다"))
  }

  /// As much of a file as checks look at.
  private static func beginning(of path: String) throws -> String {
    let file = try FileDescriptor.open(path, O_RDONLY)
    var bytes = [UInt8](repeating: 0, count: limit)
    var filled = 0
    while filled < limit {
      let count = try bytes.withUnsafeMutableBytes { buffer in
        try check(
          retryingInterrupts {
            Glibc.read(file.number, buffer.baseAddress.map { $0 + filled }, limit - filled)
          }, "read", path)
      }
      if count == 0 { break }
      filled += count
    }
    return String(decoding: bytes[..<filled], as: UTF8.self)
  }

  /// When a regular file of the host was last written.
  static func written(_ path: String) -> ProbeResult {
    var info = stat()
    guard stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
      return .nothing("no such file")
    }
    return .number(info.st_mtim.tv_sec)
  }

  /// The SHA-256 checksum of a file of the host.
  static func digest(_ path: String) throws -> ProbeResult {
    guard File.exists(path) else { return .nothing("no such file") }
    let file = try FileDescriptor.open(path, O_RDONLY | O_NONBLOCK)
    return .text(try HashingSource(FileSource(file.number, name: path)).finish().hex)
  }

  /// Whether there is something at `path` below `directory`, whatever links lie on the way.
  static func exists(_ path: String, below directory: String) -> Bool {
    guard let root = try? RootedDirectory(directory),
      let info = try? root.status(path, followingLast: false)
    else { return false }
    // A character device 0:0 says that the file was deleted.
    return info.st_mode & S_IFMT != S_IFCHR
  }

  /// A file of a volume.
  static func read(_ path: String, below directory: String) throws -> ProbeResult {
    guard File.isDirectory(directory) else { return .nothing("no such volume") }
    return decode(try describe(path, in: directory))
  }

  /// Files of a container, in the order of `paths`. The tree of a stopped one is mounted in a child
  /// process, which passes the answers back through unnamed files.
  static func read(
    _ paths: [String], in record: ContainerRecord, _ engine: Engine
  ) throws -> [ProbeResult] {
    try read(paths) { body in try engine.withTree(of: record, body) }
  }

  /// A file of an image.
  static func read(_ path: String, of image: Image, _ engine: Engine) throws -> ProbeResult {
    try read([path]) { body in try engine.withTree(of: image, body) }[0]
  }

  private static func read(
    _ paths: [String], in tree: ((String) throws -> Void) throws -> Void
  ) throws -> [ProbeResult] {
    let files = try paths.map { _ in try createMemoryFile("dklab-look") }
    defer { for file in files { close(file) } }
    try tree { root in
      for (file, path) in zip(files, paths) { try writeAll(file, try describe(path, in: root)) }
    }
    return try files.map { file in
      lseek(file, 0, SEEK_SET)
      return decode(String(decoding: try readAll(file), as: UTF8.self))
    }
  }

  private static func decode(_ answer: String) -> ProbeResult {
    guard let end = answer.firstIndex(of: "\n") else { return .nothing("no such file") }
    let head = answer[..<end].split(separator: " ")
    guard head.count == 2, let mode = Int(head[1]) else { return .nothing("no such file") }
    return .file(
      text: String(answer[answer.index(after: end)...]), mode: mode,
      isDirectory: head[0] == "directory")
  }

  private static func describe(_ path: String, in tree: String) throws -> String {
    let root = try RootedDirectory(tree)
    guard try root.exists(path) else { return "" }
    let info = try root.status(path)
    let mode = info.st_mode & 0o7777
    guard info.st_mode & S_IFMT == S_IFREG else {
      return (info.st_mode & S_IFMT == S_IFDIR ? "directory" : "special") + " \(mode)\n"
    }
    guard info.st_size <= limit else { return "file \(mode)\n" }
    return "file \(mode)\n" + String(decoding: try root.read(path, limit: limit), as: UTF8.self)
  }
}
