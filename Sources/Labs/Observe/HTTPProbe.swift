import Glibc
import Linux
import Support

/// A small HTTP/1.1 client for checks: one GET, no redirects, at most a second and 256 KiB.
enum HTTPProbe {
  private static let patience: Int64 = 1000
  private static let limit = 256 << 10

  static func get(_ url: String, host: String?) -> ProbeResult {
    switch exchange(url, host: host) {
    case .failure(let result): return result.result
    case .success(let (bytes, isWhole)): return answer(bytes, isWhole: isWhole)
    }
  }

  /// Why there is no answer.
  struct NoAnswer: Error { var result: ProbeResult }

  /// What a server sends back for a GET of `url`, header and all, and whether that was all of it.
  static func exchange(
    _ url: String, host: String?, accept: String = "*/*"
  ) -> Result<(bytes: [UInt8], isWhole: Bool), NoAnswer> {
    let rest = url.dropFirst("http://".count)
    let authority = rest.prefix { $0 != "/" && $0 != "?" }
    let path = rest.dropFirst(authority.count)
    let name = authority.split(separator: ":").first.map(String.init) ?? ""
    guard let address = address(name) else {
      return .failure(
        NoAnswer(
          result: .failed(
            Text(
              "`\(name)` is no address of this machine", ko: "`\(name)`은(는) 이 컴퓨터의 주소가 아닙니다"))))
    }
    let request =
      "GET \(path.isEmpty ? "/" : String(path)) HTTP/1.1\r\n"
      + "Host: \(host ?? String(authority))\r\nUser-Agent: dklab\r\nAccept: \(accept)\r\n"
      + "Connection: close\r\n\r\n"
    let deadline = monotonicMilliseconds() + patience
    switch open(address, HTTPGet.port(of: url) ?? 80, deadline) {
    case .failure(let reason): return .failure(NoAnswer(result: .nothing(reason.text)))
    case .success(let socket):
      guard send(request, on: socket, deadline) else {
        return .failure(NoAnswer(result: .nothing("connection closed")))
      }
      return .success(receive(socket, deadline))
    }
  }

  static func connects(_ address: String, port: Int) -> ProbeResult {
    guard let address = Self.address(address) else {
      return .failed(Text("`\(address)` is no address", ko: "`\(address)`은(는) 주소가 아닙니다"))
    }
    switch open(address, port, monotonicMilliseconds() + patience) {
    case .success: return .open
    case .failure(let reason): return .nothing(reason.text)
    }
  }

  /// Whether something listens on a port of this host.
  static func holder(_ port: Int) -> ProbeResult {
    let hex = String(port, radix: 16, uppercase: true)
    let wanted = ":" + String(repeating: "0", count: 4 - hex.count) + hex
    for table in ["tcp", "tcp6"] {
      let text = (try? File.text("/proc/self/net/\(table)")) ?? ""
      for line in text.split(separator: "\n") {
        let fields = line.split(separator: " ")
        if fields.count > 3, fields[1].hasSuffix(wanted), fields[3] == "0A" {
          return .text("another program")
        }
      }
    }
    return .nothing("free")
  }

  private static func address(_ name: String) -> IPv4Address? {
    name == "localhost" ? IPv4Address(127, 0, 0, 1) : IPv4Address(name)
  }

  private final class Socket {
    let descriptor: FileDescriptor
    init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }
  }

  private struct Refusal: Error { var text: String }

  private static func open(
    _ address: IPv4Address, _ port: Int, _ deadline: Int64
  ) -> Result<Socket, Refusal> {
    do {
      let target = SocketAddress(.v4(address), port: UInt16(clamping: port))
      let socket = Socket(try InternetSocket.connect(.stream, target))
      let number = socket.descriptor.number
      guard wait(number, .writable, deadline) else { return .failure(Refusal(text: "timed out")) }
      switch InternetSocket.pendingError(number) {
      case 0: return .success(socket)
      case ECONNREFUSED: return .failure(Refusal(text: "connection refused"))
      case let error: return .failure(Refusal(text: String(cString: strerror(error))))
      }
    } catch {
      return .failure(Refusal(text: "connection refused"))
    }
  }

  private static func wait(_ fd: Int32, _ events: PollEvents, _ deadline: Int64) -> Bool {
    let left = deadline - monotonicMilliseconds()
    guard left > 0 else { return false }
    var entries = [PollEntry(fd: fd, events: events)]
    return (try? pollDescriptors(&entries, timeout: Int32(left))).map { $0 > 0 } ?? false
  }

  private static func send(_ text: String, on socket: Socket, _ deadline: Int64) -> Bool {
    // A request this short always fits into an empty send buffer.
    let bytes = Array(text.utf8)
    let result = bytes.withUnsafeBytes {
      InternetSocket.write(socket.descriptor.number, $0)
    }
    return result == .moved(bytes.count)
  }

  /// What the server sent, and whether that was all of it: a server may trickle, or never end.
  private static func receive(
    _ socket: Socket, _ deadline: Int64
  ) -> (bytes: [UInt8], isWhole: Bool) {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    while bytes.count < limit, wait(socket.descriptor.number, .readable, deadline) {
      switch buffer.withUnsafeMutableBytes({
        InternetSocket.read(socket.descriptor.number, into: $0)
      }) {
      case .moved(let count): bytes += buffer[..<count]
      case .wouldBlock: continue
      case .ended, .failed: return (bytes, announcedLength(bytes).map { bytes.count >= $0 } ?? true)
      }
      if let length = announcedLength(bytes), bytes.count >= length { return (bytes, true) }
    }
    return (bytes, false)
  }

  /// How long the whole answer is, once its head has come and says so.
  private static func announcedLength(_ bytes: [UInt8]) -> Int? {
    guard let (head, bodyStart) = split(bytes) else { return nil }
    for line in head.split(separator: "\r\n") where line.lowercased().hasPrefix("content-length:") {
      return line.split(separator: ":").last.flatMap { Int($0.trimmed) }.map { bodyStart + $0 }
    }
    return nil
  }

  /// The header, without the empty line behind it, and where the body begins.
  static func split(_ bytes: [UInt8]) -> (head: String, bodyStart: Int)? {
    let end = Array("\r\n\r\n".utf8)
    guard bytes.count >= end.count else { return nil }
    let place = (0...(bytes.count - end.count)).first {
      bytes[$0..<$0 + end.count].elementsEqual(end)
    }
    return place.map { (String(decoding: bytes[..<$0], as: UTF8.self), $0 + end.count) }
  }

  static func answer(_ bytes: [UInt8], isWhole: Bool) -> ProbeResult {
    guard let (head, bodyStart) = split(bytes) else {
      return .nothing(isWhole ? "connection closed" : "timed out")
    }
    let words = head.prefix { $0 != "\r\n" }.split(separator: " ")
    guard words.count > 1, words[0].hasPrefix("HTTP/"), let status = Int(words[1]) else {
      return .nothing("not an HTTP server")
    }
    return .http(
      status: status, body: String(decoding: bytes[bodyStart...], as: UTF8.self), isWhole: isWhole)
  }
}
