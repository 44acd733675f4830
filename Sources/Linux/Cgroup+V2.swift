// cgroup v2: one directory in the unified tree.
//
// The kernel's documentation is Documentation/admin-guide/cgroup-v2.rst. A group has the control
// files of a controller only if its parent lists the controller in cgroup.subtree_control, and a
// group with processes of its own may not list any ("no internal processes"). So we enable them in
// every directory from the base down to the one above the container's.

import CLinux
import Glibc
import Support

extension CgroupHandle {
  /// The controllers we use, so far as the machine has them.
  private static let used = ["cpu", "cpuset", "io", "memory", "pids", "hugetlb", "rdma"]

  /// Makes the directory of the group with its controllers enabled.
  func makeUnified(_ hierarchy: CgroupLayout.Hierarchy) throws {
    let wanted = Self.used.filter(hierarchy.controllers.contains)
    var directory = hierarchy.base
    for part in path.split(separator: "/") {
      try Self.enable(wanted, in: directory, isBase: directory == hierarchy.base)
      directory += "/\(part)"
      if mkdir(directory, 0o755) != 0 && errno != EEXIST { throw SyscallError("mkdir", directory) }
    }
  }

  private static func enable(_ wanted: [String], in directory: String, isBase: Bool) throws {
    let file = "\(directory)/cgroup.subtree_control"
    let enabled = (try? File.text(file).split { $0.isWhitespace }.map(String.init)) ?? []
    let missing = wanted.filter { !enabled.contains($0) }
    if missing.isEmpty { return }
    let command = missing.map { "+\($0)" }.text(separatedBy: " ")
    do {
      try File.command(file, command)
    } catch let error as SyscallError where error.errno == EBUSY && isBase {
      // Inside a container, or in a delegated scope, our own processes sit at the base. They move
      // one down, as in Docker's own image of itself (docker:dind).
      let aside = "\(directory)/init"
      try Directory.make(aside)
      for process in try File.text("\(directory)/cgroup.procs").split(separator: "\n") {
        try? File.command("\(aside)/cgroup.procs", String(process))
      }
      try File.command(file, command)
    } catch is SyscallError {
      // One that cannot be had must not cost the others (cpuset of an odd parent, say).
      for controller in missing { try? File.command(file, "+\(controller)") }
    }
  }

  func applyUnified(_ wanted: CgroupResources, _ writer: inout CgroupWriter) throws {
    guard let group = unified else { return }
    let limit = { (value: Int64) in value > 0 ? String(value) : "max" }
    if let memory = wanted.memory, memory != 0 {
      try writer.write(
        "\(group)/memory.max", limit(memory), orWarn: .kernelLacks("memory limit", ko: "메모리 제한"))
    }
    if let both = wanted.effectiveMemorySwap {
      // v1 counts memory and swap together, v2 swap alone.
      let swap = both < 0 ? -1 : max(0, both - max(0, wanted.memory ?? 0))
      // A kernel that does not count swap is asked for nothing by "as much as you like" and by "none".
      if swap > 0 || File.exists("\(group)/memory.swap.max") {
        try writer.write(
          "\(group)/memory.swap.max", swap < 0 ? "max" : String(swap),
          orWarn: .kernelLacksSwapLimit)
      }
    }
    if let reservation = wanted.memoryReservation, reservation != 0 {
      try writer.write(
        "\(group)/memory.low", limit(reservation),
        orWarn: .kernelLacks("memory soft limit", ko: "메모리 예약"))
    }
    if wanted.memorySwappiness != nil {
      try writer.lacks(.kernelLacks("memory swappiness", ko: "스왑 성향(swappiness)"))
    }
    if wanted.oomKillDisable {
      try writer.lacks(.kernelLacks("OomKillDisable", ko: "OOM 킬 비활성화"))
    }
    try applyUnifiedProcessor(wanted, group, &writer)
    if let pids = wanted.pidsLimit {
      try writer.write(
        "\(group)/pids.max", limit(pids), orWarn: .kernelLacks("pids limit", ko: "프로세스 수 제한"))
    }
    if let weight = wanted.blkioWeight, weight != 0 {
      let lacks = Text.kernelLacks("block I/O weight", ko: "블록 입출력 가중치")
      if File.exists("\(group)/io.bfq.weight") {
        try writer.write("\(group)/io.bfq.weight", String(weight), orWarn: lacks)
      } else {
        try writer.write(
          "\(group)/io.weight", String(Self.ioWeight(fromBlkio: UInt64(weight))), orWarn: lacks)
      }
    }
    if let rules = wanted.devices, rules.contains(where: { !$0.allow }) {
      try attachDeviceProgram(rules, group, &writer)
    }
  }

  private func applyUnifiedProcessor(
    _ wanted: CgroupResources, _ group: String, _ writer: inout CgroupWriter
  ) throws {
    if let shares = wanted.cpuShares, shares != 0 {
      try writer.write(
        "\(group)/cpu.weight", String(Self.cpuWeight(fromShares: shares)),
        orWarn: .kernelLacks("CPU shares", ko: "CPU 가중치"))
    }
    let quota = wanted.cpuQuota ?? 0
    if quota != 0 || wanted.cpuPeriod ?? 0 != 0 {
      let period = wanted.cpuPeriod ?? 0
      try writer.write(
        "\(group)/cpu.max",
        "\(quota > 0 ? String(quota) : "max") \(period == 0 ? 100_000 : period)",
        orWarn: .kernelLacks("CPU CFS quota", ko: "CPU 할당량"))
    }
    let lacksCpuset = Text.kernelLacks("cpuset", ko: "cpuset")
    if let cpus = wanted.cpusetCpus {
      try writer.write("\(group)/cpuset.cpus", cpus, orWarn: lacksCpuset)
    }
    if let nodes = wanted.cpusetMems {
      try writer.write("\(group)/cpuset.mems", nodes, orWarn: lacksCpuset)
    }
  }

  private func attachDeviceProgram(
    _ rules: [DeviceRule], _ group: String, _ writer: inout CgroupWriter
  ) throws {
    let program = CgroupDeviceProgram.compile(rules)
    let directory = try FileDescriptor.open(group, O_RDONLY | O_DIRECTORY)
    let result = program.withUnsafeBytes { bytes in
      dk_bpf_attach_device_program(directory.number, bytes.baseAddress, UInt32(program.count))
    }
    guard result < 0 else { return }
    // Without CAP_BPF (a delegated group of an ordinary user) the kernel refuses. There the user
    // namespace already keeps device nodes from working.
    if errno == EPERM && geteuid() != 0 { return }
    throw SyscallError("bpf", "BPF_PROG_TYPE_CGROUP_DEVICE on \(group)")
  }

  /// 2…262144 onto 1…10000 in proportion, as runc 1.1 and crun do.
  static func cpuWeight(fromShares shares: UInt64) -> UInt64 {
    let shares = min(max(shares, 2), 262_144)
    return 1 + (shares - 2) * 9999 / 262_142
  }

  /// 10…1000 onto 1…10000.
  static func ioWeight(fromBlkio weight: UInt64) -> UInt64 {
    let weight = min(max(weight, 10), 1000)
    return 1 + (weight - 10) * 9999 / 990
  }

  func setUnifiedFrozen(_ frozen: Bool, _ group: String) throws {
    try File.command("\(group)/cgroup.freeze", frozen ? "1" : "0")
    for _ in 0..<1000 {
      if Self.field("frozen", in: "\(group)/cgroup.events") == (frozen ? 1 : 0) { return }
      usleep(1000)
    }
    throw SyscallError(frozen ? "freeze" : "thaw", group, errno: EBUSY)
  }

  func unifiedStatistics(_ group: String) -> CgroupStatistics {
    var result = CgroupStatistics()
    result.memoryUsage = Self.number("\(group)/memory.current")
    result.memoryLimit = Self.number("\(group)/memory.max")
    result.memoryInactiveFile = Self.field("inactive_file", in: "\(group)/memory.stat")
    result.cpuNanoseconds = Self.field("usage_usec", in: "\(group)/cpu.stat").map { $0 * 1000 }
    result.pids = Self.number("\(group)/pids.current")
    if let io = try? File.text("\(group)/io.stat") {
      // 8:0 rbytes=4096 wbytes=0 …
      let words = io.split { $0.isWhitespace }
      let total = { (prefix: String) in
        words.filter { $0.hasPrefix(prefix) }
          .reduce(0 as UInt64) { $0 + (UInt64($1.dropFirst(prefix.count)) ?? 0) }
      }
      result.readBytes = total("rbytes=")
      result.writtenBytes = total("wbytes=")
    }
    return result
  }
}
