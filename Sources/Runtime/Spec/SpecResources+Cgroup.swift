import Linux
import Support

extension SpecResources {
  /// These limits for a machine with this layout. The control files that have no name in
  /// `CgroupResources` differ between the versions, and are decided here.
  package func limits(on kind: CgroupLayout.Kind) throws -> CgroupResources {
    var limits = CgroupResources()
    limits.usesEveryController = true
    limits.isExact = true
    try checkPageSizes()
    if kind == .v2 { try checkSwap() }
    limits.memory = memory?.limit
    limits.memoryReservation = memory?.reservation
    limits.memorySwap = memory?.swap
    limits.swapFollowsMemory = false
    limits.memorySwappiness = memory?.swappiness
    limits.oomKillDisable = memory?.disableOOMKiller ?? false
    limits.cpuShares = cpu?.shares
    limits.cpuQuota = cpu?.quota
    limits.cpuPeriod = cpu?.period
    limits.cpusetCpus = cpu?.cpus.flatMap { $0.isEmpty ? nil : $0 }
    limits.cpusetMems = cpu?.mems.flatMap { $0.isEmpty ? nil : $0 }
    limits.pidsLimit = pids?.limit
    limits.blkioWeight = blockIO?.weight
    limits.devices = try Self.deviceRules(devices ?? [])
    limits.settings = kind == .v2 ? unifiedSettings() : legacySettings()
    if let unified {
      guard kind == .v2 else {
        throw DklabError(
          .unsupported, id: "spec.unified",
          Text(
            "linux.resources.unified: this machine has cgroup v1, which has no unified hierarchy",
            ko: "linux.resources.unified: 이 컴퓨터는 통합 계층이 없는 cgroup v1을 씁니다"))
      }
      limits.settings += try unified.sorted { $0.key < $1.key }.map(Self.unifiedSetting)
    }
    return limits
  }

  /// v1 counts memory and swap together, v2 swap alone: of some pairs there is no difference to take.
  private func checkSwap() throws {
    guard let swap = memory?.swap, swap > 0 else { return }
    let limit = memory?.limit ?? 0
    if limit > 0 && swap >= limit { return }
    throw DklabError(
      .invalid, id: "spec.swap",
      limit <= 0
        ? Text(
          "linux.resources.memory.swap: needs memory.limit: cgroup v2 counts swap alone",
          ko: "linux.resources.memory.swap: memory.limit이 있어야 합니다. cgroup v2는 스왑만 따로 셉니다")
        : Text(
          "linux.resources.memory.swap: \(swap) is memory and swap together, and less than memory.limit \(limit)",
          ko:
            "linux.resources.memory.swap: \(swap)은(는) 메모리와 스왑을 합친 값인데 memory.limit \(limit)보다 작습니다")
    )
  }

  private func checkPageSizes() throws {
    for (index, page) in (hugepageLimits ?? []).enumerated() {
      let digits = page.pageSize.prefix { $0.isASCII && $0.isNumber }
      let unit = page.pageSize.dropFirst(digits.count)
      if !digits.isEmpty, !digits.hasPrefix("0"), ["KB", "MB", "GB"].contains(unit) { continue }
      throw DklabError(
        .invalid, id: "spec.page-size",
        Text(
          "linux.resources.hugepageLimits[\(index)].pageSize: \"\(page.pageSize)\" is not a size such as 2MB",
          ko:
            "linux.resources.hugepageLimits[\(index)].pageSize: \"\(page.pageSize)\"은(는) 2MB 같은 크기가 아닙니다"
        ))
    }
  }

  /// A limit on what is in use, and where the kernel knows it, on what is reserved: a program then hears
  /// of it when it asks, and not by a signal when it touches the memory.
  private func pageSettings(_ file: String) -> [CgroupSetting] {
    (hugepageLimits ?? []).flatMap { page in
      let used = CgroupSetting("hugetlb", "hugetlb.\(page.pageSize).\(file)", "\(page.limit)")
      var reserved = CgroupSetting(
        "hugetlb", "hugetlb.\(page.pageSize).rsvd.\(file)", "\(page.limit)")
      reserved.isOptional = true
      return [used, reserved]
    }
  }

  private static func unifiedSetting(_ entry: (key: String, value: String)) throws -> CgroupSetting
  {
    guard !entry.key.contains("/"), let dot = entry.key.firstIndex(of: ".") else {
      throw DklabError(
        .invalid, id: "spec.unified",
        Text(
          "linux.resources.unified: \(entry.key) is not the name of a control file",
          ko: "linux.resources.unified: \(entry.key)은(는) 제어 파일의 이름이 아닙니다"))
    }
    let controller = String(entry.key[..<dot])
    return CgroupSetting(
      controller == "cgroup" ? "freezer" : controller, entry.key, entry.value)
  }

  private func legacySettings() -> [CgroupSetting] {
    var result: [CgroupSetting] = []
    func add(_ controller: String, _ file: String, _ value: some CustomStringConvertible) {
      result.append(CgroupSetting(controller, "\(controller).\(file)", "\(value)"))
    }
    if let value = cpu?.realtimePeriod, value != 0 { add("cpu", "rt_period_us", value) }
    if let value = cpu?.realtimeRuntime, value != 0 { add("cpu", "rt_runtime_us", value) }
    if let value = cpu?.burst { add("cpu", "cfs_burst_us", value) }
    if let value = cpu?.idle { add("cpu", "idle", value) }
    if let value = memory?.kernelTCP, value != 0 { add("memory", "kmem.tcp.limit_in_bytes", value) }
    for entry in blockIO?.weightDevice ?? [] {
      guard let weight = entry.weight else { continue }
      add("blkio", "weight_device", "\(entry.major):\(entry.minor) \(weight)")
    }
    for (file, devices) in throttles {
      for entry in devices ?? [] {
        add("blkio", "throttle.\(file)", "\(entry.major):\(entry.minor) \(entry.rate)")
      }
    }
    result += pageSettings("limit_in_bytes")
    if let identity = network?.classID { add("net_cls", "classid", identity) }
    for entry in network?.priorities ?? [] {
      add("net_prio", "ifpriomap", "\(entry.name) \(entry.priority)")
    }
    return result + rdmaSettings
  }

  private func unifiedSettings() -> [CgroupSetting] {
    var result: [CgroupSetting] = []
    if let value = cpu?.burst { result.append(CgroupSetting("cpu", "cpu.max.burst", "\(value)")) }
    if let value = cpu?.idle { result.append(CgroupSetting("cpu", "cpu.idle", "\(value)")) }
    for entry in blockIO?.weightDevice ?? [] {
      guard let weight = entry.weight else { continue }
      result.append(
        CgroupSetting("io", "io.bfq.weight", "\(entry.major):\(entry.minor) \(weight)"))
    }
    for ((_, devices), word) in zip(throttles, ["rbps", "wbps", "riops", "wiops"]) {
      for entry in devices ?? [] {
        result.append(
          CgroupSetting("io", "io.max", "\(entry.major):\(entry.minor) \(word)=\(entry.rate)"))
      }
    }
    result += pageSettings("max")
    return result + rdmaSettings
  }

  private var throttles: [(String, [ThrottleDevice]?)] {
    [
      ("read_bps_device", blockIO?.throttleReadBpsDevice),
      ("write_bps_device", blockIO?.throttleWriteBpsDevice),
      ("read_iops_device", blockIO?.throttleReadIOPSDevice),
      ("write_iops_device", blockIO?.throttleWriteIOPSDevice),
    ]
  }

  private var rdmaSettings: [CgroupSetting] {
    (rdma ?? [:]).sorted { $0.key < $1.key }.map { name, limit in
      let handles = limit.hcaHandles.map(String.init) ?? "max"
      let objects = limit.hcaObjects.map(String.init) ?? "max"
      return CgroupSetting(
        "rdma", "rdma.max", "\(name) hca_handle=\(handles) hca_object=\(objects)")
    }
  }

  /// The device list: everything is refused first, then comes what was asked for, then what no
  /// container can do without (as in runc).
  static func deviceRules(_ rules: [SpecDeviceRule]) throws -> [DeviceRule] {
    let own = try rules.enumerated().map { index, rule in
      try rule.rule(at: "linux.resources.devices[\(index)]")
    }
    return [.denyAll] + own + DeviceRule.dockerDefault.dropFirst()
  }
}

extension SpecDeviceRule {
  fileprivate func rule(at place: String) throws -> DeviceRule {
    guard let kind = DeviceRule.Kind(rawValue: type.flatMap { $0.isEmpty ? nil : $0 } ?? "a") else {
      throw DklabError(
        .invalid, id: "spec.device-rule",
        Text(
          "\(place).type: unknown value \"\(type ?? "")\": one of a, b, c",
          ko: "\(place).type: 알 수 없는 값 \"\(type ?? "")\": a, b, c 중 하나여야 합니다"))
    }
    let letters = access.flatMap { $0.isEmpty ? nil : $0 } ?? "rwm"
    guard let access = DeviceRule.Access(letters: letters) else {
      throw DklabError(
        .invalid, id: "spec.device-rule",
        Text(
          "\(place).access: \"\(letters)\" is not made of r, w and m",
          ko: "\(place).access: \"\(letters)\"은(는) r, w, m의 조합이 아닙니다"))
    }
    func number(_ value: Int64?) -> UInt32? {
      value.flatMap { $0 < 0 ? nil : UInt32(clamping: $0) }
    }
    return DeviceRule(allow: allow, kind, number(major), number(minor), access)
  }
}
