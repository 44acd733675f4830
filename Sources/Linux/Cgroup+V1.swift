// cgroup v1: one directory in each controller's tree.
//
// The kernel's documentation calls the files: Documentation/admin-guide/cgroup-v1. A group inherits
// its parent's devices; cpuset is the odd one out, where a new group has no processors and no
// memory nodes, and refuses every process until it is given some.

import Glibc
import Support

extension CgroupHandle {
  /// Makes the directory of a group in one hierarchy. Components above it may exist already.
  static func makeLegacy(_ directory: String, controller: String, base: String) throws {
    try Directory.make(directory)
    guard controller == "cpuset" else { return }
    var parent = base
    for part in directory.dropFirst(base.count).split(separator: "/") {
      let child = "\(parent)/\(part)"
      for file in ["cpuset.cpus", "cpuset.mems"] {
        let current = try File.text("\(child)/\(file)")
        guard current.allSatisfy(\.isWhitespace) else { continue }
        try File.command("\(child)/\(file)", try File.text("\(parent)/\(file)"))
      }
      parent = child
    }
  }

  func applyLegacy(_ wanted: CgroupResources, _ writer: inout CgroupWriter) throws {
    if let memory = directories["memory"] { try applyLegacyMemory(wanted, memory, &writer) }
    if let cpu = directories["cpu"] {
      if let shares = wanted.cpuShares, shares != 0 {
        try writer.write(
          "\(cpu)/cpu.shares", String(shares), orWarn: .kernelLacks("CPU shares", ko: "CPU 가중치"))
      }
      let warning = Text.kernelLacks("CPU CFS quota", ko: "CPU 할당량")
      if let period = wanted.cpuPeriod, period != 0 {
        try writer.write("\(cpu)/cpu.cfs_period_us", String(period), orWarn: warning)
      }
      if let quota = wanted.cpuQuota, quota != 0 {
        try writer.write("\(cpu)/cpu.cfs_quota_us", String(quota), orWarn: warning)
      }
    }
    if let cpuset = directories["cpuset"] {
      let warning = Text.kernelLacks("cpuset", ko: "cpuset")
      if let cpus = wanted.cpusetCpus {
        try writer.write("\(cpuset)/cpuset.cpus", cpus, orWarn: warning)
      }
      if let nodes = wanted.cpusetMems {
        try writer.write("\(cpuset)/cpuset.mems", nodes, orWarn: warning)
      }
    }
    if let pids = directories["pids"], let limit = wanted.pidsLimit {
      try writer.write(
        "\(pids)/pids.max", limit > 0 ? String(limit) : "max",
        orWarn: .kernelLacks("pids limit", ko: "프로세스 수 제한"))
    }
    if let blkio = directories["blkio"], let weight = wanted.blkioWeight, weight != 0 {
      let isBfq = File.exists("\(blkio)/blkio.bfq.weight")
      try writer.write(
        "\(blkio)/blkio.\(isBfq ? "bfq." : "")weight", String(weight),
        orWarn: .kernelLacks("block I/O weight", ko: "블록 입출력 가중치"))
    }
    if let devices = directories["devices"], let rules = wanted.devices {
      try Self.writeDevices(rules, devices)
    }
  }

  private func applyLegacyMemory(
    _ wanted: CgroupResources, _ directory: String, _ writer: inout CgroupWriter
  ) throws {
    let lacksMemory = Text.kernelLacks("memory limit", ko: "메모리 제한")
    let swapFile = "\(directory)/memory.memsw.limit_in_bytes"
    if let memory = wanted.memory, memory != 0 {
      let file = "\(directory)/memory.limit_in_bytes"
      do {
        try writer.write(file, String(memory), orWarn: lacksMemory)
      } catch let error as SyscallError where error.errno == EINVAL {
        // Memory alone may never be more than memory and swap: raise that one first.
        guard let swap = wanted.effectiveMemorySwap else { throw error }
        try writer.write(swapFile, String(swap), orWarn: .kernelLacksSwapLimit)
        try writer.write(file, String(memory), orWarn: lacksMemory)
      }
    }
    if let swap = wanted.effectiveMemorySwap {
      try writer.write(swapFile, String(swap), orWarn: .kernelLacksSwapLimit)
    }
    if let reservation = wanted.memoryReservation, reservation != 0 {
      try writer.write(
        "\(directory)/memory.soft_limit_in_bytes", String(reservation),
        orWarn: .kernelLacks("memory soft limit", ko: "메모리 예약"))
    }
    if let swappiness = wanted.memorySwappiness {
      try writer.write(
        "\(directory)/memory.swappiness", String(swappiness),
        orWarn: .kernelLacks("memory swappiness", ko: "스왑 성향(swappiness)"))
    }
    if wanted.oomKillDisable {
      try writer.write(
        "\(directory)/memory.oom_control", "1",
        orWarn: .kernelLacks("OomKillDisable", ko: "OOM 킬 비활성화"))
    }
  }

  /// Each write is one command to the list; a rule for everything resets it.
  private static func writeDevices(_ rules: [DeviceRule], _ directory: String) throws {
    let allow = try FileDescriptor.open("\(directory)/devices.allow", O_WRONLY)
    let deny = try FileDescriptor.open("\(directory)/devices.deny", O_WRONLY)
    for rule in rules {
      let line = rule.kind == .all ? "a" : rule.description
      do {
        try writeAll(rule.allow ? allow.number : deny.number, line)
      } catch let error as SyscallError {
        throw SyscallError("write \(line)", directory, errno: error.errno)
      }
    }
  }

  /// Asks the freezer and waits. A process in the middle of a fork can hold the state at FREEZING,
  /// and thawing for a moment lets it finish (runc does the same).
  func freezeLegacy(_ directory: String) throws {
    let file = "\(directory)/freezer.state"
    for round in 0..<1000 {
      if round % 50 == 49 { try File.command(file, "THAWED") }
      try File.command(file, "FROZEN")
      if try File.text(file).hasPrefix("FROZEN") { return }
      usleep(1000)
    }
    try? File.command(file, "THAWED")
    throw SyscallError("freeze", directory, errno: EBUSY)
  }

  func thawLegacy(_ directory: String) throws {
    try File.command("\(directory)/freezer.state", "THAWED")
  }

  func legacyStatistics() -> CgroupStatistics {
    var result = CgroupStatistics()
    if let memory = directories["memory"] {
      result.memoryUsage = Self.number("\(memory)/memory.usage_in_bytes")
      // "Unlimited" is the largest multiple of the page size that fits.
      result.memoryLimit = Self.number("\(memory)/memory.limit_in_bytes")
        .flatMap { $0 >= 1 << 62 ? nil : $0 }
      result.memoryInactiveFile = Self.field("total_inactive_file", in: "\(memory)/memory.stat")
    }
    if let cpuacct = directories["cpuacct"] {
      result.cpuNanoseconds = Self.number("\(cpuacct)/cpuacct.usage")
    }
    if let pids = directories["pids"] { result.pids = Self.number("\(pids)/pids.current") }
    if let blkio = directories["blkio"] {
      let file = "\(blkio)/blkio.throttle.io_service_bytes_recursive"
      let lines = ((try? File.text(file)) ?? "").split(separator: "\n")
      result.readBytes = Self.sum(lines, " Read ")
      result.writtenBytes = Self.sum(lines, " Write ")
    }
    return result
  }

  /// `8:0 Read 4096`, one line for each device.
  private static func sum(_ lines: [Substring], _ word: String) -> UInt64 {
    lines.filter { $0.contains(word) }
      .reduce(0) { $0 + (UInt64($1.split(separator: " ").last ?? "") ?? 0) }
  }
}
