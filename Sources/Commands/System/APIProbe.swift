import Glibc
import HTTP
import Linux
import Support

/// Looks whether a Docker Engine API answers where clients would look for it.
struct APIProbe {
  let address: String
  /// What the server calls itself (`dklab (linux)`, `Docker/28.2.2 (linux)`); nil when nobody answers.
  let server: String?

  /// DOCKER_HOST where it is set, else where `dklab serve` listens when nothing is said.
  static func standard() -> APIProbe {
    let variable = getenv("DOCKER_HOST").map { String(cString: $0) } ?? ""
    return APIProbe(at: variable.isEmpty ? Serve.standard : variable)
  }

  /// Asks once; a second is enough for a server on this machine.
  init(at address: String) {
    self.address = address
    server = (try? APIProbe.ask(address)) ?? nil
  }

  private static func ask(_ text: String) throws -> String? {
    guard case .unix(let path) = try ListenAddress(text) else { return nil }
    let socket = try UnixSocket.connect(to: path)
    try writeAll(socket.number, "GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n")
    var received: [UInt8] = []
    let deadline = monotonicMilliseconds() + 1000
    while received.count < 64 << 10, monotonicMilliseconds() < deadline {
      var entries = [PollEntry(fd: socket.number, events: .readable)]
      try pollDescriptors(&entries, timeout: 100)
      guard !entries[0].ready.isEmpty else { continue }
      var buffer = [UInt8](repeating: 0, count: 4096)
      let count = read(socket.number, &buffer, buffer.count)
      guard count > 0 else { break }
      received += buffer[..<count]
    }
    let lines = String(decoding: received, as: UTF8.self).split(separator: "\r\n")
    let header = lines.first { $0.lowercased().hasPrefix("server:") }
    return header.map { $0.dropFirst("server:".count).trimming(while: \.isWhitespace) }
  }

  /// The line of `doctor`.
  var line: Text {
    guard let server else {
      return Text(
        "Docker Engine API: nobody answers at \(address) (`dklab serve` does, if you want it)",
        ko: "Docker Engine API: \(address)에서 대답이 없습니다(필요하면 `dklab serve`로 시작합니다)")
    }
    return Text(
      "Docker Engine API: \(server) answers; export DOCKER_HOST=\(address)",
      ko: "Docker Engine API: \(server) 서버가 대답합니다. export DOCKER_HOST=\(address)")
  }
}

extension Substring {
  fileprivate func trimming(while predicate: (Character) -> Bool) -> String {
    var rest = drop(while: predicate)
    while let last = rest.last, predicate(last) { rest = rest.dropLast() }
    return String(rest)
  }
}
