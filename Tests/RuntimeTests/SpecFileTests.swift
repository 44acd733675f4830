import Linux
import Support
import Testing

@testable import Runtime

@Suite("config.json: what is wrong is told with its place") struct SpecFileTests {
  /// The error for `text` as a whole specification.
  private func failure(_ text: String) -> String {
    do {
      _ = try SpecFile.decode(Spec.self, Array(text.utf8), file: "config.json")
      return "none"
    } catch {
      return "\(error)"
    }
  }

  @Test("a file that is no JSON is told with line and column") func syntax() {
    let text = "{\n  \"ociVersion\": \"1.0.2\",\n  \"process\": {,}\n}"
    #expect(failure(text).hasPrefix("config.json:3:15: "), "\(failure(text))")
  }

  @Test(
    "a field of the wrong shape is told with its path",
    arguments: [
      (#"{"ociVersion": 1}"#, "config.json: ociVersion: is not a string"),
      (#"{"process": {}}"#, "config.json: ociVersion: is missing"),
      (#"{"ociVersion": "1.0.2", "process": {}}"#, "config.json: process.cwd: is missing"),
      (
        #"{"ociVersion": "1.0.2", "process": {"cwd": "/", "user": {"uid": "root"}}}"#,
        "config.json: process.user.uid: is not a number that fits"
      ),
      (
        #"{"ociVersion": "1.0.2", "mounts": [{"destination": "/a"}, {"destination": 5}]}"#,
        "config.json: mounts[1].destination: is not a string"
      ),
      (
        #"{"ociVersion": "1.0.2", "linux": {"seccomp": {"defaultAction": "SCMP_ACT_DENY"}}}"#,
        "config.json: seccomp profile: linux.seccomp.defaultAction: unknown value"
      ),
      (
        #"{"ociVersion": "1.0.2", "linux": {"seccomp": {"defaultAction": "SCMP_ACT_ALLOW", "listenerMetadata": "m"}}}"#,
        "config.json: seccomp profile: linux.seccomp.listenerMetadata: there is no listenerPath"
      ),
      (
        #"{"ociVersion": "1.0.2", "linux": {"seccomp": {"defaultAction": "SCMP_ACT_ALLOW", "defaultErrnoRet": 3}}}"#,
        "config.json: seccomp profile: linux.seccomp.defaultErrnoRet: SCMP_ACT_ALLOW returns no errno"
      ),
    ])
  func shape(text: String, error: String) {
    #expect(failure(text).hasPrefix(error), "\(failure(text))")
  }

  @Test("unlimited is a number that fits, and what is unknown does not matter") func unusual()
    throws
  {
    let text = """
      {"ociVersion": "1.0.2", "someday": {"x": 1}, "process": {"cwd": "/", "rlimits":
        [{"type": "RLIMIT_CORE", "soft": 18446744073709551615, "hard": 18446744073709551615}]}}
      """
    let spec = try SpecFile.decode(Spec.self, Array(text.utf8), file: "config.json")
    #expect(spec.process?.rlimits?.first?.hard == UInt64.max)
    #expect(spec.process?.user == SpecUser())
  }
}

@Suite("What a specification may not say") struct SpecValidationTests {
  /// A specification that can be carried out, changed by `change`.
  private func judge(_ change: (inout Spec) -> Void) -> (error: String?, warnings: [String]) {
    var spec = Spec()
    spec.root = SpecRoot(path: "/")
    var process = SpecProcess()
    process.args = ["true"]
    spec.process = process
    var linux = SpecLinux()
    linux.namespaces = ["mount", "pid", "uts", "ipc", "network"].map { SpecNamespace(type: $0) }
    spec.linux = linux
    change(&spec)
    do {
      return (nil, try SpecValidation(spec).warnings.map(\.en))
    } catch {
      return ((error as? DklabError)?.message.en ?? "\(error)", [])
    }
  }

  @Test("the specification itself is fine") func fine() {
    let result = judge { _ in }
    #expect(result.error == nil && result.warnings.isEmpty)
  }

  @Test("what an agent cannot be asked, and a missing agent, is refused by its field")
  func agent() {
    func error(_ change: (inout SeccompProfile) -> Void) -> String? {
      var seccomp = SeccompProfile(defaultAction: .allow, rules: [.init(["mkdir"], .notify)])
      seccomp.listenerPath = "/agent"
      change(&seccomp)
      return judge { $0.linux?.seccomp = seccomp }.error
    }
    #expect(error { _ in } == nil)
    #expect(error { $0.listenerPath = nil }?.hasPrefix("linux.seccomp.listenerPath: ") ?? false)
    for path in ["agent", "@agent", "../agent"] {
      let text = "linux.seccomp.listenerPath: \(path) must be an absolute path"
      #expect(error { $0.listenerPath = path } == text)
    }
    #expect(
      error { $0.rules.append(.init(["read", "write"], .notify)) }?
        .hasPrefix("linux.seccomp.syscalls[1]: SCMP_ACT_NOTIFY") ?? false)
    #expect(
      error { $0.defaultAction = .notify }?
        .hasPrefix("linux.seccomp.defaultAction: SCMP_ACT_NOTIFY") ?? false)
    // Without a question the agent does not matter.
    #expect(error { ($0.rules, $0.listenerPath) = ([.init(["write"], .errno)], "agent") } == nil)
  }

  @Test("what cannot be honoured is refused by its field") func refusals() {
    let cases: [(String, (inout Spec) -> Void)] = [
      ("ociVersion: unsupported version", { $0.ociVersion = "2.0.0" }),
      ("ociVersion: unsupported version", { $0.ociVersion = "1.x" }),
      ("root.path: is missing", { $0.root = nil }),
      ("root.path: /no/such: no such directory", { $0.root?.path = "/no/such" }),
      ("process.cwd: must be an absolute path", { $0.process?.cwd = "x" }),
      ("process.args: must not be empty", { $0.process?.args = [] }),
      ("process.oomScoreAdj: must be", { $0.process?.oomScoreAdj = 1001 }),
      (
        "process.rlimits[1].type: RLIMIT_CPU is there twice",
        {
          $0.process?.rlimits = [
            SpecRlimit(type: "RLIMIT_CPU", soft: 1, hard: 1),
            SpecRlimit(type: "RLIMIT_CPU", soft: 1, hard: 1),
          ]
        }
      ),
      (
        "mounts[0]: idmap needs uidMappings and gidMappings, or a user namespace",
        {
          $0.mounts = [SpecMount(destination: "/a", source: "/", options: ["bind", "idmap"])]
        }
      ),
      (
        "linux.namespaces: a container needs a mount namespace",
        { $0.linux?.namespaces = [SpecNamespace(type: "pid")] }
      ),
      (
        "linux.namespaces[5].type: unknown value \"netwrok\"",
        { $0.linux?.namespaces?.append(SpecNamespace(type: "netwrok")) }
      ),
      (
        "linux.namespaces[5].path: /no/such: no such file",
        { $0.linux?.namespaces?.append(SpecNamespace(type: "user", path: "/no/such")) }
      ),
      (
        "linux.uidMappings: a new user namespace needs id mappings",
        { $0.linux?.namespaces?.append(SpecNamespace(type: "user")) }
      ),
      (
        "linux.uidMappings: needs a user namespace",
        { $0.linux?.uidMappings = [SpecIDMapping(containerID: 0, hostID: 1, size: 1)] }
      ),
      (
        "hostname: needs a uts namespace",
        {
          $0.hostname = "x"
          $0.linux?.namespaces?.removeAll { $0.type == "uts" }
        }
      ),
      (
        "linux.sysctl.vm.swappiness: is not a setting of a namespace",
        { $0.linux?.sysctl = ["vm.swappiness": "1"] }
      ),
      (
        "linux.sysctl.net/../kernel/core_pattern: is not a setting of a namespace",
        { $0.linux?.sysctl = ["net/../kernel/core_pattern": "x"] }
      ),
      (
        "linux.sysctl.net.//.kernel.core_pattern: is not a setting of a namespace",
        { $0.linux?.sysctl = ["net.//.kernel.core_pattern": "x"] }
      ),
      (
        "linux.sysctl.net..core.somaxconn: is not a setting of a namespace",
        { $0.linux?.sysctl = ["net..core.somaxconn": "1"] }
      ),
      (
        "linux.sysctl.net.ipv4.ip_forward: the network namespace at /proc/self/ns/net is the host's",
        {
          $0.linux?.sysctl = ["net.ipv4.ip_forward": "1"]
          $0.linux?.namespaces?.removeAll { $0.type == "network" }
          $0.linux?.namespaces?.append(
            SpecNamespace(type: "network", path: "/proc/self/ns/net"))
        }
      ),
      (
        "linux.timeOffsets: the clocks of the namespace at /proc/self/ns/time are set",
        {
          $0.linux?.namespaces?.append(SpecNamespace(type: "time", path: "/proc/self/ns/time"))
          $0.linux?.timeOffsets = ["boottime": SpecTimeOffset(secs: 1)]
        }
      ),
      ("process.user.uid: 4294967295 stands for nobody", { $0.process?.user.uid = .max }),
      (
        "process.user.additionalGids: 4294967295 stands",
        { $0.process?.user.additionalGids = [5, .max] }
      ),
      ("annotations: a key must not be empty", { $0.annotations = ["": "x"] }),
      (
        "mounts[0].destination: / is the rootfs",
        { $0.mounts = [SpecMount(destination: "/./", source: "/", options: ["bind"])] }
      ),
      ("linux.readonlyPaths: proc must be absolute", { $0.linux?.readonlyPaths = ["proc"] }),
      ("linux.rootfsPropagation: unknown", { $0.linux?.rootfsPropagation = "rshard" }),
      (
        "hooks.poststop[0].timeout: must be greater than 0",
        {
          var hooks = SpecHooks()
          hooks.poststop = [SpecHook(path: "/bin/true", timeout: 0)]
          $0.hooks = hooks
        }
      ),
    ]
    for (message, change) in cases {
      let error = judge(change).error ?? "none"
      #expect(error.hasPrefix(message), "\(error)")
    }
  }

  @Test(
    "confinement that this machine cannot give is refused",
    .disabled(if: SecurityModule.selinux.isEnabled || SecurityModule.appArmor.isEnabled))
  func confinement() {
    let cases: [(String, (inout Spec) -> Void)] = [
      ("process.apparmorProfile: AppArmor is not enabled", { $0.process?.apparmorProfile = "p" }),
      ("process.selinuxLabel: SELinux is not enabled", { $0.process?.selinuxLabel = "l" }),
      ("linux.mountLabel: SELinux is not enabled", { $0.linux?.mountLabel = "l" }),
    ]
    for (message, change) in cases {
      let error = judge(change).error ?? "none"
      #expect(error.hasPrefix(message), "\(error)")
    }
  }

  @Test("an unusual value is a warning") func warnings() {
    let result = judge {
      $0.mounts = [SpecMount(destination: "relative", type: "tmpfs")]
    }
    #expect(result.error == nil)
    #expect(result.warnings.contains { $0.hasPrefix("mounts[0].destination: relative") })
  }
}

@Suite("Who owns a container's control group") struct GroupOwnerTests {
  /// The owner for a specification with a writable view of its own groups, changed by `change`.
  private func owner(_ change: (inout Spec) -> Void = { _ in }) -> UInt32? {
    var spec = Spec()
    spec.process = SpecProcess()
    spec.process?.user.uid = 5
    spec.mounts = [SpecMount(destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup")]
    spec.linux = SpecLinux()
    spec.linux?.namespaces = [SpecNamespace(type: "cgroup")]
    change(&spec)
    return spec.groupOwner
  }

  @Test("its program's user does, as the host knows that one") func user() {
    #expect(owner() == 5)
    let mapped = owner {
      $0.linux?.namespaces?.append(SpecNamespace(type: "user"))
      $0.linux?.uidMappings = [SpecIDMapping(containerID: 0, hostID: 1000, size: 10)]
    }
    #expect(mapped == 1005)
  }

  @Test("nobody else does where the container may not write, or sees more than its own") func none()
  {
    #expect(owner { $0.mounts?[0].options = ["ro"] } == nil)
    #expect(owner { $0.mounts = nil } == nil)
    #expect(owner { $0.linux?.namespaces = [] } == nil)
    #expect(owner { $0.linux?.namespaces?[0].path = "/proc/self/ns/cgroup" } == nil)
    #expect(
      owner { $0.linux?.namespaces?.append(SpecNamespace(type: "user", path: "/u")) } == nil)
  }
}

@Suite("Limits of config.json") struct SpecResourcesTests {
  @Test("devices are refused first and the harmless ones allowed last") func devices() throws {
    var rule = SpecDeviceRule(allow: true, access: "rw")
    rule.type = "c"
    rule.major = 10
    rule.minor = -1
    let rules = try SpecResources.deviceRules([rule])
    #expect(rules.first == .denyAll)
    #expect(rules[1].description == "c 10:* rw")
    #expect(rules.contains { $0.description == "c 1:3 rwm" })
  }

  private static func optional(_ file: String, _ value: String) -> CgroupSetting {
    var setting = CgroupSetting("hugetlb", file, value)
    setting.isOptional = true
    return setting
  }

  @Test("a page size that is none is refused", arguments: ["", "2", "0MB", "7XB", "../2MB", "2mb"])
  func pageSizes(size: String) {
    var resources = SpecResources()
    resources.hugepageLimits = [.init(pageSize: size, limit: 4)]
    #expect(throws: DklabError.self) { try resources.limits(on: .v1) }
  }

  @Test("memory and swap together are refused where only swap is counted and none can be taken off")
  func swapAlone() throws {
    func limits(_ limit: Int64?, _ swap: Int64?, _ kind: CgroupLayout.Kind) throws
      -> CgroupResources
    {
      var resources = SpecResources()
      var memory = SpecResources.Memory()
      (memory.limit, memory.swap) = (limit, swap)
      resources.memory = memory
      return try resources.limits(on: kind)
    }
    #expect(throws: DklabError.self) { try limits(nil, 100, .v2) }
    #expect(throws: DklabError.self) { try limits(-1, 100, .v2) }
    #expect(throws: DklabError.self) { try limits(200, 100, .v2) }
    for (limit, swap) in [(100, 200), (100, 100), (100, -1), (100, 0)] as [(Int64, Int64)] {
      #expect(try limits(limit, swap, .v2).memorySwap == swap)
    }
    #expect(try limits(nil, 100, .v1).memorySwap == 100)
  }

  @Test("each version of cgroups gets its own files") func versions() throws {
    var resources = SpecResources()
    var block = SpecResources.BlockIO()
    block.throttleReadBpsDevice = [.init(major: 8, minor: 1, rate: 1000)]
    resources.blockIO = block
    resources.hugepageLimits = [.init(pageSize: "2MB", limit: 4)]
    let legacy = try resources.limits(on: .v1).settings
    #expect(
      legacy == [
        CgroupSetting("blkio", "blkio.throttle.read_bps_device", "8:1 1000"),
        CgroupSetting("hugetlb", "hugetlb.2MB.limit_in_bytes", "4"),
        Self.optional("hugetlb.2MB.rsvd.limit_in_bytes", "4"),
      ])
    let unified = try resources.limits(on: .v2).settings
    #expect(
      unified == [
        CgroupSetting("io", "io.max", "8:1 rbps=1000"),
        CgroupSetting("hugetlb", "hugetlb.2MB.max", "4"),
        Self.optional("hugetlb.2MB.rsvd.max", "4"),
      ])
    resources.unified = ["memory.high": "5"]
    #expect(
      try resources.limits(on: .v2).settings.last == CgroupSetting("memory", "memory.high", "5"))
    #expect(throws: DklabError.self) { try resources.limits(on: .v1) }
    resources.unified = ["../memory.high": "5"]
    #expect(throws: DklabError.self) { try resources.limits(on: .v2) }
  }

  @Test("a limit of memory alone leaves swap alone") func swap() throws {
    var resources = SpecResources()
    var memory = SpecResources.Memory()
    memory.limit = 1 << 20
    resources.memory = memory
    let limits = try resources.limits(on: .v1)
    #expect(limits.memory == 1 << 20)
    #expect(limits.memorySwap == nil && !limits.swapFollowsMemory)
  }
}
