// The question of an `httpGet` probe or hook: one GET, over TLS when its scheme says so. Any certificate
// is believed: what counts is whether somebody answers, not who.
//
// A redirect to the same host is followed; one to another host ends the question, and a probe that does
// so has succeeded with a warning.
//
// Next: HandlerProcess.swift

import Documents
import Glibc
import HTTP
import Linux
import Support

/// One GET.
struct HTTPQuestion: Equatable {
  /// What an answer means.
  enum Verdict: Equatable {
    case fine
    case warning(String)
    case failure(String)
    case redirect(HTTPQuestion)
  }

  var isSecure: Bool
  var host: String
  var port: Int
  /// With the query.
  var path: String
  private var headers: [Header]
  /// Hooks ask for an answer, whatever it is.
  var takesAnyStatus = false

  private struct Header: Equatable {
    var name: String
    var value: String
  }

  private static let bodyLimit = 10 << 10
  private static let mostRedirects = 10

  /// What `action` (an `httpGet`) asks of `address`, unless it names a host.
  init(_ action: JSONValue, port: Int, address: String) {
    isSecure = action.text("scheme").uppercased() == "HTTPS"
    host = action.text("host").isEmpty ? address : action.text("host")
    self.port = port
    let path = action.text("path")
    self.path = path.hasPrefix("/") ? path : "/" + path
    headers = action.list("httpHeaders").map {
      Header(name: $0.text("name"), value: $0.text("value"))
    }
  }

  var url: String { "\(isSecure ? "https" : "http")://\(place)\(path)" }
  private var place: String { "\(host):\(port)" }

  /// What is sent.
  var request: String {
    var fields = headers.filter { $0.name.lowercased() != "host" }
    let named = headers.last { $0.name.lowercased() == "host" }?.value ?? ""
    for (name, value) in [("User-Agent", "kube-probe/1.32"), ("Accept", "*/*")]
    where !fields.contains(where: { $0.name.lowercased() == name.lowercased() }) {
      fields.append(Header(name: name, value: value))
    }
    // Who gives one of these an empty value wants none of it.
    fields.removeAll {
      $0.value.isEmpty && ["user-agent", "accept"].contains($0.name.lowercased())
    }
    let lines =
      ["GET \(path) HTTP/1.1", "Host: \(named.isEmpty ? place : named)"]
      + fields.map { "\($0.name): \($0.value)" } + ["Connection: close"]
    return lines.map { $0 + "\r\n" }.joined() + "\r\n"
  }

  /// What an answer means. `body` is as much of it as came along.
  func verdict(_ status: Int, location: String?, body: String) -> Verdict {
    if takesAnyStatus { return .fine }
    if [301, 302, 303, 307, 308].contains(status), let location {
      guard let origin = HTTPOrigin(HTTPOrigin(url)?.resolve(location) ?? location) else {
        return .failure("Get \"\(url)\": failed to parse Location header \"\(location)\"")
      }
      if origin.host == host {
        var next = self
        next.isSecure = origin.isSecure
        next.port = origin.port
        next.path = Self.path(of: location)
        return .redirect(next)
      }
    }
    switch status {
    case 200..<300: return .fine
    case 300..<400: return .warning("Probe terminated redirects, Response body: \(body)")
    default: return .failure("HTTP probe failed with statuscode: \(status)")
    }
  }

  private static func path(of location: String) -> String {
    var rest = location[...]
    if let scheme = rest.firstIndex(of: ":"), rest[scheme...].hasPrefix("://") {
      rest = rest[rest.index(scheme, offsetBy: 3)...]
      rest = rest.drop { !["/", "?"].contains($0) }
    }
    let path = rest.prefix { $0 != "#" }
    return path.hasPrefix("/") ? String(path) : "/" + path
  }

  // MARK: In a child process, which may wait

  /// Asks until there is an answer that leads nowhere else.
  func ask() -> Verdict {
    var question = self
    for _ in 0..<Self.mostRedirects {
      let verdict = question.askOnce()
      guard case .redirect(let next) = verdict else { return verdict }
      question = next
    }
    return .failure("Get \"\(question.url)\": stopped after \(Self.mostRedirects) redirects")
  }

  private func askOnce() -> Verdict {
    do {
      let stream = try ClientStream(
        over: try PodConnection(host: host, port: port).open(), to: host, port: port,
        isSecure: isSecure)
      try stream.write(Array(request.utf8))
      var input: [UInt8] = []
      while AnswerHead(input) == nil, input.count < Self.bodyLimit, let more = try stream.read() {
        input += more
      }
      guard let head = AnswerHead(input) else {
        return .failure(
          "Get \"\(url)\": "
            + (input.isEmpty ? "EOF" : "net/http: HTTP/1.x transport connection broken"))
      }
      var body = Array(input[head.length...])
      // Only of a redirect the text is told.
      if (300..<400).contains(head.status) {
        while body.count < Self.bodyLimit, let more = try? stream.read() { body += more }
      }
      return verdict(
        head.status, location: head["location"],
        body: String(decoding: body.prefix(Self.bodyLimit), as: UTF8.self))
    } catch {
      return .failure("Get \"\(url)\": \(PodConnection.words(error))")
    }
  }
}

/// A connection to something in a pod, from a process that has entered the pod's network.
struct PodConnection {
  let host: String
  let port: Int

  /// The address of the host, and then a connection; waits as long as it takes.
  func open() throws -> FileDescriptor {
    guard let address = try IPAddress(host) ?? NameResolver().addresses(of: host).first else {
      throw SyscallError("lookup", "\(host): no such host", errno: ENOENT)
    }
    let place = SocketAddress(address, port: UInt16(clamping: port))
    let socket = try InternetSocket.connect(.stream, place)
    var entries = [PollEntry(fd: socket.number, events: .writable)]
    _ = try pollDescriptors(&entries, timeout: -1)
    let number = InternetSocket.pendingError(socket.number)
    guard number == 0 else { throw SyscallError("connect", place.description, errno: number) }
    return socket
  }

  /// An error as Go's `net` words it.
  static func words(_ error: any Error) -> String {
    guard let error = error as? SyscallError else {
      // A record that is none: who speaks HTTP does not understand TLS.
      return "\(error)".contains("WRONG_VERSION_NUMBER") || "\(error)".contains("HTTP_REQUEST")
        ? "http: server gave HTTP response to HTTPS client" : "remote error: tls: handshake failure"
    }
    let cause = String(cString: strerror(error.errno)).lowercased()
    switch error.call {
    case "connect": return "dial tcp \(error.subject): connect: \(cause)"
    case "lookup": return "dial tcp: lookup \(error.subject)"
    default: return "\(error.call): \(cause)"
    }
  }
}
