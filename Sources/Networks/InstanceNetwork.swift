// The network of one engine instance.
//
//     host's namespace │ instance's namespace                 │ a container's namespace
//                      │  docker0 172.17.0.1/16               │
//                      │   ├─ veth1a2b3c4 ────────────────────┼─ eth0 172.17.0.2/16
//      listening       │   └─ veth9f8e7d6 ─ …                 │
//      sockets ────────┼─ monitor: accepts there, connects    │
//                      │  here (PortRelay.swift)              │
//      dklab0 ─────────┼─ uplink0 (Uplink.swift)              │
//
// Networks that the user makes are further bridges beside docker0. What comes in through one of them
// is not routed to another (BridgeConfiguration.rules).
//
// The bridges live in a namespace of their own, so 172.17.0.0/16 can be the same in every instance, as
// in the course notes, and collides neither with the host's networks nor with Docker's. What Docker
// does with a proxy process per port, the container's monitor does on the side.
//
// Attaching costs six exchanges with the kernel, and undoing it none: a veth pair ends with the
// namespace of either end.
//
// Man pages: veth(4), network_namespaces(7).
// Next: InstanceNetwork+Endpoints.swift, then NetlinkRequest.swift in Linux.

import Glibc
import Linux
import Support

/// The network of one engine instance: a network namespace of its own with bridges in it.
///
/// Kept alive by a bind mount of the namespace on `<stateDirectory>/netns`, so no process has to
/// stay for it. Root of the host and root of a user namespace use it alike. Every call needs a
/// process with a single thread.
package final class InstanceNetwork {
  package let stateDirectory: String
  package let bridge: BridgeConfiguration

  /// Touches nothing yet.
  package init(stateDirectory: String, bridge: BridgeConfiguration = .dockerDefault) {
    self.stateDirectory = stateDirectory
    self.bridge = bridge
  }

  /// The file that is the namespace once `ensure` has run.
  package var namespacePath: String { "\(stateDirectory)/netns" }

  /// Whether the namespace exists now (it does not survive a reboot; its file does).
  package var isUp: Bool { InstanceNamespace.isMounted(namespacePath) }

  /// Makes namespace and bridge unless they exist. Idempotent, safe against a concurrent call;
  /// costs one system call when there is nothing to do. A namespace made anew forgets all addresses
  /// that were allocated.
  package func ensure() throws {
    if isUp { return }
    try Directory.make(stateDirectory)
    try locked {
      if isUp { return }
      try? disconnectUplink()
      for record in [poolPath, uplinkPath] { unlink(record) }
      try InstanceNamespace.make(at: namespacePath, bridge: bridge)
    }
  }

  /// Moves this process into the instance's namespace for good: what a monitor does first, so that
  /// a plain socket(2) reaches its container. Descriptors opened before (listening sockets) stay in
  /// the namespace they were made in.
  package func enter() throws {
    try namespace().enter()
  }

  /// Ends everything: uplink, namespace, records. Containers must have ended; nothing to do is fine.
  package func teardown() throws {
    guard File.isDirectory(stateDirectory) else { return }
    try locked {
      try? disconnectUplink()
      try InstanceNamespace.remove(namespacePath)
      for record in [poolPath, uplinkPath] { unlink(record) }
    }
  }

  /// The namespace, opened. Throws `SyscallError` ENOENT before `ensure`.
  func namespace() throws -> NetworkNamespace {
    try NetworkNamespace(path: namespacePath)
  }

  func locked<Result>(_ body: () throws -> Result) throws -> Result {
    try InstanceLock.hold("\(stateDirectory)/network.lock", body)
  }

  /// Who has which address: AddressPool's file.
  package var poolPath: String { "\(stateDirectory)/ipam" }
  var uplinkPath: String { "\(stateDirectory)/uplink" }
}
