import Glibc
import Linux
import Support
import Testing

@testable import Networks

@Suite struct PortListenerTests {
  /// All of 127.0.0.0/8 is this machine: an address of its own keeps each test's ports apart.
  let address = IPv4Address(value: UInt32.random(in: 0x7F10_0000...0x7FEF_FFFF)).description

  @Test("without a host address a port is opened for IPv4 and, where there is any, for IPv6")
  func bothFamilies() throws {
    let ports = try PortListener.open([PortRequest(containerPort: 80)])
    defer { ports.forEach { close($0.fd) } }
    #expect(ports.first?.binding.hostIP == "0.0.0.0")
    #expect(ports.count == (File.exists("/proc/self/net/if_inet6") ? 2 : 1))
    #expect(Set(ports.map(\.binding.hostPort)).count == 1)
    for port in ports {
      #expect(SocketAddress(of: port.fd)?.port == port.binding.hostPort)
      #expect(PortListener.ephemeralPorts().contains(port.binding.hostPort))
    }
  }

  @Test("a port in use is refused at once, naming the container that has it")
  func takenByContainer() throws {
    let held = try holdPort()
    defer { close(held.fd) }
    let port = held.binding.hostPort
    let error = try #require(throws: DklabError.self) {
      _ = try PortListener.open([request(port)]) { binding in
        binding.hostPort == port ? "web1" : nil
      }
    }
    #expect(error.id == "port.allocated")
    #expect(error.code == .conflict)
    #expect(
      error.message.en
        == "Bind for \(address):\(port) failed: port is already allocated (by container web1)")
    #expect(error.hint?.en.contains("-p \(port + 1):80") == true)
  }

  @Test("a port in use by something else names the process")
  func takenByProcess() throws {
    let held = try holdPort()
    defer { close(held.fd) }
    let error = try #require(throws: DklabError.self) {
      _ = try PortListener.open([request(held.binding.hostPort)])
    }
    #expect(error.message.en.hasSuffix("pid \(getpid()))"))
  }

  @Test("of a range, the first free port is taken; when none is free, that is said")
  func ranges() throws {
    let held = try holdPort()
    defer { close(held.fd) }
    let port = held.binding.hostPort
    let next = try PortListener.open([
      PortRequest(hostIP: address, hostPorts: port...port + 20, containerPort: 80)
    ])
    #expect(next.count == 1)
    #expect(next[0].binding.hostPort > port)
    let error = try #require(throws: DklabError.self) {
      _ = try PortListener.open([
        PortRequest(
          hostIP: address, hostPorts: port...next[0].binding.hostPort, containerPort: 80)
      ])
    }
    #expect(error.message.en.hasSuffix("failed: all ports are allocated"))
    close(next[0].fd)
  }

  @Test("when one of several ports cannot be had, none is kept")
  func allOrNothing() throws {
    let held = try holdPort()
    let free = try holdPort()
    close(free.fd)
    defer { close(held.fd) }
    #expect(throws: DklabError.self) {
      try PortListener.open([request(free.binding.hostPort), request(held.binding.hostPort)])
    }
    let again = try PortListener.open([request(free.binding.hostPort)])
    close(again[0].fd)
  }

  @Test("a UDP port is not shared, and TCP and UDP do not disturb each other")
  func udp() throws {
    let held = try #require(
      try PortListener.open([
        PortRequest(hostIP: address, containerPort: 53, protocol: .udp)
      ]).first)
    defer { close(held.fd) }
    let port = held.binding.hostPort
    #expect(throws: DklabError.self) {
      try PortListener.open([
        PortRequest(
          hostIP: address, hostPorts: port...port, containerPort: 53, protocol: .udp)
      ])
    }
  }

  @Test("an address the host does not have, and a word that is no address, are told apart")
  func addresses() throws {
    // TEST-NET-3 (RFC 5737): nobody has it.
    let missing = try #require(throws: DklabError.self) {
      _ = try PortListener.open([PortRequest(hostIP: "203.0.113.77", containerPort: 80)])
    }
    #expect(missing.id == "port.address-unavailable")
    let wrong = try #require(throws: DklabError.self) {
      _ = try PortListener.open([PortRequest(hostIP: "nowhere", containerPort: 80)])
    }
    #expect(wrong.id == "port.address-invalid")
  }

  @Test("the tables of /proc/net are searched for sockets that are in the way")
  func tables() {
    let table = """
        sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
         0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  0        0 111 1
         1: 0100007F:1F90 0100007F:C000 01 00000000:00000000 00:00000000 00000000  0        0 222 1
         2: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000  0        0 333 1
      """
    func inodes(_ ip: String, _ port: UInt16, _ transport: PortProtocol = .tcp) -> [String] {
      PortHolder.holders(
        of: PortBinding(hostIP: ip, hostPort: port, containerPort: 1, protocol: transport),
        in: table)
    }
    #expect(inodes("127.0.0.1", 8080) == ["111"])
    #expect(inodes("0.0.0.0", 8080) == ["111"])
    #expect(inodes("127.0.0.2", 8080) == [])
    #expect(inodes("127.0.0.2", 80) == ["333"])
    #expect(inodes("127.0.0.1", 80, .udp) == [])
  }

  private func request(_ port: UInt16) -> PortRequest {
    PortRequest(hostIP: address, hostPorts: port...port, containerPort: 80)
  }

  private func holdPort() throws -> ListeningPort {
    try #require(
      try PortListener.open([PortRequest(hostIP: address, containerPort: 80)]).first)
  }
}
