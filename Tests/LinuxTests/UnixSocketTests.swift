import Glibc
import Testing

@testable import Linux

@Suite struct UnixSocketTests {
  @Test("a listening socket is its owner's, and what other threads make meanwhile has its own mode")
  func mode() async throws {
    let directory = "/tmp/dklab-socket-\(getpid())"
    try Directory.make(directory)
    defer { try? Directory.removeTree(directory) }
    func mode(_ name: String) -> mode_t {
      var now = stat()
      return stat(directory + name, &now) == 0 ? now.st_mode & 0o7777 : 0
    }
    async let others = Task.detached {
      (0..<2000).filter { number in
        let path = "\(directory)/\(number)"
        guard mkdir(path, 0o755) == 0 else { return true }
        return mode("/\(number)") != 0o755
      }
    }.value
    for _ in 0..<2000 {
      let socket = try UnixSocket.listen(at: directory + "/socket")
      #expect(mode("/socket") == 0o600)
      close(socket.release())
    }
    #expect(await others == [])
  }

  @Test("a path longer than an address holds is listened at and connected to")
  func longPath() throws {
    let directory = "/tmp/dklab-socket-\(getpid())-\(String(repeating: "long", count: 40))"
    try Directory.make(directory)
    defer { try? Directory.removeTree(directory) }
    let listener = try UnixSocket.listen(at: directory + "/socket")
    let client = try UnixSocket.connect(to: directory + "/socket")
    let server = try #require(try UnixSocket.accept(listener.number))
    defer { close(server) }
    #expect(write(client.number, "x", 1) == 1)
    var byte: UInt8 = 0
    #expect(read(server, &byte, 1) == 1 && byte == UInt8(ascii: "x"))
  }
}
