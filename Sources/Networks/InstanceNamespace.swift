// Where an instance's network lives.
//
// A network namespace ends with its last process, unless something else refers to it. A bind mount
// of /proc/PID/ns/net on a file does: the file then *is* the namespace, and opening it gives what
// setns(2) wants. `ip netns add` does the same below /run/netns.
//
// The namespace is furnished before it is mounted, so that whoever finds the mount finds a bridge.
// After a reboot the file is still there but empty, and its file system tells: that of a mounted
// namespace is nsfs.
//
// Man pages: network_namespaces(7), mount(2), ip-netns(8). Next: InstanceNetwork.swift.

import Glibc
import Linux
import Support

/// Making and removing the namespace file of an instance.
enum InstanceNamespace {
  private static let nsfsMagic: Int64 = 0x6E73_6673

  /// Whether a namespace is mounted on the file at `path`.
  static func isMounted(_ path: String) -> Bool {
    fileSystemType(path) == nsfsMagic
  }

  /// Makes a namespace with `bridge` in it and mounts it on `path`.
  ///
  /// A child does the work, since a process cannot leave a namespace it made for itself unless it
  /// has power over the one it came from.
  static func make(at path: String, bridge: BridgeConfiguration) throws {
    close(try check(open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0o600), "open", path))
    let report = try FileDescriptor.pipe()
    try inChildProcess {
      do {
        try unshareNamespaces([.network])
        try furnish(bridge)
        try mountFileSystem(
          Namespace.network.path(), at: path, .bind, subject: "network namespace on \(path)")
      } catch let error as SyscallError {
        try? writeAll(report.write.number, "\(error.errno)\n\(error.call)\n\(error.subject)")
      } catch {
        try? writeAll(report.write.number, "\(EINVAL)\nnetwork\n\(error)")
      }
      return 0
    }
    let ends = report.split()
    close(ends.write)
    let reader = FileDescriptor(owning: ends.read)
    let failure = String(decoding: try readAll(reader.number), as: UTF8.self)
      .split(separator: "\n", maxSplits: 2, omittingEmptySubsequences: false)
    guard failure.count == 3 else { return }
    throw SyscallError(
      String(failure[1]), String(failure[2]), errno: Int32(failure[0]) ?? EINVAL)
  }

  /// Lets the namespace go: it ends with the last process in it.
  static func remove(_ path: String) throws {
    while isMounted(path) { try unmountLazily(path) }
    if unlink(path) != 0 && errno != ENOENT { throw SyscallError("unlink", path) }
  }

  /// `lo`, the bridge and its address; packets may pass from one interface to another.
  private static func furnish(_ bridge: BridgeConfiguration) throws {
    // Docker's default network speaks IPv4 only, and so does this one: without the setting every
    // interface would get a link-local IPv6 address and announce itself.
    disableIPv6OnNewInterfaces()
    try File.command("/proc/sys/net/ipv4/ip_forward", "1")
    var netlink = try NetlinkSocket()
    try netlink.perform([.bringUp(index: 1, name: "lo")])
    try makeBridge(bridge, &netlink)
  }

  /// A bridge, its address, and the rules that keep it apart from the others.
  static func makeBridge(_ bridge: BridgeConfiguration, _ netlink: inout NetlinkSocket) throws {
    try netlink.perform([
      .makeBridge(
        bridge.interface, mac: MACAddress(for: bridge.gateway), group: BridgeConfiguration.group,
        mtu: bridge.mtu)
    ])
    let index = try netlink.linkIndex(bridge.interface)
    try netlink.perform([
      .addAddress(bridge.gateway, prefixLength: bridge.subnet.prefixLength, to: index)
    ])
    do {
      try netlink.perform(bridge.rules.map(NetlinkRequest.addRule))
    } catch let error as SyscallError where error.errno == EOPNOTSUPP {
      // A kernel without routing rules: networks can be told apart, but not kept apart.
    }
  }

  /// Lets interfaces speak IPv6 that were made without; in the namespace the caller is in.
  static func enableIPv6(on interfaces: [String]) {
    for name in interfaces {
      try? File.command("/proc/sys/net/ipv6/conf/\(name)/disable_ipv6", "0")
    }
  }

  /// For interfaces that appear from now on in the namespace the caller is in.
  static func disableIPv6OnNewInterfaces() {
    // Missing where the kernel has no IPv6.
    try? File.command("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1")
  }
}
