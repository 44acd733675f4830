import Glibc
import Linux
import Support

/// What a launch shall achieve: the OCI specification and what it cannot say.
package struct LaunchWish: Sendable, Equatable {
  package var id: String
  package var spec: Spec
  package var rootfs: Rootfs
  /// A small init becomes process 1 and reaps orphans (`docker run --init`).
  package var usesInit = false
  package var hasSeccomp = false
  /// The process shall not outlive its monitor.
  package var diesWithMonitor = true
  package var consoleSize: WindowSize?
  package var network: NetworkWish?
  package var ports: [PortWish] = []
  /// The new root is pivoted to; on a ramdisk only moving it works (`--no-pivot`).
  package var pivotsRoot = true
  /// A session keyring with this name is made for the container.
  package var keyring: String?
  /// The program runs only when `start` says so.
  package var awaitsStart = false

  /// Where `/` comes from.
  package enum Rootfs: Sendable, Equatable {
    case overlay(Overlay)
    case directory(String)
  }

  /// The interface the monitor puts into the container's network namespace.
  package struct NetworkWish: Sendable, Equatable {
    package var interface: String
    package var address: String
    package var bridge: String

    package init(interface: String, address: String, bridge: String) {
      self.interface = interface
      self.address = address
      self.bridge = bridge
    }
  }

  /// A port of the host that leads into the container.
  package struct PortWish: Sendable, Equatable {
    package var host: String
    package var container: String

    package init(host: String, container: String) {
      self.host = host
      self.container = container
    }
  }

  package init(id: String, spec: Spec, rootfs: Rootfs) {
    self.id = id
    self.spec = spec
    self.rootfs = rootfs
  }
}

/// What of the host a plan depends on. Taken once; the planner asks nothing else.
package struct HostFacts: Sendable, Equatable {
  /// This process runs in a user namespace that is not the first one: it may not make device nodes,
  /// and some ids have no meaning.
  package var inUserNamespace: Bool
  /// This process may mount: it is root, of the machine or of its user namespace.
  package var mayMount = true
  /// How many group ids the user namespace maps: 1 without subordinate ids.
  package var mappedGroups: UInt32
  package var cgroups: CgroupLayout
  /// The security modules that are in use.
  package var modules: [SecurityModule] = []
  /// The kernel shows its memory as /proc/kcore; then /dev/core leads there.
  package var hasKernelImage = false

  package init(inUserNamespace: Bool, mappedGroups: UInt32, cgroups: CgroupLayout) {
    self.inUserNamespace = inUserNamespace
    self.mappedGroups = mappedGroups
    self.cgroups = cgroups
  }

  /// Looks at this host.
  package static func observe() -> HostFacts { observe(cgroups: .observe()) }

  /// The same for a process that joins a container: that one has its groups.
  package static func observeForJoining() -> HostFacts {
    observe(cgroups: CgroupLayout(kind: .none, hierarchies: []))
  }

  private static func observe(cgroups: CgroupLayout) -> HostFacts {
    let namespace = UserNamespace.current
    var facts = HostFacts(
      inUserNamespace: namespace.isNested, mappedGroups: namespace.mappedGroups, cgroups: cgroups)
    facts.mayMount = geteuid() == 0
    facts.hasKernelImage = File.exists("/proc/kcore")
    return facts
  }
}
