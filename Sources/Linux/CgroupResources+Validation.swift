import Support

extension CgroupResources {
  /// Refuses what Docker refuses, in its words, before anything is made. `processors` is how many
  /// the machine has.
  /// `online` are their numbers, among which there may be gaps.
  package func validate(processors: Int, online: [ClosedRange<Int>]? = nil) throws {
    try validateMemory()
    try validateProcessors(online ?? [0...max(0, processors - 1)])
    if let weight = blkioWeight, weight != 0, !(10...1000).contains(weight) {
      throw refusal("Range of blkio weight is from 10 to 1000", ko: "blkio 가중치의 범위는 10에서 1000까지입니다")
    }
  }

  private func validateMemory() throws {
    let limit = memory ?? 0
    let swap = memorySwap ?? 0
    if limit > 0 && limit < 6 << 20 {
      throw refusal("Minimum memory limit allowed is 6MB", ko: "메모리 제한은 최소 6MB여야 합니다")
    }
    if limit <= 0 && swap > 0 {
      throw refusal(
        "You should always set the Memory limit when using Memoryswap limit, see usage",
        ko: "memory-swap 제한을 쓰려면 memory 제한도 지정해야 합니다")
    }
    if limit > 0 && swap > 0 && swap < limit {
      throw refusal(
        "Minimum memoryswap limit should be larger than memory limit, see usage",
        ko: "memory-swap 제한은 memory 제한보다 커야 합니다")
    }
    if let reservation = memoryReservation, reservation > 0, limit > 0, reservation > limit {
      throw refusal(
        "Minimum memory limit can not be less than memory reservation limit, see usage",
        ko: "memory 제한은 memory 예약보다 작을 수 없습니다")
    }
    if let swappiness = memorySwappiness, swappiness > 100 {
      throw refusal(
        "Invalid value: \(swappiness), valid memory swappiness range is 0-100",
        ko: "잘못된 값 \(swappiness): 스왑 성향(swappiness)의 범위는 0-100입니다")
    }
  }

  private func validateProcessors(_ online: [ClosedRange<Int>]) throws {
    if let period = cpuPeriod, period != 0, !(1000...1_000_000).contains(period) {
      throw refusal(
        "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)",
        ko: "CPU cfs 주기는 1ms(1000)에서 1s(1000000) 사이여야 합니다")
    }
    if let quota = cpuQuota, quota > 0, quota < 1000 {
      throw refusal(
        "CPU cfs quota can not be less than 1ms (i.e. 1000)", ko: "CPU cfs 할당량은 1ms(1000) 이상이어야 합니다"
      )
    }
    let last = online.map(\.upperBound).max() ?? 0
    if let list = cpusetCpus, let highest = try highestProcessor(list), highest > last {
      let available = online.map {
        $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
      }.joined(separator: ",")
      throw refusal(
        "Requested CPUs are not available - requested \(list), available: \(available)",
        ko: "요청한 CPU를 쓸 수 없습니다. 요청: \(list), 사용 가능: \(available)")
    }
  }

  /// `--cpus`: Docker's check of the number itself.
  package static func validate(cpus: Double, processors: Int) throws {
    guard cpus >= 0.01, cpus <= Double(processors) else {
      throw refusal(
        "Range of CPUs is from 0.01 to \(processors).00, as there are only \(processors) CPUs "
          + "available",
        ko: "CPU가 \(processors)개뿐이므로 CPU 수는 0.01에서 \(processors).00까지 지정할 수 있습니다")
    }
  }

  /// The largest number in a list such as `0-2,4`; nil for an empty list.
  private func highestProcessor(_ list: String) throws -> Int? {
    var highest: Int?
    for range in list.split(separator: ",", omittingEmptySubsequences: list.isEmpty) {
      let ends = range.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
        first >= 0, first <= last
      else {
        throw refusal(
          "Invalid value \(list) for cpuset cpus", ko: "cpuset cpus 값이 잘못되었습니다: \(list)")
      }
      highest = max(highest ?? 0, last)
    }
    return highest
  }
}

private func refusal(_ en: String, ko: String) -> DklabError {
  DklabError(.invalid, id: "resources.invalid", Text(en, ko: ko), exitStatus: 125)
}
