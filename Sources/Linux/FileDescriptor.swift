import CLinux
import Glibc
import Support

/// open(2)'s O_PATH: a handle on the place, not on the content. The same on every architecture.
package let O_PATH: Int32 = 0o10_000_000

/// An empty path names the descriptor itself. The same on every architecture.
package let AT_EMPTY_PATH: Int32 = 0x1000

/// An open file that closes itself at the end of its scope. Everything is opened O_CLOEXEC: what a
/// container may inherit is chosen by name, never by accident.
package struct FileDescriptor: ~Copyable, Sendable {
  /// The kernel's number, borrowed: never close it, never keep it past this value's life.
  package let number: Int32

  /// Takes over `number`, which nothing else may close afterwards.
  package init(owning number: Int32) {
    self.number = number
  }

  deinit {
    close(number)
  }

  /// Gives the number up: the caller closes it.
  package consuming func release() -> Int32 {
    let number = number
    discard self
    return number
  }

  /// open(2), always with O_CLOEXEC.
  package static func open(_ path: String, _ flags: Int32, mode: mode_t = 0) throws
    -> FileDescriptor
  {
    FileDescriptor(
      owning: try check(
        retryingInterrupts { Glibc.open(path, flags | O_CLOEXEC, mode) }, "open", path))
  }

  /// pipe2(2) with O_CLOEXEC: what is written to `.write` is read from `.read`.
  package static func pipe(flags: Int32 = 0) throws -> Pipe {
    var ends: [Int32] = [-1, -1]
    try check(dk_pipe2(&ends, flags | O_CLOEXEC), "pipe2")
    return Pipe(
      read: FileDescriptor(owning: ends[0]), write: FileDescriptor(owning: ends[1]))
  }

  /// Both ends of a pipe.
  package struct Pipe: ~Copyable {
    package let read: FileDescriptor
    package let write: FileDescriptor

    /// Hands out both ends, each to live on its own.
    package consuming func split() -> (read: Int32, write: Int32) {
      (read.release(), write.release())
    }
  }
}

/// Closes every descriptor from 3 on that is not in `kept`: before a copy of this process becomes
/// something that must not have what this one has open.
package func closeDescriptors(except kept: [Int32]) {
  var next: UInt32 = 3
  for fd in kept.sorted() where fd >= next {
    if UInt32(fd) > next { _ = dk_close_range(next, UInt32(fd) - 1, 0) }
    next = UInt32(fd) + 1
  }
  _ = dk_close_range(next, UInt32.max, 0)
}

/// Writes all of `bytes` (write(2) may take less at a time).
package func writeAll(_ fd: Int32, _ bytes: UnsafeRawBufferPointer) throws {
  var rest = bytes
  while !rest.isEmpty {
    let written = try check(
      retryingInterrupts { write(fd, rest.baseAddress, rest.count) }, "write", "fd \(fd)")
    rest = UnsafeRawBufferPointer(rebasing: rest[written...])
  }
}

/// Writes all of `text` as UTF-8.
package func writeAll(_ fd: Int32, _ text: String) throws {
  var text = text
  try text.withUTF8 { try writeAll(fd, UnsafeRawBufferPointer($0)) }
}

/// Reads until end of file, at most `limit` bytes; `EFBIG` when there is more.
package func readAll(_ fd: Int32, limit: Int = 64 << 20, subject: String = "") throws -> [UInt8] {
  var result: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 16 << 10)
  while true {
    let count = try check(
      retryingInterrupts { read(fd, &chunk, chunk.count) }, "read",
      subject.isEmpty ? "fd \(fd)" : subject)
    if count == 0 { return result }
    if result.count + count > limit { throw SyscallError("read", subject, errno: EFBIG) }
    result.append(contentsOf: chunk[..<count])
  }
}

/// memfd_create(2): a file without a name, which lives through execve(2). The caller closes it.
package func createMemoryFile(_ name: String) throws -> Int32 {
  try check(dk_memfd_create(name, 0), "memfd_create", name)
}

/// Another number for what `fd` refers to, close-on-exec; the caller closes it.
package func duplicateDescriptor(_ fd: Int32, atLeast lowest: Int32 = 3) throws -> Int32 {
  try check(dk_fcntl_int(fd, F_DUPFD_CLOEXEC, lowest), "fcntl", "F_DUPFD")
}

/// Whether this process has a descriptor `fd`.
package func isOpenDescriptor(_ fd: Int32) -> Bool { dk_fcntl_int(fd, F_GETFD, 0) >= 0 }

/// Closes every descriptor from `first` on (close_range(2)): what a caller left open by accident.
package func closeDescriptors(from first: Int32) {
  _ = dk_close_range(UInt32(first), UInt32.max, 0)
}
