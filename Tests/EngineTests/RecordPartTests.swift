import Documents
import FoundationEssentials
import Images
import Linux
import Networks
import Runtime
import Support
import Testing

@testable import Engine

/// Records are read and written by hand; Codable is the reference, member by member.
@Suite struct RecordPartTests {
  /// Nothing in these is as it is by default: a property that is added and forgotten fails here.
  @Test func everyMemberIsThere() throws {
    try same(Samples.spec, plain: ContainerSpec(image: ""))
    try same(Samples.host, plain: HostConfig())
    try same(Samples.state, plain: ContainerState())
    try same(Samples.wish, plain: EndpointWish(network: ""))
    try same(Samples.network, plain: NetworkConfiguration())
    try same(Samples.pool, plain: NetworkConfiguration.Pool())
    try same(
      Samples.mount,
      plain: MountPoint(
        kind: .bind, source: "", destination: "", readWrite: true, propagation: ""))
    try same(Samples.endpoint, plain: Samples.bareEndpoint)
    try same(
      PortRequest(hostIP: "::1", hostPorts: 8000...8080, containerPort: 80, protocol: .udp),
      plain: PortRequest(containerPort: 1))
    try same(
      PortBinding(hostIP: "::1", hostPort: 8000, containerPort: 80, protocol: .udp),
      plain: PortBinding(hostIP: "", hostPort: 1, containerPort: 1))
  }

  /// What is nil or empty is left out or empty in both.
  @Test func defaults() throws {
    try agree(ContainerSpec(image: "busybox"))
    try agree(ContainerState())
    try agree(NetworkConfiguration())
    try agree(Samples.bareEndpoint)
    for policy: RestartPolicy in [.no, .always, .unlessStopped, .onFailure(maximum: 3)] {
      var host = HostConfig()
      host.restart = policy
      try agree(host)
    }
  }

  @Test func containerConfig() throws {
    let config = Samples.config
    differs(config, from: ContainerConfig())
    let text = JSONFieldsText.text { fields in config.write(to: &fields) }
    #expect(try JSONValue.parse(text) == JSONValue(encoding: config))
    var fields = try JSONFields(JSONValue(encoding: config))
    #expect(try ContainerConfig(fields: &fields) == config)
  }

  @Test func lists() throws {
    let mounts = [Samples.mount, Samples.mount]
    #expect(try [MountPoint](record: mounts.recordText()) == mounts)
    #expect(try JSONValue.parse(mounts.recordText()) == JSONValue(encoding: mounts))
    #expect(try [MountPoint](record: "[]").isEmpty)
  }

  /// No limit at all is 2^64 - 1, which no double holds.
  @Test func greatestNumbers() throws {
    var host = HostConfig()
    host.ulimits = [SpecRlimit(type: "RLIMIT_CORE", soft: .max, hard: .max)]
    host.blockDevices = [BlockDeviceLimit(.readIOps, path: "/dev/vda", value: .max)]
    #expect(try HostConfig(record: host.recordText()) == host)
    host.ulimits = [SpecRlimit(type: "RLIMIT_CORE", soft: 1 << 63, hard: .max - 1)]
    #expect(try HostConfig(record: host.recordText()) == host)
  }

  /// What the quick way cannot read is refused as Codable refuses it.
  @Test func damage() throws {
    #expect(throws: DecodingError.self) { try ContainerState(record: "{\"status\":\"gone\"}") }
    #expect(throws: DecodingError.self) { try ContainerState(record: "") }
    #expect(throws: DecodingError.self) { try [MountPoint](record: "{}") }
    var text = try Samples.state.recordText()
    text.replace("\"pid\":7", with: "\"pid\":\"7\"")
    #expect(throws: DecodingError.self) { try ContainerState(record: text) }
  }

  /// Members in another order, and ones that nobody knows.
  @Test func order() throws {
    guard case .object(let members) = try JSONValue.parse(Samples.spec.recordText()) else {
      Issue.record("no object")
      return
    }
    let turned = JSONValue.object(
      JSONObject([("later", .bool(true))] + members.reversed().map { ($0.key, $0.value) }))
    #expect(try ContainerSpec(member: turned) == Samples.spec)
  }

  private func same<Part: RecordPart & Equatable>(_ part: Part, plain: Part) throws {
    differs(part, from: plain)
    try agree(part)
  }

  private func differs<Part>(_ part: Part, from plain: Part) {
    for (one, other) in zip(Mirror(reflecting: part).children, Mirror(reflecting: plain).children) {
      #expect(
        String(describing: one.value) != String(describing: other.value),
        "\(Part.self).\(one.label ?? "") is as it is by default")
    }
  }

  private func agree<Part: RecordPart & Equatable>(_ part: Part) throws {
    let text = try part.recordText()
    let reference = try JSONValue(encoding: part)
    #expect(try JSONValue.parse(text) == reference)
    #expect(try Part(member: reference) == part)
    #expect(try JSONDecoder().decode(Part.self, from: Data(Array(text.utf8))) == part)
    #expect(try Part(record: text) == part)
  }
}

private enum Samples {
  static var config: ContainerConfig {
    var config = ContainerConfig()
    config.user = "1000:1000"
    config.exposedPorts = ["443/tcp", "80/tcp"]
    config.env = ["PATH=/bin", "이름=값"]
    config.entrypoint = ["/entry \"quoted\""]
    config.cmd = ["a\nb"]
    config.volumes = ["/data", "/logs"]
    config.workingDirectory = "/srv"
    config.labels = ["one": "1", "two": ""]
    config.stopSignal = "SIGQUIT"
    config.shell = ["/bin/sh", "-c"]
    config.healthcheck = ContainerConfig.Healthcheck(test: ["CMD", "true"])
    config.onBuild = ["RUN true"]
    return config
  }

  static var wish: EndpointWish {
    var wish = EndpointWish(network: "front")
    wish.aliases = ["web"]
    wish.links = ["db:database"]
    wish.address = "172.18.0.9"
    wish.address6 = "fd00::9"
    wish.range = "172.18.0.0/28"
    wish.mac = MACAddress("02:42:ac:12:00:09")
    wish.options = ["key": "value"]
    wish.gatewayPriority = -1
    return wish
  }

  static var host: HostConfig {
    var host = HostConfig()
    host.binds = ["/a:/b:ro"]
    host.mounts = [MountWish(kind: .tmpfs, source: nil, target: "/tmp")]
    host.volumesFrom = ["other"]
    host.ports = [PortRequest(containerPort: 80)]
    host.publishAllPorts = true
    host.networkMode = "front"
    host.restart = .onFailure(maximum: 2)
    host.autoRemove = true
    host.privileged = true
    host.readonlyRootfs = true
    host.usesInit = true
    host.capAdd = ["NET_ADMIN"]
    host.capDrop = ["ALL"]
    host.securityOptions = ["no-new-privileges"]
    host.groupAdd = ["audio"]
    host.devices = [DeviceWish(hostPath: "/dev/null", containerPath: "/dev/x", access: "rwm")]
    host.ulimits = [SpecRlimit(type: "RLIMIT_NOFILE", soft: 1, hard: 2)]
    host.sysctls = ["net.core.somaxconn": "1"]
    host.dns = ["1.1.1.1"]
    host.dnsSearch = ["example.com"]
    host.dnsOptions = ["ndots:2"]
    host.extraHosts = ["a:1.2.3.4"]
    host.pidMode = "host"
    host.ipcMode = "none"
    host.utsMode = "host"
    host.usernsMode = "host"
    host.remap = UserRemap(
      owner: "someone", users: [SpecIDMapping(containerID: 0, hostID: 100_000, size: 65536)],
      groups: [])
    host.shmSize = 1
    host.memory = 2
    host.memoryReservation = 3
    host.memorySwap = -1
    host.nanoCpus = 4
    host.cpuShares = 5
    host.cpuQuota = 6
    host.cpuPeriod = 7
    host.cpusetCpus = "0"
    host.cpusetMems = "0"
    host.pidsLimit = 8
    host.blkioWeight = 500
    host.blockDevices = [BlockDeviceLimit(.readBps, path: "/dev/vda", value: 1)]
    host.deviceRules = ["c 1:3 rwm"]
    host.memorySwappiness = 10
    host.annotations = ["a": "b"]
    host.oomScoreAdj = -500
    host.oomKillDisable = true
    host.logDriver = "none"
    host.logOptions = ["max-size": "1m"]
    return host
  }

  static var spec: ContainerSpec {
    var spec = ContainerSpec(image: "nginx", config: config)
    spec.hostname = "web"
    spec.domainname = "example.com"
    spec.tty = true
    spec.openStdin = true
    spec.stdinOnce = true
    spec.attachStdin = true
    spec.attachStdout = true
    spec.attachStderr = true
    spec.stopTimeout = 0
    spec.host = host
    spec.networks = [wish]
    return spec
  }

  static var bareEndpoint: Endpoint {
    Endpoint(
      network: "bridge", hostInterface: "veth0", address: IPv4Address(172, 17, 0, 2),
      prefixLength: 16, gateway: IPv4Address(172, 17, 0, 1))
  }

  static var endpoint: Endpoint {
    var endpoint = Endpoint(
      network: "front", bridge: "br-1", interface: "eth1", hostInterface: "veth1",
      address: IPv4Address(172, 18, 0, 2), prefixLength: 24,
      gateway: IPv4Address(172, 18, 0, 1))
    let address = JSONValue.array((1...16).map { .integer($0) })
    let v6: JSONValue = ["address": address, "prefixLength": 64, "gateway": address]
    endpoint.v6 = try? v6.decode(as: Endpoint.V6.self)
    endpoint.isInternal = true
    endpoint.isDefaultRoute = false
    return endpoint
  }

  static var state: ContainerState {
    var state = ContainerState()
    state.status = .paused
    state.pid = 7
    state.process = ProcessIdentity(pid: 7, startTime: 70)
    state.monitor = ProcessIdentity(pid: 8, startTime: 80)
    state.starter = ProcessIdentity(pid: 9, startTime: 90)
    var cgroup = CgroupHandle.unlimited(path: "dklab/default/1")
    cgroup.directories = ["memory": "/sys/fs/cgroup/memory/dklab/default/1"]
    cgroup.unified = "/sys/fs/cgroup/unified/dklab/default/1"
    state.cgroup = cgroup
    state.exitCode = 137
    state.error = "그런 프로그램이 없습니다"
    state.outOfMemory = true
    state.startedAt = 1_700_000_000_000_000_000
    state.finishedAt = 1_700_000_000_000_000_001
    state.restartCount = 3
    state.stoppedByHand = true
    var attachment = NetworkAttachment(networkID: "0123", wish: wish)
    attachment.endpoint = endpoint
    state.networks = [attachment, NetworkAttachment(networkID: "4567", wish: wish)]
    state.ports = [PortBinding(hostIP: "0.0.0.0", hostPort: 8000, containerPort: 80)]
    state.warnings = ["swap"]
    state.health = HealthState()
    return state
  }

  static var mount: MountPoint {
    var mount = MountPoint(
      kind: .volume, name: "data", source: "/srv/data", destination: "/data", readWrite: false,
      propagation: "rslave", options: ["z"])
    mount.subpath = "part"
    mount.device = VolumeDevice(["type": "nfs", "device": ":/export", "o": "addr=10.0.0.1"])
    mount.labels = ["a": "b"]
    mount.volumeOptions = ["type": "nfs"]
    mount.recursion = "disabled"
    mount.isAnonymous = true
    return mount
  }

  static var pool: NetworkConfiguration.Pool {
    var pool = NetworkConfiguration.Pool(
      subnet: IPv4Subnet("172.18.0.0/16"), subnet6: IPv6Subnet("fd00::/64"), gateway: "172.18.0.1")
    pool.range = "172.18.5.0/24"
    pool.auxiliary = ["router": "172.18.0.254"]
    return pool
  }

  static var network: NetworkConfiguration {
    var network = NetworkConfiguration()
    network.driver = "null"
    network.isInternal = true
    network.isAttachable = true
    network.hasIPv6 = true
    network.pools = [pool]
    network.options = ["com.docker.network.driver.mtu": "1400"]
    network.labels = ["a": "b"]
    network.hasChosenSubnet = true
    return network
  }
}
