import Glibc
import Linux
import Support
import Testing

@testable import Images

/// A directory of its own for one test, removed at the end.
final class TemporaryDirectory {
  let path: String

  init() throws {
    var template = Array("/tmp/dklab-images-XXXXXX".utf8CString)
    path = try #require(mkdtemp(&template).map { String(cString: $0) })
  }

  deinit { try? Directory.removeTree(path) }

  /// A content store in here.
  func content() throws -> ContentStore {
    try ContentStore(root: path + "/content")
  }
}

/// Bytes written to memory.
final class MemorySink: ByteSink {
  private(set) var bytes: [UInt8] = []

  func write(_ bytes: UnsafeRawBufferPointer) { self.bytes.append(contentsOf: bytes) }
}

/// An archive written by `body`.
func archive(_ body: (TarWriter) throws -> Void) throws -> [UInt8] {
  let sink = MemorySink()
  let writer = TarWriter(sink)
  try body(writer)
  try writer.finish()
  return sink.bytes
}

/// All members of `bytes` with their contents.
func members(_ bytes: [UInt8], needsEndMark: Bool = true) throws -> [(TarEntry, [UInt8])] {
  let reader = TarReader(MemorySource(bytes), archive: "test.tar", needsEndMark: needsEndMark)
  var result: [(TarEntry, [UInt8])] = []
  while let entry = try reader.next() {
    result.append((entry, try reader.readContent(limit: 1 << 20)))
  }
  return result
}

extension TarEntry {
  static func file(_ name: String, mode: UInt32 = 0o644) -> TarEntry {
    TarEntry(name, .file, mode: mode)
  }

  static func directory(_ name: String, mode: UInt32 = 0o755) -> TarEntry {
    TarEntry(name, .directory, mode: mode)
  }

  static func link(_ name: String, to target: String) -> TarEntry {
    TarEntry(name, .symbolicLink(target: target), mode: 0o777)
  }

  static func hardLink(_ name: String, to target: String) -> TarEntry {
    TarEntry(name, .hardLink(target: target), mode: 0o644)
  }
}

/// Runs a program of the host; its output.
@discardableResult
func run(_ arguments: [String], environment: [String] = []) throws -> String {
  let program = try ChildProgram(arguments, environment: environment)
  let output = String(decoding: try readAll(program.output), as: UTF8.self)
  let (status, complaints) = try program.wait()
  try #require(status.code == 0, "\(arguments.joined(separator: " ")): \(complaints)")
  return output
}

/// lstat(2).
func status(_ path: String) throws -> stat {
  var info = stat()
  try check(lstat(path, &info), "lstat", path)
  return info
}

/// Root, of the machine or of a user namespace.
let isRoot = geteuid() == 0

/// Whether files can be given to any user: not where only some ids are mapped.
let hasAllIDs = isRoot && ((try? File.text("/proc/self/uid_map")) ?? "").contains("4294967295")

/// The file to write at the end, when this test process was started by another test, in a user
/// namespace with one id.
let singleIDMark = getenv("DKLAB_TEST_SINGLE_ID").map { String(cString: $0) }
