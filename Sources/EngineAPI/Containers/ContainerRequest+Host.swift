import Engine
import Glibc
import Linux
import Networks
import Runtime
import Support

extension ContainerRequest {
  func readHost(into spec: inout ContainerSpec) throws {
    try readMounts(into: &spec)
    try readLimits(into: &spec.host)
    try readNetwork(into: &spec)
    spec.host.autoRemove = try host.bool("AutoRemove")
    spec.host.privileged = try host.bool("Privileged")
    spec.host.readonlyRootfs = try host.bool("ReadonlyRootfs")
    spec.host.usesInit = try host.bool("Init")
    spec.host.capAdd = try (host.strings("CapAdd") ?? []).map(capability)
    spec.host.capDrop = try (host.strings("CapDrop") ?? []).map(capability)
    spec.host.securityOptions = try host.strings("SecurityOpt") ?? []
    spec.host.groupAdd = try host.strings("GroupAdd") ?? []
    spec.host.restart = try restart()
    if let log = try host.reader("LogConfig") {
      spec.host.logDriver = nonEmpty(try log.string("Type"))
      spec.host.logOptions = try log.map("Config").flatMap { $0.isEmpty ? nil : $0 }
    }
    if spec.host.autoRemove, spec.host.restart != .no {
      throw APIError(.badRequest, "can't create 'AutoRemove' container with restart policy")
    }
    let driver = try host.string("VolumeDriver") ?? ""
    guard ["", "local"].contains(driver) else { throw unsupported("VolumeDriver") }
    guard try host.string("CgroupnsMode") != "host" else { throw unsupported("CgroupnsMode host") }
    let parent = try host.string("CgroupParent") ?? ""
    guard parent.isEmpty else { throw unsupported("CgroupParent") }
  }

  private func unsupported(_ key: String) -> APIError {
    APIError(.notImplemented, "HostConfig.\(key) is not supported")
  }

  private func capability(_ text: String) throws -> String {
    let name = text.uppercased()
    if name == "ALL" { return name }
    do {
      return try Capability.parse(text).name
    } catch {
      throw APIError(.badRequest, "invalid CapAdd: unknown capability: \"\(text)\"")
    }
  }

  func restart() throws -> RestartPolicy {
    guard let policy = try host.reader("RestartPolicy") else { return .no }
    let count = Int(try policy.integer("MaximumRetryCount") ?? 0)
    let name = try policy.string("Name") ?? ""
    if count != 0, name != "on-failure" {
      throw APIError(
        .badRequest,
        "invalid restart policy: maximum retry count can only be used with 'on-failure'")
    }
    switch name {
    case "", "no": return .no
    case "always": return .always
    case "unless-stopped": return .unlessStopped
    case "on-failure":
      guard count >= 0 else {
        throw APIError(
          .badRequest, "invalid restart policy: maximum retry count cannot be negative")
      }
      return .onFailure(maximum: count)
    default:
      throw APIError(
        .badRequest,
        "invalid restart policy: unknown policy '\(name)'; use one of 'no', 'always', 'on-failure', "
          + "or 'unless-stopped'")
    }
  }

  private func readMounts(into spec: inout ContainerSpec) throws {
    for text in try host.strings("Binds") ?? [] {
      spec.host.binds.append(text)
      spec.host.mounts.append(try BindText.parse(text))
    }
    for mount in try host.readers("Mounts") { spec.host.mounts.append(try longMount(mount)) }
    for (target, options) in (try host.map("Tmpfs") ?? [:]).sorted(by: { $0.key < $1.key }) {
      var wish = MountWish(kind: .tmpfs, source: nil, target: target)
      wish.options = options.split(separator: ",").map(String.init)
      wish.readOnly = wish.options.contains("ro")
      spec.host.mounts.append(wish)
    }
    spec.host.volumesFrom = try host.strings("VolumesFrom") ?? []
  }

  private func longMount(_ mount: BodyReader) throws -> MountWish {
    let type = try mount.string("Type") ?? ""
    guard let kind = MountWish.Kind(rawValue: type) else {
      throw APIError(.badRequest, "invalid mount config for type \"\(type)\": mount type unknown")
    }
    let target = try mount.string("Target") ?? ""
    guard target.hasPrefix("/") else {
      let cause =
        target.isEmpty
        ? "field Target must not be empty"
        : "invalid mount path: '\(target)' mount path must be absolute"
      throw APIError(.badRequest, "invalid mount config for type \"\(type)\": \(cause)")
    }
    var wish = MountWish(kind: kind, source: nonEmpty(try mount.string("Source")), target: target)
    if kind == .bind {
      guard let source = wish.source else {
        throw APIError(
          .badRequest, "invalid mount config for type \"bind\": field Source must not be empty")
      }
      guard source.hasPrefix("/") else {
        throw APIError(
          .badRequest,
          "invalid mount config for type \"bind\": invalid mount path: '\(source)' mount path must be "
            + "absolute")
      }
      wish.propagation = try mount.reader("BindOptions")?.string("Propagation").flatMap(nonEmpty)
      wish.createsSource = try mount.reader("BindOptions")?.bool("CreateMountpoint") ?? false
    }
    wish.readOnly = try mount.bool("ReadOnly")
    if let options = try mount.reader("VolumeOptions") {
      wish.subpath = nonEmpty(try options.string("Subpath"))
      wish.labels = try options.map("Labels")
      wish.volumeOptions = try options.reader("DriverConfig")?.map("Options")
    }
    wish.noCopy = try mount.reader("VolumeOptions")?.bool("NoCopy") ?? false
    if let options = try mount.reader("TmpfsOptions") {
      if let size = try options.integer("SizeBytes"), size > 0 {
        wish.options.append("size=\(size)")
      }
      if let mode = try options.integer("Mode"), mode > 0 {
        wish.options.append("mode=\(String(mode, radix: 8))")
      }
    }
    wish.isLongForm = true
    return wish
  }

  private func readLimits(into wish: inout HostConfig) throws {
    wish.memory = try host.integer("Memory") ?? 0
    wish.memoryReservation = try host.integer("MemoryReservation") ?? 0
    wish.memorySwap = try host.integer("MemorySwap") ?? 0
    wish.nanoCpus = try host.integer("NanoCpus") ?? 0
    wish.cpuShares = try host.integer("CpuShares") ?? 0
    wish.cpuPeriod = try host.integer("CpuPeriod") ?? 0
    wish.cpuQuota = try host.integer("CpuQuota") ?? 0
    wish.cpusetCpus = try host.string("CpusetCpus") ?? ""
    wish.cpusetMems = try host.string("CpusetMems") ?? ""
    wish.pidsLimit = try host.integer("PidsLimit") ?? 0
    wish.blkioWeight = try host.integer("BlkioWeight").flatMap {
      $0 > 0 ? UInt16(exactly: $0) : nil
    }
    wish.oomScoreAdj = Int(try host.integer("OomScoreAdj") ?? 0)
    wish.oomKillDisable = try host.bool("OomKillDisable")
    if let size = try host.integer("ShmSize"), size > 0 { wish.shmSize = size }
    wish.sysctls = try host.map("Sysctls") ?? [:]
    for limit in try host.readers("Ulimits") {
      let name = try limit.string("Name") ?? ""
      func bound(_ key: String) throws -> UInt64 {
        let value = try limit.integer(key) ?? 0
        return value < 0 ? UInt64.max : UInt64(value)
      }
      wish.ulimits.append(
        SpecRlimit(
          type: "RLIMIT_\(name.uppercased())", soft: try bound("Soft"), hard: try bound("Hard")))
    }
    for device in try host.readers("Devices") {
      let source = try device.string("PathOnHost") ?? ""
      wish.devices.append(
        DeviceWish(
          hostPath: source, containerPath: nonEmpty(try device.string("PathInContainer")) ?? source,
          access: nonEmpty(try device.string("CgroupPermissions")) ?? "rwm"))
    }
    try readDevices(into: &wish)
    try wish.checkLimits()
  }

  /// What it may do with disks and with devices that have no file of their own in it.
  private func readDevices(into wish: inout HostConfig) throws {
    for kind in BlockDeviceLimit.Kind.allCases {
      for entry in try host.readers(kind.key) {
        let value = try entry.integer(kind == .weight ? "Weight" : "Rate") ?? 0
        let limit = BlockDeviceLimit(
          kind, path: try entry.string("Path") ?? "", value: UInt64(max(0, value)))
        wish.blockDevices = (wish.blockDevices ?? []) + [limit]
      }
    }
    let rules = try host.strings("DeviceCgroupRules") ?? []
    for rule in rules where DeviceRule(allowing: rule) == nil {
      throw APIError(.badRequest, "invalid device cgroup rule format: '\(rule)'")
    }
    wish.deviceRules = rules.isEmpty ? nil : rules
    let swappiness = try host.integer("MemorySwappiness") ?? -1
    guard (-1...100).contains(swappiness) else {
      throw APIError(
        .badRequest, "Invalid value: \(swappiness), valid memory swappiness range is 0-100")
    }
    wish.memorySwappiness = swappiness < 0 ? nil : swappiness
    wish.annotations = try host.map("Annotations").flatMap { $0.isEmpty ? nil : $0 }
  }

  private func readNetwork(into spec: inout ContainerSpec) throws {
    spec.host.networkMode = nonEmpty(try host.string("NetworkMode")) ?? "default"
    if let networks = try body.reader("NetworkingConfig")?.reader("EndpointsConfig") {
      for name in networks.object.map(\.key) {
        let wish = try networks.reader(name).map { try EndpointRequest.wish(name, $0) }
        spec.networks.append(wish ?? EndpointWish(network: name))
      }
      // The network of the mode comes first, whatever the order of the object was.
      spec.networks.sort { left, _ in left.network == spec.host.networkMode }
    }
    let links = try host.strings("Links") ?? []
    if !links.isEmpty {
      let isDefault = { (wish: EndpointWish) in ["bridge", "default"].contains(wish.network) }
      if !spec.networks.contains(where: isDefault) {
        spec.networks.append(EndpointWish(network: "bridge"))
      }
      for index in spec.networks.indices where isDefault(spec.networks[index]) {
        spec.networks[index].links += links
      }
    }
    for (port, bindings) in try host.lists("PortBindings") {
      for binding in bindings {
        let address = try binding.string("HostIp") ?? ""
        let number = try binding.string("HostPort") ?? ""
        let front = address.contains(":") ? "[\(address)]" : address
        spec.host.ports += try PortRequest.parse(
          "\(front.isEmpty ? "" : front + ":")\(number):\(port)")
      }
      if bindings.isEmpty { spec.host.ports += try PortRequest.parse(port) }
    }
    spec.host.publishAllPorts = try host.bool("PublishAllPorts")
    spec.host.dns = try host.strings("Dns") ?? []
    spec.host.dnsSearch = try host.strings("DnsSearch") ?? []
    spec.host.dnsOptions = try host.strings("DnsOptions") ?? []
    spec.host.extraHosts = try host.strings("ExtraHosts") ?? []
    spec.host.pidMode = try host.string("PidMode") ?? ""
    spec.host.ipcMode = try host.string("IpcMode") ?? ""
    spec.host.utsMode = try host.string("UTSMode") ?? ""
    let users = try host.string("UsernsMode") ?? ""
    guard ["", "host"].contains(users) else {
      throw APIError(.badRequest, "invalid USER mode: \(users)")
    }
    spec.host.usernsMode = nonEmpty(users)
  }
}

/// One element of `Binds`: `SOURCE:TARGET[:OPTIONS]`, where a source that is no path is a volume.
enum BindText {
  static func parse(_ text: String) throws -> MountWish {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard (2...3).contains(parts.count), !parts[0].isEmpty, !parts[1].isEmpty else {
      throw APIError(.badRequest, "invalid volume specification: '\(text)'")
    }
    guard parts[1].hasPrefix("/") else {
      throw APIError(
        .badRequest,
        "invalid volume specification: '\(text)': invalid mount config for type \"bind\": invalid mount "
          + "path: '\(parts[1])' mount path must be absolute")
    }
    guard parts[1] != "/" else {
      throw APIError(
        .badRequest,
        "invalid volume specification: '\(text)': invalid specification: destination can't be '/'")
    }
    let isPath = parts[0].hasPrefix("/")
    if !isPath, !ContainerName.isValid(parts[0]) {
      throw APIError(
        .badRequest,
        "create \(parts[0]): \"\(parts[0])\" includes invalid characters for a local volume name, only "
          + "\"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, use "
          + "absolute path")
    }
    var wish = MountWish(kind: isPath ? .bind : .volume, source: parts[0], target: parts[1])
    wish.createsSource = isPath
    for option in parts.count > 2 ? parts[2].split(separator: ",") : [] {
      switch option {
      case "ro": wish.readOnly = true
      case "rw", "z", "Z": break
      case "nocopy": wish.noCopy = true
      case "private", "rprivate", "shared", "rshared", "slave", "rslave":
        wish.propagation = String(option)
      default:
        throw APIError(
          .badRequest, "invalid volume specification: '\(text)': invalid mode: \(parts[2])")
      }
    }
    return wish
  }
}
