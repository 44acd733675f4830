import Glibc
import Linux
import Support

/// Where a Docker Engine listens, as `DOCKER_HOST` has it: a Unix socket, or TCP without TLS.
package enum DockerAddress: Sendable, Hashable, CustomStringConvertible {
  case unix(String)
  case tcp(IPv4Address, port: UInt16)

  /// Where an engine listens when nothing else is said.
  static let standard = "unix:///var/run/docker.sock"

  /// The address in `text`; ssh, TLS and host names are refused by name.
  package init(_ text: String) throws {
    if text.hasPrefix("unix://"), text.count > 7 {
      self = .unix(String(text.dropFirst(7)))
      return
    }
    guard text.hasPrefix("tcp://") else { throw Self.refused(text) }
    let parts = text.dropFirst(6).prefix { $0 != "/" }.split(separator: ":")
    let name = parts.first.map(String.init) ?? ""
    let address = name == "localhost" ? IPv4Address(127, 0, 0, 1) : IPv4Address(name)
    guard let address, parts.count < 3, let port = parts.count == 2 ? UInt16(parts[1]) : 2375 else {
      throw Self.refused(text)
    }
    self = .tcp(address, port: port)
  }

  /// What `DOCKER_HOST` says here.
  package static func current() throws -> DockerAddress {
    func variable(_ name: String) -> String? {
      getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
    if variable("DOCKER_TLS_VERIFY") != nil {
      throw refused("\(variable("DOCKER_HOST") ?? standard), DOCKER_TLS_VERIFY")
    }
    return try DockerAddress(variable("DOCKER_HOST") ?? standard)
  }

  private static func refused(_ text: String) -> DklabError {
    DklabError(
      .unsupported, id: "lab.docker-host",
      Text(
        "labs do not reach a Docker Engine at `\(text)`",
        ko: "실습은 `\(text)`에 있는 Docker Engine에 연결하지 못합니다"),
      hint: Text(
        "DOCKER_HOST is unix:///PATH or tcp://ADDRESS:PORT, without TLS; `ssh -L` brings a remote "
          + "socket here",
        ko: "DOCKER_HOST에는 unix:///경로나 TLS 없는 tcp://주소:포트를 적습니다. 원격 소켓은 `ssh -L`로 가져옵니다"))
  }

  package var description: String {
    switch self {
    case .unix(let path): "unix://\(path)"
    case .tcp(let address, let port): "tcp://\(address):\(port)"
    }
  }

  /// A connection to it. Throws when nobody listens.
  func connect() throws -> FileDescriptor {
    switch self {
    case .unix(let path): return try UnixSocket.connect(to: path)
    case .tcp(let address, let port):
      let socket = try InternetSocket.connect(.stream, SocketAddress(.v4(address), port: port))
      var entry = [PollEntry(fd: socket.number, events: .writable)]
      _ = try pollDescriptors(&entry, timeout: 10_000)
      let problem = InternetSocket.pendingError(socket.number)
      guard problem == 0 else { throw SyscallError("connect", description, errno: problem) }
      try setNonBlocking(socket.number, false)
      return socket
    }
  }
}
