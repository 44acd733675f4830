// Taking the host's ports.
//
// The process that launches a container opens the listening sockets before anything else is made:
// whoever asks for a port that is taken learns it at once, with nothing to clean up. The sockets are
// then inherited by the container's monitor; a descriptor, unlike a port number, cannot be lost to
// somebody else in between.
//
// Without a host address Docker listens on all of IPv4 and all of IPv6, with two sockets.
//
// Man pages: bind(2), listen(2), ip(7). Next: PortRelay.swift.

import Glibc
import Linux
import Support

/// A listening socket and what it is for. The numbers survive execve(2), so the process that binds
/// (and reports that a port is taken) need not be the one that serves.
package struct ListeningPort: Codable, Sendable, Hashable {
  /// Owned by whoever holds this value; inherited by number.
  package var fd: Int32
  package var binding: PortBinding

  package init(fd: Int32, binding: PortBinding) {
    self.fd = fd
    self.binding = binding
  }
}

/// Opens the host's side of published ports.
package enum PortListener {
  /// Binds and listens for every request, in the network namespace of the caller (the host's).
  ///
  /// All or nothing: on an error what was opened is closed. The descriptors are close-on-exec until
  /// `setInheritable`. A request without an address opens one socket for 0.0.0.0 and one for [::]
  /// (the latter only where the host has IPv6); without a port, the first free one from the bottom
  /// of the kernel's ephemeral range. `owner` is asked which container of ours published a port that
  /// is taken. Throws `port.allocated`, `port.denied`, `port.address-unavailable`,
  /// `port.address-invalid`.
  package static func open(
    _ requests: [PortRequest], owner: (PortBinding) -> String? = { _ in nil }
  ) throws -> [ListeningPort] {
    var opened: [ListeningPort] = []
    do {
      for request in requests { opened += try open(request, owner: owner) }
      return opened
    } catch {
      for port in opened { close(port.fd) }
      throw error
    }
  }

  private static func open(
    _ request: PortRequest, owner: (PortBinding) -> String?
  ) throws -> [ListeningPort] {
    let addresses = try addresses(of: request)
    let candidates = request.hostPorts ?? ephemeralPorts()
    var taken: PortBinding?
    for port in candidates {
      switch try bindAll(addresses, port, request) {
      case .opened(let ports): return ports
      case .taken(let binding): taken = taken ?? binding
      }
    }
    throw PortError.allocated(request, first: taken, owner: owner)
  }

  /// What became of one host port.
  private enum Attempt {
    case opened([ListeningPort])
    case taken(PortBinding)
  }

  private static func bindAll(
    _ addresses: [IPAddress], _ port: UInt16, _ request: PortRequest
  ) throws -> Attempt {
    var opened: [ListeningPort] = []
    for address in addresses {
      let binding = PortBinding(
        hostIP: address.description, hostPort: port, containerPort: request.containerPort,
        protocol: request.protocol)
      do {
        let socket = try InternetSocket.bind(
          request.protocol == .tcp ? .stream : .datagram, SocketAddress(address, port: port))
        opened.append(ListeningPort(fd: socket.release(), binding: binding))
      } catch let error as SyscallError {
        if request.hostIP.isEmpty && address.isV6 && isWithoutIPv6(error) { continue }
        for port in opened { close(port.fd) }
        if error.errno == EADDRINUSE { return .taken(binding) }
        throw PortError.refused(binding, error)
      }
    }
    return .opened(opened)
  }

  private static func isWithoutIPv6(_ error: SyscallError) -> Bool {
    error.errno == EAFNOSUPPORT || error.errno == EADDRNOTAVAIL
  }

  private static func addresses(of request: PortRequest) throws -> [IPAddress] {
    if request.hostIP.isEmpty { return [.v4(.any), .anyV6] }
    guard let address = IPAddress(request.hostIP) else {
      throw PortError.invalidAddress(request.hostIP)
    }
    return [address]
  }

  /// The ports the kernel itself picks from, and Docker too.
  static func ephemeralPorts() -> ClosedRange<UInt16> {
    let text = (try? File.text("/proc/sys/net/ipv4/ip_local_port_range", limit: 64)) ?? ""
    let bounds = text.split { $0 == "\t" || $0 == " " || $0 == "\n" }.compactMap { UInt16($0) }
    guard bounds.count == 2, bounds[0] <= bounds[1] else { return 32768...60999 }
    return bounds[0]...bounds[1]
  }
}
