import CLinux
import Glibc
import Support

/// Small files as whole values: how /proc, /sys, cgroups and the kit's own records are read.
package enum File {
  /// The bytes of the file at `path`, at most `limit` of them (`EFBIG` when there are more).
  package static func read(_ path: String, limit: Int = 64 << 20) throws -> [UInt8] {
    let file = try FileDescriptor.open(path, O_RDONLY)
    return try readAll(file.number, limit: limit, subject: path)
  }

  /// The last bytes of the file at `path`, at most `limit` of them.
  package static func end(of path: String, limit: Int) throws -> [UInt8] {
    let file = try FileDescriptor.open(path, O_RDONLY | O_NONBLOCK)
    let size = lseek(file.number, 0, SEEK_END)
    var bytes = [UInt8](repeating: 0, count: limit)
    let count = try check(
      pread(file.number, &bytes, limit, max(0, size - limit)), "pread", path)
    return Array(bytes[..<count])
  }

  /// The file as text; bytes that are not UTF-8 become U+FFFD.
  package static func text(_ path: String, limit: Int = 64 << 20) throws -> String {
    String(decoding: try read(path, limit: limit), as: UTF8.self)
  }

  /// Writes in place without creating: for /proc, /sys and cgroup files, where one write(2) is one
  /// command to the kernel.
  package static func command(_ path: String, _ text: String) throws {
    let file = try FileDescriptor.open(path, O_WRONLY)
    var text = text
    try text.withUTF8 { bytes in
      _ = try check(
        retryingInterrupts { write(file.number, bytes.baseAddress, bytes.count) }, "write", path)
    }
  }

  /// Replaces the file at `path` as one step: written beside it, synced, renamed over it, so that a
  /// reader or a power cut sees the old or the new content and nothing between. What is no regular
  /// file (/dev/null, a pipe) is written to instead: nobody wants such a thing replaced.
  package static func replace(
    _ path: String, _ bytes: [UInt8], mode: mode_t = 0o644, durable: Bool = true
  ) throws {
    var old = stat()
    if stat(path, &old) == 0, ![S_IFREG, S_IFDIR].contains(old.st_mode & S_IFMT) {
      let file = try FileDescriptor.open(path, O_WRONLY)
      return try bytes.withUnsafeBytes { try writeAll(file.number, $0) }
    }
    let temporary = "\(path).\(getpid()).tmp"
    let file = try FileDescriptor.open(temporary, O_WRONLY | O_CREAT | O_TRUNC, mode: mode)
    try bytes.withUnsafeBytes { try writeAll(file.number, $0) }
    if durable { try check(fsync(file.number), "fsync", temporary) }
    try check(rename(temporary, path), "rename", path)
  }

  /// `replace` for text.
  package static func replace(
    _ path: String, _ text: String, mode: mode_t = 0o644, durable: Bool = true
  ) throws {
    try replace(path, Array(text.utf8), mode: mode, durable: durable)
  }

  /// Whether anything is at `path`, a dangling symbolic link included.
  package static func exists(_ path: String) -> Bool {
    var info = stat()
    return lstat(path, &info) == 0
  }

  /// Whether `path`, symbolic links followed, is a directory.
  package static func isDirectory(_ path: String) -> Bool {
    var info = stat()
    return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
  }

  /// The target of the symbolic link at `path`.
  package static func link(_ path: String) throws -> String {
    try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Int(PATH_MAX)) { buffer in
      let count = try buffer.withMemoryRebound(to: CChar.self) { characters in
        guard let base = characters.baseAddress else { return 0 }
        return try check(readlink(path, base, characters.count), "readlink", path)
      }
      return String(decoding: buffer[..<count], as: UTF8.self)
    }
  }
}

/// Directories of the host (never of a container: see SecurePath.swift for those).
package enum Directory {
  /// mkdir -p: makes `path` and what is missing above it.
  package static func make(_ path: String, mode: mode_t = 0o755) throws {
    if mkdir(path, mode) == 0 { return }
    switch errno {
    case EEXIST where File.isDirectory(path): return
    case ENOENT:
      guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { break }
      try make(String(path[..<slash]), mode: mode)
      guard mkdir(path, mode) != 0, errno != EEXIST else { return }
    default: break
    }
    throw SyscallError("mkdir", path)
  }

  /// The names in `path`, sorted, without `.` and `..`.
  package static func list(_ path: String) throws -> [String] {
    guard let stream = opendir(path) else { throw SyscallError("opendir", path) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// rm -rf without following symbolic links and without crossing into another mount. Nothing at
  /// `path` is fine, and so is somebody else who removes it at the same time.
  package static func removeTree(_ path: String) throws {
    var info = stat()
    guard lstat(path, &info) == 0 else {
      if errno == ENOENT { return }
      throw SyscallError("lstat", path)
    }
    try remove(path, info, device: info.st_dev)
  }

  /// The bytes of the regular files below `path`, as they are, not as they lie on the disk.
  package static func size(_ path: String) throws -> Int64 {
    var total: Int64 = 0
    var pending = [path]
    while let directory = pending.popLast() {
      for name in (try? list(directory)) ?? [] {
        var info = stat()
        let full = "\(directory)/\(name)"
        guard lstat(full, &info) == 0 else { continue }
        if info.st_mode & S_IFMT == S_IFDIR { pending.append(full) }
        if info.st_mode & S_IFMT == S_IFREG { total += Int64(info.st_size) }
      }
    }
    return total
  }

  private static func remove(_ path: String, _ info: stat, device: dev_t) throws {
    guard info.st_mode & S_IFMT == S_IFDIR else {
      guard unlink(path) == 0 || errno == ENOENT else { throw SyscallError("unlink", path) }
      return
    }
    guard info.st_dev == device else { throw SyscallError("rmdir", path, errno: EBUSY) }
    if info.st_mode & 0o700 != 0o700 { chmod(path, 0o700) }
    let names: [String]
    do {
      names = try list(path)
    } catch let error as SyscallError where error.errno == ENOENT {
      return
    }
    for name in names {
      let child = "\(path)/\(name)"
      var childInfo = stat()
      guard lstat(child, &childInfo) == 0 else { continue }
      try remove(child, childInfo, device: device)
    }
    guard rmdir(path) == 0 || errno == ENOENT else { throw SyscallError("rmdir", path) }
  }
}
