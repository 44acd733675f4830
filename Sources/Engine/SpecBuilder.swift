// From a container's record to the OCI specification: what `docker run`'s flags mean.
//
// Next: SpecBuilder+Mounts.swift, then Runtime's Planner.swift.

import Glibc
import Images
import Linux
import Networks
import Runtime
import Support

/// Builds the specification of one container.
struct SpecBuilder {
  let record: ContainerRecord
  let engine: Engine
  let host: HostFacts
  let mode: NetworkMode
  /// Processes of containers whose namespaces are joined, by the flag that named them.
  var joined: [Namespace: Int32] = [:]

  private var wish: HostConfig { record.spec.host }

  /// The name in the container's UTS namespace: by default the short id.
  var hostname: String { record.spec.hostname ?? record.shortID }

  func spec() throws -> Spec {
    var spec = Spec()
    spec.process = try process()
    spec.root = SpecRoot(path: "rootfs", readonly: wish.readonlyRootfs ? true : nil)
    if wish.utsMode != "host" && mode != .host { spec.hostname = hostname }
    spec.domainname = record.spec.domainname
    spec.mounts = try mounts()
    var linux = SpecLinux()
    linux.namespaces = namespaces()
    linux.devices = try devices()
    linux.uidMappings = wish.remap?.users
    linux.gidMappings = wish.remap?.groups
    linux.cgroupsPath = engine.cgroupPath(record.id)
    linux.sysctl = sysctls()
    if !wish.privileged && !wish.securityOptions.contains("systempaths=unconfined") {
      linux.maskedPaths = SpecBuilder.maskedPaths
      linux.readonlyPaths = SpecBuilder.readonlyPaths
    }
    spec.linux = linux
    spec.annotations = wish.annotations
    return spec
  }

  private func process() throws -> SpecProcess {
    var process = SpecProcess()
    process.terminal = record.spec.tty
    process.args = record.arguments
    process.cwd = record.spec.config.workingDirectory ?? "/"
    process.env = try environment()
    process.user.username = record.spec.config.user
    process.user.additionalGids = wish.groupAdd.compactMap { UInt32($0) }
    let named = wish.groupAdd.filter { UInt32($0) == nil }
    process.user.additionalGroups = named.isEmpty ? nil : named
    process.rlimits = wish.ulimits.isEmpty ? nil : wish.ulimits
    process.noNewPrivileges = wish.securityOptions.contains { option in
      ["no-new-privileges", "no-new-privileges:true", "no-new-privileges=true"].contains(option)
    }
    if wish.oomScoreAdj != 0 { process.oomScoreAdj = wish.oomScoreAdj }
    let names = try capabilities().names
    var sets = SpecCapabilities()
    sets.bounding = names
    sets.effective = names
    sets.permitted = names
    process.capabilities = sets
    return process
  }

  /// `--cap-add`, `--cap-drop`, `--privileged`.
  func capabilities() throws -> CapabilitySet {
    try CapabilitySet.docker(
      add: wish.capAdd, drop: wish.capDrop, privileged: wish.privileged,
      available: wish.remap == nil ? CapabilitySet.current() : .all)
  }

  private func environment() throws -> [String] {
    var result: [String] = []
    let own = record.spec.config.env ?? []
    func isSet(_ name: String) -> Bool { own.contains { $0.hasPrefix(name + "=") } }
    if !isSet("PATH") { result.append(ContainerMerge.defaultPath) }
    if !isSet("HOSTNAME") { result.append("HOSTNAME=\(hostname)") }
    if record.spec.tty && !isSet("TERM") { result.append("TERM=xterm") }
    let links = try engine.linkEnvironment(record).filter {
      !isSet(String($0.prefix { $0 != "=" }))
    }
    return result + links + own
  }

  private func namespaces() -> [SpecNamespace] {
    var result: [SpecNamespace] = []
    func add(_ kind: Namespace, host isHost: Bool) {
      if let pid = joined[kind] {
        result.append(SpecNamespace(type: kind.rawValue, path: kind.path(of: pid)))
      } else if !isHost {
        result.append(SpecNamespace(type: kind.rawValue))
      }
    }
    add(.user, host: wish.remap == nil)
    add(.mount, host: false)
    add(.pid, host: wish.pidMode == "host")
    add(.network, host: mode == .host)
    add(.uts, host: wish.utsMode == "host" || mode == .host)
    add(.ipc, host: wish.ipcMode == "host")
    add(.cgroup, host: false)
    return result
  }

  private func sysctls() -> [String: String]? {
    var result = wish.sysctls
    // As Docker: a container may listen on low ports and ping without privileges of its own.
    if mode != .host && joined[.network] == nil {
      if result["net.ipv4.ip_unprivileged_port_start"] == nil {
        result["net.ipv4.ip_unprivileged_port_start"] = "0"
      }
      // In a user namespace the group ids of this setting would have to be mapped.
      if !host.inUserNamespace && result["net.ipv4.ping_group_range"] == nil {
        result["net.ipv4.ping_group_range"] = wish.remap?.pingGroups ?? "0 2147483647"
      }
    }
    return result.isEmpty ? nil : result
  }

  private func devices() throws -> [SpecDevice] {
    let nodes = wish.privileged ? hostDevices() : DeviceNode.containerDefault
    var result = nodes.map { SpecBuilder.device($0, at: $0.path) }
    for found in try wish.devices.flatMap({ try $0.resolve() }) {
      var device = SpecBuilder.device(found.node, at: found.node.path)
      device.source = found.source
      // As with docker, the one that was asked for takes the place of a standard one.
      result.removeAll { $0.path == device.path }
      result.append(device)
    }
    return result
  }

  private static func device(_ node: DeviceNode, at path: String) -> SpecDevice {
    var device = SpecDevice(
      type: node.kind == .block ? "b" : "c", path: path, major: node.major, minor: node.minor)
    device.fileMode = node.mode
    device.uid = node.user
    device.gid = node.group
    return device
  }

  /// With `--privileged`: every device node of the host, except terminals, which are the
  /// container's own.
  private func hostDevices() -> [DeviceNode] {
    var result: [DeviceNode] = []
    func walk(_ directory: String) {
      for name in (try? Directory.list(directory)) ?? [] {
        let path = "\(directory)/\(name)"
        if ["/dev/pts", "/dev/shm", "/dev/mqueue", "/dev/fd", "/dev/console"].contains(path) {
          continue
        }
        var info = stat()
        guard lstat(path, &info) == 0 else { continue }
        if info.st_mode & S_IFMT == S_IFDIR {
          walk(path)
        } else if path != "/dev/ptmx", let node = DeviceNode(hostPath: path) {
          result.append(node)
        }
      }
    }
    walk("/dev")
    return result
  }

  /// Paths Docker hides: they tell of the host's hardware, keys and kernel.
  static let maskedPaths = [
    "/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys",
    "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug",
    "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap",
  ]

  /// Paths Docker shows read-only: settings of the whole kernel.
  static let readonlyPaths = [
    "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger",
  ]
}
