import Glibc
import Linux
import Support

/// The services of the container, one process for each connection:
///
///   port 7   echo, TCP and UDP
///   port 9   reads to the end, then answers with the number of bytes and their sum (half-close)
///   port 19  sends as many megabytes as the first line says, then ends
///   port 25  answers "bye" at once and ends, whatever the client sends
///   port 13  says who the client is, as the container sees it
func runServices(after gate: Int32, report: Int32) -> Never {
  var byte: UInt8 = 0
  _ = read(gate, &byte, 1)
  signal(SIGCHLD, SIG_IGN)
  do {
    var entries: [PollEntry] = []
    var ports: [Int32: UInt16] = [:]
    for port: UInt16 in [7, 9, 13, 19, 25] {
      let fd = try InternetSocket.bind(.stream, SocketAddress(.v4(.any), port: port)).release()
      ports[fd] = port
      entries.append(PollEntry(fd: fd, events: .readable))
    }
    let udp = try InternetSocket.bind(.datagram, SocketAddress(.v4(.any), port: 7)).release()
    entries.append(PollEntry(fd: udp, events: .readable))
    close(report)
    while true {
      try pollDescriptors(&entries, timeout: -1)
      echoDatagrams(udp)
      for entry in entries where entry.fd != udp && !entry.ready.isEmpty {
        guard let client = try InternetSocket.accept(entry.fd) else { continue }
        try setNonBlocking(client.number, false)
        fflush(nil)
        if fork() == 0 {
          serveConnection(client.number, ports[entry.fd] ?? 0)
          _exit(0)
        }
      }
    }
  } catch {
    say("container: \(error)")
    _exit(1)
  }
}

private func echoDatagrams(_ fd: Int32) {
  withUnsafeTemporaryAllocation(byteCount: 65536, alignment: 1) { buffer in
    while let (count, sender) = InternetSocket.receive(fd, into: buffer) {
      InternetSocket.send(fd, UnsafeRawBufferPointer(rebasing: buffer[..<count]), to: sender)
    }
  }
}

private func serveConnection(_ fd: Int32, _ port: UInt16) {
  var buffer = [UInt8](repeating: 0, count: 64 << 10)
  switch port {
  case 7:
    while case let count = read(fd, &buffer, buffer.count), count > 0 {
      try? buffer.withUnsafeBytes {
        try writeAll(fd, UnsafeRawBufferPointer(rebasing: $0[..<count]))
      }
    }
  case 9:
    var (total, sum) = (0, UInt64(0))
    while case let count = read(fd, &buffer, buffer.count), count > 0 {
      total += count
      for byte in buffer[..<count] { sum = sum &* 31 &+ UInt64(byte) }
    }
    try? writeAll(fd, "\(total) \(sum)\n")
  case 19:
    let count = read(fd, &buffer, buffer.count)
    let text = String(decoding: buffer[..<max(0, count)], as: UTF8.self)
    let megabytes = Int(text.filter(\.isNumber)) ?? 0
    for index in buffer.indices { buffer[index] = UInt8(index * 7 & 255) }
    for _ in 0..<megabytes * 16 {
      guard (try? buffer.withUnsafeBytes({ try writeAll(fd, $0) })) != nil else { return }
    }
  case 13:
    var storage = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &storage) { pointer in
      _ = pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(fd, $0, &size) }
    }
    try? writeAll(fd, "\(IPv4Address(value: UInt32(bigEndian: storage.sin_addr.s_addr)))\n")
  default:
    try? writeAll(fd, "bye\n")
  }
}
