// From the name of a host to its addresses.
//
// The C library answers this with plug-ins that it loads at run time (nsswitch.conf(5)), and a
// fully static binary cannot load any. So this does what the two plug-ins do that every machine has:
//
//   files   /etc/hosts                               hosts(5)
//   dns     the servers of /etc/resolv.conf          resolv.conf(5): nameserver, search, options
//                                                    ndots, timeout, attempts
//
// Both kinds of addresses are asked for at once, over UDP, and over TCP when the answer does not fit.
//
// Simplification: other plug-ins (mDNS, LDAP, systemd's) are not asked; resolved and dnsmasq listen
// at the address that resolv.conf names.
//
// Next: HTTPTransport.swift.

import Glibc
import Linux
import Support

/// Looks host names up. Waits, in the calling thread.
package struct NameResolver: Sendable {
  private var hosts: [String: [IPAddress]] = [:]
  private var servers: [SocketAddress] = []
  private var search: [String] = []
  private var dots = 1
  private var timeout: Int64 = 3000
  private var attempts = 2

  /// As the machine's files say.
  package init() {
    self.init(
      hosts: (try? File.text("/etc/hosts", limit: 4 << 20)) ?? "",
      configuration: (try? File.text("/etc/resolv.conf", limit: 1 << 20)) ?? "")
  }

  /// As the two files say that are given as text; `port` is where the servers listen.
  init(hosts text: String, configuration: String, port: UInt16 = 53) {
    for line in text.split(separator: "\n") {
      let words = line.prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" }.map(String.init)
      guard let first = words.first, let address = IPAddress(first) else { continue }
      for name in words.dropFirst() { hosts[name.lowercased(), default: []].append(address) }
    }
    for line in configuration.split(separator: "\n") {
      let code = line.prefix { $0 != "#" && $0 != ";" }
      let words = code.split { $0 == " " || $0 == "\t" }.map(String.init)
      switch words.first {
      case "nameserver" where words.count > 1 && servers.count < 3:
        if let address = IPAddress(words[1]) {
          servers.append(SocketAddress(address, port: port))
        }
      case "search", "domain": search = Array(words.dropFirst())
      case "options": for option in words.dropFirst() { read(option) }
      default: break
      }
    }
    if servers.isEmpty { servers = [SocketAddress(.v4(IPv4Address(127, 0, 0, 1)), port: port)] }
  }

  private mutating func read(_ option: String) {
    let parts = option.split(separator: ":")
    guard parts.count == 2, let value = Int(parts[1]), value >= 0 else { return }
    switch parts[0] {
    case "ndots": dots = min(value, 15)
    case "timeout": timeout = Int64(min(max(value, 1), 30)) * 1000
    case "attempts": attempts = min(max(value, 1), 5)
    default: break
    }
  }

  /// The addresses of `host`, IPv4 first, never empty.
  ///
  /// Throws ``DklabError`` `resolver.no-such-host` when there is no such name, and
  /// `resolver.no-answer` (`unavailable`) when nobody could be asked.
  package func addresses(of host: String) throws -> [IPAddress] {
    if let address = IPAddress(host) { return [address] }
    let name = host.lowercased()
    if let known = hosts[name] { return known.filter { !$0.isV6 } + known.filter(\.isV6) }
    if name == "localhost" || name.hasSuffix(".localhost") {
      return [.v4(IPv4Address(127, 0, 0, 1)), IPAddress("::1")].compactMap { $0 }
    }
    var silence: Text?
    for candidate in candidates(name) {
      switch ask(candidate) {
      case .addresses(let found) where !found.isEmpty: return found
      case .addresses, .noSuchName: continue
      case .nobody(let reason): silence = reason
      }
    }
    guard let silence else {
      throw DklabError(
        .unavailable, id: "resolver.no-such-host",
        Text("\(host): no such host", ko: "\(host): 그런 호스트가 없습니다"),
        hint: Text("check the spelling of the name", ko: "이름의 철자를 확인하세요"))
    }
    throw DklabError(
      .unavailable, id: "resolver.no-answer",
      Text(
        "\(host): cannot look the name up: \(silence.en)",
        ko: "\(host): 이름을 찾을 수 없습니다: \(silence.ko)"),
      hint: Text(
        "is this machine connected? its name servers stand in /etc/resolv.conf",
        ko: "네트워크에 연결되어 있는지 확인하세요. 이름 서버는 /etc/resolv.conf에 있습니다"))
  }

  /// The name with the search domains, in the order of resolv.conf(5).
  func candidates(_ name: String) -> [String] {
    if name.hasSuffix(".") { return [name] }
    let longer = search.filter { $0 != "." }.map { "\(name).\($0)" }
    return name.count(where: { $0 == "." }) >= dots ? [name] + longer : longer + [name]
  }

  private enum Outcome {
    case addresses([IPAddress])
    case noSuchName
    case nobody(Text)
  }

  private func ask(_ name: String) -> Outcome {
    var reason = Text("no name server answered", ko: "응답하는 이름 서버가 없습니다")
    for _ in 0..<attempts {
      for server in servers {
        do {
          switch try ask(name, server) {
          case .addresses(let found): return .addresses(found)
          case .noSuchName: return .noSuchName
          case .refused(let code):
            reason = Text(
              "\(server): the server failed (code \(code))", ko: "\(server): 서버 오류(코드 \(code))")
          case .truncated, nil: break
          }
        } catch {
          reason = Text("\(error)", ko: "\(error)")
        }
      }
    }
    return .nobody(reason)
  }

  /// Asks one server for both kinds of addresses; nil when it did not answer in time.
  private func ask(_ name: String, _ server: SocketAddress) throws -> DNSMessage.Answer? {
    var open: [DNSMessage.Kind: [UInt8]] = [:]
    for kind in DNSMessage.Kind.allCases {
      guard let question = DNSMessage.question(name, kind, id: .random(in: 0...(.max))) else {
        return .noSuchName
      }
      open[kind] = question
    }
    let socket = try InternetSocket.connect(.datagram, server)
    for question in open.values {
      _ = question.withUnsafeBytes { InternetSocket.write(socket.number, $0) }
    }
    let deadline = monotonicMilliseconds() + timeout
    var found: [DNSMessage.Kind: [IPAddress]] = [:]
    var buffer = [UInt8](repeating: 0, count: 4096)
    while !open.isEmpty, try wait(socket.number, .readable, deadline) {
      let transfer = buffer.withUnsafeMutableBytes { InternetSocket.read(socket.number, into: $0) }
      switch transfer {
      case .moved(let count):
        let reply = Array(buffer[..<count])
        for (kind, question) in open {
          guard var answer = DNSMessage.answer(reply, to: question, kind) else { continue }
          if answer == .truncated {
            guard let whole = try askOverTCP(question, kind, server, deadline) else { continue }
            answer = whole
          }
          guard case .addresses(let addresses) = answer else { return answer }
          found[kind] = addresses
          open[kind] = nil
        }
      case .failed(let number):
        throw SyscallError("recv", server.description, errno: number)
      case .wouldBlock, .ended: continue
      }
    }
    // An answer for one kind is better than none: some servers never answer for the other.
    guard open.isEmpty || found.contains(where: { !$0.value.isEmpty }) else { return nil }
    return .addresses((found[.ipv4] ?? []) + (found[.ipv6] ?? []))
  }

  private func askOverTCP(
    _ question: [UInt8], _ kind: DNSMessage.Kind, _ server: SocketAddress, _ deadline: Int64
  ) throws -> DNSMessage.Answer? {
    let socket = try InternetSocket.connect(.stream, server)
    guard try wait(socket.number, .writable, deadline) else { return nil }
    let message = [UInt8(question.count >> 8), UInt8(question.count & 0xff)] + question
    _ = message.withUnsafeBytes { InternetSocket.write(socket.number, $0) }
    var reply: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    while try wait(socket.number, .readable, deadline) {
      let transfer = buffer.withUnsafeMutableBytes { InternetSocket.read(socket.number, into: $0) }
      switch transfer {
      case .moved(let count): reply += buffer[..<count]
      case .wouldBlock: continue
      case .ended, .failed: return nil
      }
      guard reply.count >= 2 else { continue }
      let length = Int(reply[0]) << 8 | Int(reply[1])
      if reply.count >= 2 + length {
        return DNSMessage.answer(Array(reply[2..<2 + length]), to: question, kind)
      }
    }
    return nil
  }

  private func wait(_ fd: Int32, _ events: PollEvents, _ deadline: Int64) throws -> Bool {
    let left = deadline - monotonicMilliseconds()
    guard left > 0 else { return false }
    var entries = [PollEntry(fd: fd, events: events)]
    return try pollDescriptors(&entries, timeout: Int32(clamping: left)) > 0
  }
}
