import Glibc
import Support

/// The limits of a container, in Docker's units. Nil means: not asked for, the kernel's default.
package struct CgroupResources: Sendable, Hashable, Codable {
  /// Bytes; -1 unlimited.
  package var memory: Int64?
  /// Bytes kept for the group under pressure (v1 soft limit, v2 memory.low).
  package var memoryReservation: Int64?
  /// Memory and swap together, in bytes, as `--memory-swap`: -1 unlimited, nil or 0 twice `memory`.
  package var memorySwap: Int64?
  /// Whether `memorySwap` has docker's default; in config.json what is not there is not set.
  package var swapFollowsMemory = true
  /// 0 to 100; cgroup v1 only.
  package var memorySwappiness: UInt64?
  /// Pause instead of kill at the limit; cgroup v1 only.
  package var oomKillDisable = false
  /// Microseconds of processor time in each period; -1 unlimited.
  package var cpuQuota: Int64?
  /// Microseconds; 100000 when nil and a quota is set.
  package var cpuPeriod: UInt64?
  /// Relative weight in cgroup v1's scale, 2 to 262144, 1024 being the default; 0 is not set.
  package var cpuShares: UInt64?
  /// Lists such as `0-2,4`.
  package var cpusetCpus: String?
  package var cpusetMems: String?
  /// The number of processes and threads; 0 or less is unlimited.
  package var pidsLimit: Int64?
  /// 10 to 1000; 0 is not set.
  package var blkioWeight: UInt16?
  /// The device list in order; nil leaves devices alone.
  package var devices: [DeviceRule]?
  /// Control files without a name here, written last.
  package var settings: [CgroupSetting] = []
  /// What cannot be limited is an error and no warning.
  package var isExact = false
  /// A group in every hierarchy there is, so that any limit can be set later.
  package var usesEveryController = false

  package init() {}

  /// `--cpus 1.5`: that many processors' time in each period of 100 ms.
  package mutating func setCpus(_ cpus: Double) {
    cpuPeriod = 100_000
    cpuQuota = Int64((cpus * 100_000).rounded())
  }

  /// Whether there is no limit that a user asked for. Devices do not count: every container has
  /// the same list, and where there are no control groups a user namespace does its work.
  package var isUnlimited: Bool {
    var copy = self
    copy.devices = nil
    copy.usesEveryController = false
    copy.isExact = false
    copy.swapFollowsMemory = true
    return copy == CgroupResources()
  }

  /// Without what says "no limit": that needs no controller.
  var limiting: CgroupResources {
    var copy = self
    if memory ?? 0 <= 0 { copy.memory = nil }
    if memorySwap ?? 0 <= 0 { copy.memorySwap = nil }
    if memoryReservation ?? 0 <= 0 { copy.memoryReservation = nil }
    if cpuQuota ?? 0 <= 0 { copy.cpuQuota = nil }
    if pidsLimit ?? 0 <= 0 { copy.pidsLimit = nil }
    return copy
  }

  /// Memory and swap together, with Docker's default: nil when `memory` is not limited.
  var effectiveMemorySwap: Int64? {
    if let memorySwap, memorySwap != 0 { return memorySwap }
    guard swapFollowsMemory, let memory, memory > 0 else { return nil }
    return memory.multipliedReportingOverflow(by: 2).overflow ? -1 : memory * 2
  }

  /// The v1 controllers in which the container gets a group. Each costs about 60 µs over its life,
  /// so of those that only limit we take what is asked for. Always: freezer (pause, and killing
  /// everything), memory, cpuacct and pids, which also count what `docker stats` shows.
  var legacyControllers: [String] {
    if usesEveryController { return CgroupMount.limiting }
    return ["freezer", "memory", "pids", "cpuacct"] + (devices == nil ? [] : ["devices"])
      + requestedControllers.filter { ["cpu", "cpuset", "blkio"].contains($0) }
  }

  /// The controllers without which some limit that was asked for has no effect.
  var requestedControllers: [String] {
    let isMemory =
      memory != nil || memoryReservation != nil || memorySwap ?? 0 != 0
      || memorySwappiness != nil || oomKillDisable
    let isCpu = cpuQuota != nil || cpuPeriod != nil || cpuShares ?? 0 != 0
    let wanted = [
      ("memory", isMemory), ("pids", pidsLimit != nil), ("cpu", isCpu),
      ("cpuset", cpusetCpus != nil || cpusetMems != nil), ("blkio", blkioWeight ?? 0 != 0),
    ]
    let named = wanted.filter(\.1).map(\.0)
    return named + Set(settings.map(\.controller)).subtracting(named).sorted()
  }

  /// Forgets what a controller that is not there would have limited.
  mutating func dropLimits(of controller: String) {
    settings.removeAll { $0.controller == controller }
    switch controller {
    case "memory":
      (memory, memoryReservation, memorySwap, memorySwappiness) = (nil, nil, nil, nil)
      oomKillDisable = false
    case "cpu": (cpuQuota, cpuPeriod, cpuShares) = (nil, nil, nil)
    case "cpuset": (cpusetCpus, cpusetMems) = (nil, nil)
    case "pids": pidsLimit = nil
    case "blkio": blkioWeight = nil
    default: break
    }
  }
}

/// One control file and what is written into it, for limits that are only passed on.
package struct CgroupSetting: Sendable, Hashable, Codable {
  /// The v1 controller, which on v2 may have another name (`blkio` is `io`).
  package var controller: String
  package var file: String
  package var value: String
  /// Some kernels do not have the file, and nothing is lost then.
  package var isOptional = false

  package init(_ controller: String, _ file: String, _ value: String) {
    self.controller = controller
    self.file = file
    self.value = value
  }
}
