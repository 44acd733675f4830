import Documents
import Linux
import Networks
import Runtime

extension Engine {
  /// `HostConfig` of `docker inspect`.
  func inspectHost(_ host: HostConfig) -> JSONValue {
    guard case .object(var object) = mainHost(host) else { return .null }
    for (key, value) in blockDevices(host) + annotations(host) { object[key] = value }
    return .object(object)
  }

  private func mainHost(_ host: HostConfig) -> JSONValue {
    func optional(_ list: [String]) -> JSONValue { list.isEmpty ? .null : strings(list) }
    let bindings = Dictionary(
      grouping: host.ports, by: { "\($0.containerPort)/\($0.protocol.rawValue)" })
    let ports = bindings.sorted { $0.key < $1.key }.map { key, requests in
      (
        key,
        JSONValue.array(
          requests.map { request in
            let port = request.hostPorts.map { range in
              range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
            }
            return .object(
              JSONObject([
                ("HostIp", .string(request.hostIP)), ("HostPort", .string(port ?? "")),
              ]))
          })
      )
    }
    let restart: (name: String, count: Int) =
      switch host.restart {
      case .no: ("no", 0)
      case .always: ("always", 0)
      case .unlessStopped: ("unless-stopped", 0)
      case .onFailure(let maximum): ("on-failure", maximum)
      }
    return .object(
      JSONObject([
        ("Binds", optional(host.binds)),
        ("ContainerIDFile", .string("")),
        (
          "LogConfig",
          .object([
            "Type": .string(host.logDriver ?? "json-file"),
            "Config": .object(
              JSONObject(
                (host.logOptions ?? [:]).sorted { $0.key < $1.key }
                  .map { ($0.key, JSONValue.string($0.value)) })),
          ])
        ),
        ("NetworkMode", .string(host.shownNetworkMode)),
        ("PortBindings", .object(JSONObject(ports))),
        (
          "RestartPolicy",
          .object(
            JSONObject([
              ("Name", .string(restart.name)),
              ("MaximumRetryCount", .integer(Int64(restart.count))),
            ]))
        ),
        ("AutoRemove", .bool(host.autoRemove)),
        ("VolumesFrom", optional(host.volumesFrom)),
        ("CapAdd", optional(host.capAdd)), ("CapDrop", optional(host.capDrop)),
        ("CgroupnsMode", .string("private")),
        ("Dns", strings(host.dns)), ("DnsOptions", strings(host.dnsOptions)),
        ("DnsSearch", strings(host.dnsSearch)),
        ("ExtraHosts", optional(host.extraHosts)), ("GroupAdd", optional(host.groupAdd)),
        ("IpcMode", .string(host.ipcMode.isEmpty ? "private" : host.ipcMode)),
        ("OomScoreAdj", .integer(Int64(host.oomScoreAdj))),
        ("PidMode", .string(host.pidMode)), ("Privileged", .bool(host.privileged)),
        ("PublishAllPorts", .bool(host.publishAllPorts)),
        ("ReadonlyRootfs", .bool(host.readonlyRootfs)),
        ("SecurityOpt", optional(host.securityOptions)),
        ("UTSMode", .string(host.utsMode)), ("UsernsMode", .string(host.usernsMode ?? "")),
        ("ShmSize", .integer(host.shmSize)), ("Runtime", .string("dklab")),
        ("Tmpfs", tmpfs(host)), ("Mounts", longMounts(host)),
        ("BlkioWeight", .integer(Int64(host.blkioWeight ?? 0))),
        ("MemorySwappiness", host.memorySwappiness.map { .integer($0) } ?? .null),
        ("Memory", .integer(host.memory)),
        ("MemoryReservation", .integer(host.memoryReservation)),
        ("MemorySwap", .integer(host.memorySwap == 0 ? host.memory * 2 : host.memorySwap)),
        ("NanoCpus", .integer(host.nanoCpus)), ("CpuShares", .integer(host.cpuShares)),
        ("CpuPeriod", .integer(host.cpuPeriod)), ("CpuQuota", .integer(host.cpuQuota)),
        ("CpusetCpus", .string(host.cpusetCpus)), ("CpusetMems", .string(host.cpusetMems)),
        ("OomKillDisable", .bool(host.oomKillDisable)),
        ("PidsLimit", host.pidsLimit == 0 ? .null : .integer(host.pidsLimit)),
        ("Ulimits", ulimits(host)), ("Init", .bool(host.usesInit)),
        ("Devices", devices(host)), ("DeviceCgroupRules", optional(host.deviceRules ?? [])),
        ("Sysctls", sysctls(host)),
        ("MaskedPaths", host.privileged ? .null : strings(SpecBuilder.maskedPaths)),
        ("ReadonlyPaths", host.privileged ? .null : strings(SpecBuilder.readonlyPaths)),
      ]))
  }

  private func annotations(_ host: HostConfig) -> [(String, JSONValue)] {
    guard let annotations = host.annotations else { return [] }
    let members = annotations.sorted { $0.key < $1.key }.map {
      ($0.key, JSONValue.string($0.value))
    }
    return [("Annotations", .object(JSONObject(members)))]
  }

  private func blockDevices(_ host: HostConfig) -> [(String, JSONValue)] {
    BlockDeviceLimit.Kind.allCases.map { kind in
      let limits = (host.blockDevices ?? []).filter { $0.kind == kind }
      let value = kind == .weight ? "Weight" : "Rate"
      return (
        kind.key,
        .array(
          limits.map { limit in
            .object(
              JSONObject([
                ("Path", .string(limit.path)), (value, .integer(Int64(clamping: limit.value))),
              ]))
          })
      )
    }
  }

  private func tmpfs(_ host: HostConfig) -> JSONValue {
    let list = host.mounts.filter { $0.kind == .tmpfs && !$0.isLongForm }
    return list.isEmpty
      ? .null
      : .object(
        JSONObject(list.map { ($0.target, .string($0.options.joined(separator: ","))) }))
  }

  private func longMounts(_ host: HostConfig) -> JSONValue {
    let list = host.mounts.filter(\.isLongForm)
    guard !list.isEmpty else { return .null }
    return .array(
      list.map { mount in
        var members: [(String, JSONValue)] = [("Type", .string(mount.kind.rawValue))]
        if let source = mount.source { members.append(("Source", .string(source))) }
        members.append(("Target", .string(mount.target)))
        if mount.readOnly { members.append(("ReadOnly", .bool(true))) }
        return .object(JSONObject(members))
      })
  }

  private func ulimits(_ host: HostConfig) -> JSONValue {
    .array(
      host.ulimits.map { limit in
        .object(
          JSONObject([
            ("Name", .string(String(limit.type.dropFirst("RLIMIT_".count)).lowercased())),
            // No limit is -1, as docker has it.
            ("Hard", .integer(Int64(bitPattern: limit.hard))),
            ("Soft", .integer(Int64(bitPattern: limit.soft))),
          ]))
      })
  }

  private func devices(_ host: HostConfig) -> JSONValue {
    .array(
      host.devices.map { device in
        .object(
          JSONObject([
            ("PathOnHost", .string(device.hostPath)),
            ("PathInContainer", .string(device.containerPath)),
            ("CgroupPermissions", .string(device.access)),
          ]))
      })
  }

  private func sysctls(_ host: HostConfig) -> JSONValue {
    host.sysctls.isEmpty
      ? .null
      : .object(
        JSONObject(host.sysctls.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
  }
}

extension HostConfig {
  /// `HostConfig.NetworkMode` as it is shown: the default has a name.
  package var shownNetworkMode: String { networkMode == "default" ? "bridge" : networkMode }
}
