import Linux
import Support

extension HostConfig {
  /// Refuses limits that docker's daemon refuses, in its words, before anything is made. Throws
  /// `DklabError` `resources.invalid`.
  package func checkLimits(processors: Int = SystemUsage.processors) throws {
    var resources = CgroupResources()
    resources.memory = memory
    resources.memoryReservation = memoryReservation
    resources.memorySwap = memorySwap
    resources.cpuPeriod = cpuPeriod == 0 ? nil : UInt64(max(1, cpuPeriod))
    resources.cpuQuota = cpuQuota
    resources.cpusetCpus = cpusetCpus
    resources.blkioWeight = blkioWeight
    resources.memorySwappiness = memorySwappiness.flatMap { UInt64(exactly: $0) }
    try resources.validate(processors: processors, online: SystemUsage.onlineProcessors)
    if nanoCpus != 0 {
      try CgroupResources.validate(cpus: Double(nanoCpus) / 1e9, processors: processors)
    }
    if nanoCpus > 0, cpuQuota != 0 || cpuPeriod != 0 {
      throw refusal(
        "Conflicting options: Nano CPUs and CPU Period/Quota cannot both be set",
        ko: "--cpus는 --cpu-period, --cpu-quota와 함께 쓸 수 없습니다")
    }
    if !(-1000...1000).contains(oomScoreAdj) {
      throw refusal(
        "Invalid value \(oomScoreAdj), range for oom score adj is [-1000, 1000]",
        ko: "oom-score-adj 값 \(oomScoreAdj)이(가) 잘못되었습니다. -1000에서 1000까지 쓸 수 있습니다")
    }
  }

  private func refusal(_ english: String, ko korean: String) -> DklabError {
    DklabError(
      .invalid, id: "resources.invalid", Text(english, ko: korean), exitStatus: 125)
  }
}
