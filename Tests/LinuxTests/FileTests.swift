import Glibc
import Testing

@testable import Linux

@Suite struct FileTests {
  @Test("a file is replaced, and what is no regular file is written to")
  func replace() throws {
    let directory = "/tmp/dklab-file-\(getpid())"
    try Directory.make(directory)
    defer { try? Directory.removeTree(directory) }
    let path = directory + "/file"
    try File.replace(path, "old")
    try File.replace(path, "new")
    #expect(try File.text(path) == "new")
    let pipe = directory + "/pipe"
    try check(mkfifo(pipe, 0o600), "mkfifo", pipe)
    let reader = try FileDescriptor.open(pipe, O_RDONLY | O_NONBLOCK)
    try File.replace(pipe, "through it")
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = read(reader.number, &bytes, 64)
    #expect(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self) == "through it")
    var now = stat()
    #expect(stat(pipe, &now) == 0 && now.st_mode & S_IFMT == S_IFIFO)
    #expect(try Directory.list(directory).sorted() == ["file", "pipe"])
  }
}
