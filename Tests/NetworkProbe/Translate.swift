import Glibc
import Linux
import Networks
import Support

/// NAT from end to end without touching the machine: this process takes a new namespace for "the
/// host", and gives it a "world" to be connected with. Prints what the world sees of a container,
/// and what is left on the host in the end.
func translate(_ state: String) throws {
  try unshareNamespaces([.network])
  try File.command("/proc/sys/net/ipv4/ip_forward", "0")
  let world = try Service()
  try connectWorld(world.pid)
  world.start()

  let network = InstanceNetwork(stateDirectory: state)
  try network.ensure()
  say("before \(network.uplinkStatus().kind)")
  let status = try network.connectUplink()
  say("uplink \(status.kind) \(status.changes.map(\.en))")
  say("again \(try network.connectUplink() == status)")
  let container = try Service()
  try network.attach(pid: container.pid, network.allocate(owner: "c"))
  say("seen as \(try dial(from: container.pid))")
  say("forward \(try forwarding())")

  try network.teardown()
  let left = try NetworkObservation.observe().links.map(\.name).filter { $0.hasPrefix("dklab") }
  let table = try HostProgram("nft")?.run(["list", "table", "ip", "dklab"]).succeeded ?? false
  say("left \(left) table \(table) forward \(try forwarding())")
  container.stop()
  world.stop()
}

private func forwarding() throws -> String {
  String(try File.text("/proc/sys/net/ipv4/ip_forward").prefix(1))
}

/// A cable between here (198.51.100.2) and the namespace of `pid` (198.51.100.1), and a default
/// route along it. The addresses are for documentation (RFC 5737).
private func connectWorld(_ pid: pid_t) throws {
  let world = try NetworkNamespace(of: pid)
  var here = try NetlinkSocket()
  var there = try NetlinkSocket(in: world)
  try here.perform([
    .bringUp(index: 1, name: "lo"),
    .makeVeth(
      near: .init(name: "w0"), far: .init(name: "w1"), namespace: world.descriptor.number),
  ])
  try there.perform([
    .bringUp(index: try there.linkIndex("w1"), name: "w1"),
    .addAddress(
      IPv4Address(198, 51, 100, 1), prefixLength: 24, to: try there.linkIndex("w1")),
  ])
  try here.perform([
    .addAddress(IPv4Address(198, 51, 100, 2), prefixLength: 24, to: try here.linkIndex("w0")),
    .addDefaultRoute(gateway: IPv4Address(198, 51, 100, 1)),
  ])
}

/// Connects from the namespace of `pid` to the world's port 13 and returns the answer.
private func dial(from pid: pid_t) throws -> String {
  let container = try NetworkNamespace(of: pid)
  let socket = try container.open {
    try InternetSocket.connect(.stream, SocketAddress(.v4(IPv4Address(198, 51, 100, 1)), port: 13))
  }
  var entries = [PollEntry(fd: socket.number, events: .readable)]
  try pollDescriptors(&entries, timeout: 5000)
  return try withUnsafeTemporaryAllocation(byteCount: 100, alignment: 1) { buffer in
    guard case .moved(let count) = InternetSocket.read(socket.number, into: buffer) else {
      throw SyscallError("connect", "world", errno: InternetSocket.pendingError(socket.number))
    }
    return String(decoding: buffer[..<count], as: UTF8.self).filter { $0 != "\n" }
  }
}
