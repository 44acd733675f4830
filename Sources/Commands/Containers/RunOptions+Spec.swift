import Engine
import Images
import Linux
import Networks
import Support

extension RunOptions {
  /// What the flags ask for, as the engine takes it. `words` are the image and its command.
  ///
  /// Every error is docker's and has exit status 125.
  func spec(_ words: [String], detached: Bool) throws -> ContainerSpec {
    var spec = ContainerSpec(image: words[0])
    try readProcess(into: &spec.config, command: Array(words.dropFirst()))
    spec.hostname = hostname
    spec.domainname = domainname
    spec.tty = tty
    spec.openStdin = interactive
    spec.stdinOnce = interactive && !detached
    let streams = try attachedStreams(detached: detached)
    spec.attachStdin = streams.contains("stdin")
    spec.attachStdout = streams.contains("stdout")
    spec.attachStderr = streams.contains("stderr")
    spec.stopTimeout = try stopTimeout.map { text in
      Int(clamping: try flagValue("--stop-timeout", text, GoValue.int))
    }
    try readMounts(into: &spec)
    try readLimits(into: &spec.host)
    try readNetwork(into: &spec)
    try readSecurity(into: &spec.host)
    try readTechnology(into: &spec)
    spec.host.logDriver = logDriver.flatMap { $0.isEmpty ? nil : $0 }
    spec.host.logOptions = try logOptions()
    spec.host.autoRemove = rm
    spec.host.usesInit = self.`init`
    spec.host.readonlyRootfs = readOnly
    spec.host.restart = try ResourceOption.restart(restart)
    if rm, spec.host.restart != .no {
      throw conflict("conflicting options: cannot specify both --restart and --rm")
    }
    return spec
  }

  private func readProcess(into config: inout ContainerConfig, command: [String]) throws {
    config.user = user
    config.workingDirectory = workdir
    if let workdir, !workdir.hasPrefix("/") {
      throw conflict(
        "the working directory '\(workdir)' is invalid, it needs to be an absolute path")
    }
    config.entrypoint = entrypoint.map { [$0] }
    config.cmd = command.isEmpty ? nil : command
    var environment = try envFile.flatMap { try EnvironmentOption.variables(ofFile: $0) }
    environment += try env.map { text in
      try flagValue("-e, --env", text) { try EnvironmentOption.variable($0) }
    }
    config.env = environment.isEmpty ? nil : environment
    var labels = try labelFile.flatMap { try EnvironmentOption.labels(ofFile: $0) }
    labels += try label.map { try flagValue("-l, --label", $0, EnvironmentOption.label) }
    config.labels = labels.isEmpty ? nil : Dictionary(labels.map { ($0.key, $0.value) }) { $1 }
    config.stopSignal = try stopSignal.map { text in
      _ = try Signal(parsing: text)
      return text
    }
    config.healthcheck = try healthcheck()
    config.exposedPorts = try expose.flatMap { text in
      try PortRequest.parseExposed(text).map { "\($0.port)/\($0.protocol.rawValue)" }
    }
  }

  private func readMounts(into spec: inout ContainerSpec) throws {
    for text in volume {
      switch try VolumeOption.parse(text) {
      case .anonymous(let path): spec.config.volumes.append(path)
      case .mount(let wish):
        spec.host.binds.append(text)
        spec.host.mounts.append(wish)
      }
    }
    spec.host.mounts += try mount.map { text in
      try flagValue("--mount", text) { try MountOption.parse($0) }
    }
    spec.host.mounts += try tmpfs.map(ResourceOption.tmpfs)
    spec.host.volumesFrom = volumesFrom
  }

  private func readLimits(into host: inout HostConfig) throws {
    let size = { (flag: String, text: String?) in
      try text.map { try flagValue(flag, $0, ByteSize.parseBinary) } ?? 0
    }
    let number = { (flag: String, text: String?) in
      try text.map { try flagValue(flag, $0, GoValue.int) } ?? 0
    }
    host.memory = try size("-m, --memory", memory)
    host.memoryReservation = try size("--memory-reservation", memoryReservation)
    host.memorySwap =
      try memorySwap.map { try flagValue("--memory-swap", $0, ResourceOption.memorySwap) } ?? 0
    if let shmSize { host.shmSize = try flagValue("--shm-size", shmSize, ByteSize.parseBinary) }
    host.nanoCpus = try cpus.map { try flagValue("--cpus", $0, ResourceOption.cpus) } ?? 0
    host.cpuShares = try number("-c, --cpu-shares", cpuShares)
    host.cpuPeriod = try number("--cpu-period", cpuPeriod)
    host.cpuQuota = try number("--cpu-quota", cpuQuota)
    host.cpusetCpus = cpusetCpus
    host.cpusetMems = cpusetMems
    host.pidsLimit = try number("--pids-limit", pidsLimit)
    host.oomScoreAdj = Int(clamping: try number("--oom-score-adj", oomScoreAdj))
    host.oomKillDisable = oomKillDisable
    host.ulimits = try ulimit.map { try flagValue("--ulimit", $0, ResourceOption.ulimit) }
    host.devices = try device.map(ResourceOption.device)
    try readDevices(into: &host)
    for text in sysctl {
      let (key, value) = try flagValue("--sysctl", text, ResourceOption.sysctl)
      host.sysctls[key] = value
    }
    try host.checkLimits()
  }

  private func readNetwork(into spec: inout ContainerSpec) throws {
    spec.host.ports = try publish.flatMap { try PortRequest.parse($0) }
    spec.host.publishAllPorts = publishAll
    let choice = try NetworkOption.read(self)
    spec.host.networkMode = choice.mode
    spec.networks = choice.wishes
    spec.host.dns = try dns.map { text in
      try flagValue("--dns", text) { text in
        guard let address = IPAddress(text) else {
          throw GoValue.invalid("IP address is not correctly formatted: \(text)")
        }
        return address.description
      }
    }
    spec.host.dnsSearch = dnsSearch
    spec.host.dnsOptions = dnsOption
    spec.host.extraHosts = try addHost.map { text in
      try flagValue("--add-host", text) { text in
        let parts = text.split(maxSplits: 1) { $0 == ":" || $0 == "=" }
        guard parts.count == 2 else {
          throw GoValue.invalid("bad format for add-host: \"\(text)\"")
        }
        let address = parts[1].hasPrefix("[") ? parts[1].dropFirst().dropLast() : parts[1]
        guard address == "host-gateway" || IPAddress(String(address)) != nil else {
          throw GoValue.invalid("invalid IP address in add-host: \"\(parts[1])\"")
        }
        return text
      }
    }
    spec.host.pidMode = try mode("pid", pid, ["host"])
    spec.host.ipcMode = try mode("ipc", ipc, ["none", "private", "shareable", "host"])
    spec.host.utsMode = try mode("uts", uts, ["host"])
    guard ["", "host"].contains(userns) else { throw conflict("--userns: invalid USER mode") }
    spec.host.usernsMode = userns.isEmpty ? nil : userns
    for port in spec.host.ports {
      let entry = "\(port.containerPort)/\(port.protocol.rawValue)"
      if !spec.config.exposedPorts.contains(entry) { spec.config.exposedPorts.append(entry) }
    }
    var given = NetworkMode.Options()
    given.hostname = hostname != nil
    given.publishedPorts = !publish.isEmpty || publishAll
    given.exposedPorts = !expose.isEmpty
    given.dns = !dns.isEmpty
    given.extraHosts = !addHost.isEmpty
    given.macAddress = macAddress != nil
    try NetworkMode(parsing: spec.host.networkMode).validate(given)
  }

  /// The value of `--pid`, `--ipc` or `--uts`.
  private func mode(_ flag: String, _ value: String, _ known: [String]) throws -> String {
    let joins =
      flag != "uts" && value.hasPrefix("container:") && (flag != "pid" || value.count > 10)
    guard value.isEmpty || known.contains(value) || joins else {
      throw conflict("--\(flag): invalid \(flag.uppercased()) mode")
    }
    return value
  }

  private func readSecurity(into host: inout HostConfig) throws {
    host.privileged = privileged
    host.capAdd = try capAdd.map { try capability($0, "CapAdd") }
    host.capDrop = try capDrop.map { try capability($0, "CapDrop") }
    host.securityOptions = try securityOpt.map(SecurityOption.parse)
    host.groupAdd = groupAdd
  }

  /// `NET_ADMIN`, `cap_net_admin` or `ALL`; kept as docker shows it.
  private func capability(_ text: String, _ key: String) throws -> String {
    let name = text.uppercased()
    if name == "ALL" { return name }
    do {
      return try Capability.parse(text).name
    } catch var error as DklabError {
      let full = name.hasPrefix("CAP_") ? name : "CAP_" + name
      error.message = Text(
        "invalid \(key): unknown capability: \"\(full)\"",
        ko: "알 수 없는 권한(capability)입니다: \"\(text)\"")
      throw error
    }
  }

  private func attachedStreams(detached: Bool) throws -> Set<String> {
    let given = try attach.map { text in
      try flagValue("-a, --attach", text) { text in
        let name = text.lowercased()
        guard ["stdin", "stdout", "stderr"].contains(name) else {
          throw GoValue.invalid("valid streams are STDIN, STDOUT and STDERR")
        }
        return name
      }
    }
    if detached {
      guard given.isEmpty else {
        throw conflict("conflicting options: cannot specify both --attach and --detach")
      }
      return []
    }
    if !given.isEmpty { return Set(given) }
    return interactive ? ["stdin", "stdout", "stderr"] : ["stdout", "stderr"]
  }

  private func conflict(_ message: String) -> DklabError {
    DklabError(
      .invalid, id: "run.conflict", Text(message, ko: "옵션이 맞지 않습니다: \(message)"),
      exitStatus: 125)
  }
}
