import Glibc
import Support
import Testing

@testable import Linux

/// Real groups on this machine, each under a path of its own and removed by it.
@Suite(
  "control groups",
  .enabled(
    if: Machine.cgroups.hierarchy(of: "memory") != nil,
    "needs a memory controller, and root or a delegated group"))
struct CgroupTests {
  /// Makes a group, and removes it whatever happens; nothing of it may be left.
  private func withGroup(
    _ resources: CgroupResources = CgroupResources(),
    _ body: (CgroupHandle, [Text]) throws -> Void
  ) throws {
    let top = "dklab-test-\(getpid())-\(UInt32.random(in: 0...(.max)))"
    let (group, warnings) = try CgroupHandle.create(
      Machine.cgroups, path: "\(top)/one", resources: resources)
    defer {
      _ = try? group.killAll()
      try? group.remove(pruning: true)
      for hierarchy in Machine.cgroups.hierarchies {
        #expect(!File.exists("\(hierarchy.base)/\(top)"))
      }
    }
    try body(group, warnings)
  }

  @Test(
    "a group that is given away goes without the files that set its limits",
    .enabled(if: Machine.isRoot, "needs root"))
  func delegation() throws {
    let directory = "/tmp/dklab-group-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    try Directory.make(directory)
    defer { try? Directory.removeTree(directory) }
    let names = ["cgroup.procs", "cgroup.subtree_control", "memory.max"]
    for name in names { try File.replace("\(directory)/\(name)", "", durable: false) }
    var group = CgroupHandle.unlimited(path: "x")
    try group.delegate(to: 1234)
    group.unified = directory
    try group.delegate(to: 1234)
    func owner(_ path: String) -> uid_t? {
      var info = stat()
      return stat(path, &info) == 0 ? info.st_uid : nil
    }
    #expect(owner(directory) == 1234)
    #expect(names.map { owner("\(directory)/\($0)") } == [1234, 1234, geteuid()])
  }

  private func value(_ group: CgroupHandle, _ controller: String, v1: String, v2: String)
    -> String?
  {
    let path = group.unified.map { "\($0)/\(v2)" } ?? "\(group.directories[controller] ?? "")/\(v1)"
    return try? File.text(path).split(separator: "\n").first.map(String.init)
  }

  private func run(in group: CgroupHandle, _ command: [String]) throws -> Probe.Result {
    try Probe.run(["enter", try Probe.json(group), Probe.path] + command)
  }

  private func expect(_ lines: [String], from command: [String], in group: CgroupHandle) throws {
    let found = try run(in: group, command).lines
    #expect(found == lines)
  }

  /// A started process that sleeps in the group. It is in it as soon as it is listed.
  private func sleeper(in group: CgroupHandle) throws -> Probe.Running {
    let process = try Probe.Running.start(
      [Probe.path, "enter", try Probe.json(group), "sleep", "60"])
    for _ in 0..<5000 {
      if try group.processes().contains(process.pid) { break }
      usleep(1000)
    }
    return process
  }

  @Test("memory, and swap with Docker's default of twice as much")
  func memory() throws {
    var resources = CgroupResources()
    resources.memory = 64 << 20
    resources.memoryReservation = 32 << 20
    try withGroup(resources) { group, warnings in
      #expect(warnings.isEmpty)
      #expect(
        value(group, "memory", v1: "memory.limit_in_bytes", v2: "memory.max") == "67108864")
      #expect(
        value(group, "memory", v1: "memory.memsw.limit_in_bytes", v2: "memory.swap.max")
          == (group.unified == nil ? "134217728" : "67108864"))
      #expect(
        value(group, "memory", v1: "memory.soft_limit_in_bytes", v2: "memory.low") == "33554432")
      #expect(group.statistics().memoryLimit == 64 << 20)
    }
  }

  @Test("an update can raise and lower memory, and -1 lifts the limit of swap")
  func update() throws {
    var resources = CgroupResources()
    resources.memory = 32 << 20
    try withGroup(resources) { group, _ in
      for size in [256, 16] as [Int64] {
        resources.memory = size << 20
        #expect(try group.update(resources) == [])
        #expect(group.statistics().memoryLimit == UInt64(size) << 20)
      }
      var unlimited = CgroupResources()
      unlimited.memorySwap = -1
      _ = try group.update(unlimited)
      #expect(group.statistics().memoryLimit == 16 << 20)
    }
  }

  @Test("processor quota, shares and sets")
  func processors() throws {
    var resources = CgroupResources()
    resources.setCpus(0.5)
    resources.cpuShares = 512
    resources.cpusetCpus = "0"
    resources.cpusetMems = "0"
    try withGroup(resources) { group, warnings in
      #expect(warnings.isEmpty)
      #expect(
        value(group, "cpu", v1: "cpu.cfs_quota_us", v2: "cpu.max")
          == (group.unified == nil ? "50000" : "50000 100000"))
      #expect(
        value(group, "cpu", v1: "cpu.shares", v2: "cpu.weight")
          == (group.unified == nil ? "512" : "20"))
      #expect(value(group, "cpuset", v1: "cpuset.cpus", v2: "cpuset.cpus") == "0")
      let result = try Probe.run([
        "enter", try Probe.json(group), "grep", "Cpus_allowed_list", "/proc/self/status",
      ])
      #expect(result.lines == ["Cpus_allowed_list:\t0"])
    }
  }

  @Test("a limit of processes holds")
  func pids() throws {
    var resources = CgroupResources()
    resources.pidsLimit = 5
    try withGroup(resources) { group, _ in
      try expect(["4"], from: ["forks", "20"], in: group)
    }
    resources.pidsLimit = -1
    try withGroup(resources) { group, _ in
      #expect(value(group, "pids", v1: "pids.max", v2: "pids.max") == "max")
    }
  }

  @Test("a program over its memory is killed, and that is counted")
  func outOfMemory() throws {
    var resources = CgroupResources()
    resources.memory = 48 << 20
    resources.memorySwap = 48 << 20
    try withGroup(resources) { group, _ in
      #expect(group.outOfMemoryKills() == 0)
      let result = try run(in: group, ["eat", "200"])
      #expect(result.status.signal == SIGKILL)
      #expect(group.outOfMemoryKills() == 1)
      try expect(["ate 1"], from: ["eat", "1"], in: group)
    }
  }

  @Test(
    "devices outside the list cannot be opened, even by root",
    .enabled(if: Machine.isRoot, "needs root"))
  func devices() throws {
    var resources = CgroupResources()
    resources.devices = DeviceRule.dockerDefault
    try withGroup(resources) { group, _ in
      try expect(["ok"], from: ["open", "/dev/null", "w"], in: group)
      try expect(["EPERM"], from: ["open", "/dev/kmsg", "r"], in: group)
    }
    resources.devices = [.denyAll, .allowAll]
    try withGroup(resources) { group, _ in
      try expect(["ok"], from: ["open", "/dev/kmsg", "r"], in: group)
    }
  }

  @Test("freezing stops a process until it is thawed; killing works on frozen ones")
  func freezing() throws {
    try withGroup { group, _ in
      let process = try sleeper(in: group)
      try group.freeze()
      let state = value(group, "freezer", v1: "freezer.state", v2: "cgroup.freeze")
      #expect(state == (group.unified == nil ? "FROZEN" : "1"))
      try group.thaw()
      #expect(
        value(group, "freezer", v1: "freezer.state", v2: "cgroup.freeze")
          == (group.unified == nil ? "THAWED" : "0"))
      try group.freeze()
      #expect(try group.killAll())
      #expect(try process.finish().status.signal == SIGKILL)
      #expect(try group.processes().isEmpty)
    }
  }

  @Test("a process can be moved from outside, and groups made below go too")
  func nested() throws {
    try withGroup { group, _ in
      let process = try Probe.Running.start(["sleep", "60"])
      try group.add(process.pid)
      #expect(try group.processes() == [process.pid])
      let directory = try #require(group.unified ?? group.directories["freezer"])
      try Directory.make("\(directory)/below/deeper")
      try File.command("\(directory)/below/deeper/cgroup.procs", String(process.pid))
      #expect(try group.processes() == [process.pid])
      #expect(try group.killAll())
      _ = try process.finish()
    }
  }

  @Test(
    "a process is in every directory of its group, moved by itself or born there",
    arguments: [
      "enter", "born",
    ])
  func membership(verb: String) throws {
    var resources = CgroupResources()
    resources.devices = Machine.isRoot ? DeviceRule.dockerDefault : nil
    try withGroup(resources) { group, _ in
      let lines = try Probe.run([verb, try Probe.json(group), "cat", "/proc/self/cgroup"]).lines
      for controller in group.directories.keys {
        let line = lines.first { $0.contains(":\(controller):") || $0.contains(",\(controller):") }
        #expect(line?.hasSuffix(group.path) == true, "\(controller): \(lines)")
      }
      if group.unified != nil { #expect(lines.last?.hasSuffix(group.path) == true) }
    }
  }

  @Test("statistics count what a process used")
  func statistics() throws {
    try withGroup { group, _ in
      _ = try run(in: group, ["eat", "8"])
      let used = group.statistics()
      #expect(used.cpuNanoseconds ?? 0 > 0)
      #expect(used.pids == 0)
      #expect(used.memoryUsage != nil && used.memoryLimit == nil)
    }
  }

  @Test("a value the kernel refuses is an error, and leaves nothing behind")
  func refused() throws {
    let path = "dklab-test-refused-\(getpid())/one"
    var resources = CgroupResources()
    resources.cpusetCpus = "7000"
    #expect(throws: SyscallError.self) {
      try CgroupHandle.create(Machine.cgroups, path: path, resources: resources)
    }
    for hierarchy in Machine.cgroups.hierarchies {
      #expect(!File.exists("\(hierarchy.base)/\(path)"))
      rmdir("\(hierarchy.base)/dklab-test-refused-\(getpid())")
    }
  }
}

@Suite("control groups that are not there")
struct MissingCgroupTests {
  private let limitation = Text("because", ko: "왜냐하면")

  @Test("limits become one warning, and every operation does nothing")
  func none() throws {
    let layout = CgroupLayout(kind: .none, hierarchies: [], limitation: limitation)
    var resources = CgroupResources()
    resources.devices = DeviceRule.dockerDefault
    #expect(try CgroupHandle.create(layout, path: "x", resources: resources).warnings == [])
    resources.memory = 1 << 30
    resources.pidsLimit = 10
    let (group, warnings) = try CgroupHandle.create(layout, path: "x", resources: resources)
    #expect(warnings == [limitation])
    try group.enter()
    try group.add(getpid())
    #expect(try group.processes() == [])
    #expect(try group.killAll())
    #expect(group.statistics() == CgroupStatistics())
    #expect(group.outOfMemoryKills() == 0)
    try group.remove(pruning: true)
    #expect(throws: DklabError.self) { try group.freeze() }
  }

  @Test(
    "weights of v1 become those of v2",
    arguments: [
      (2, 1), (512, 20), (1024, 39), (262_144, 10_000), (0, 1), (999_999, 10_000),
    ])
  func weights(shares: UInt64, weight: UInt64) {
    #expect(CgroupHandle.cpuWeight(fromShares: shares) == weight)
  }

  @Test(
    "block weights of v1 become those of v2", arguments: [(10, 1), (500, 4950), (1000, 10_000)])
  func blockWeights(blkio: UInt64, weight: UInt64) {
    #expect(CgroupHandle.ioWeight(fromBlkio: blkio) == weight)
  }

  @Test("swap defaults to twice the memory, and does not overflow")
  func swap() {
    var resources = CgroupResources()
    #expect(resources.effectiveMemorySwap == nil)
    resources.memory = 100
    #expect(resources.effectiveMemorySwap == 200)
    resources.memorySwap = 0
    #expect(resources.effectiveMemorySwap == 200)
    resources.memorySwap = -1
    #expect(resources.effectiveMemorySwap == -1)
    resources.memorySwap = 150
    #expect(resources.effectiveMemorySwap == 150)
    resources.memorySwap = nil
    resources.memory = .max
    #expect(resources.effectiveMemorySwap == -1)
  }
}
