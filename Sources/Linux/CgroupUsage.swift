// What a container uses, in full: the numbers behind `docker stats` and the statistics of the
// Engine API. `CgroupStatistics` is the short form that limits and labs go by.
//
// Every number is a counter of the kernel's that only grows, or a level; whoever wants a rate takes
// two samples. The files are described in Documentation/admin-guide/cgroup-v1 and cgroup-v2.rst.
//
// Next: SystemUsage.swift.

import Glibc
import Support

/// The counters of one group. What this machine does not count is nil or empty.
package struct CgroupUsage: Sendable, Hashable {
  package var cpuNanoseconds: UInt64 = 0
  package var cpuUserNanoseconds: UInt64 = 0
  package var cpuSystemNanoseconds: UInt64 = 0
  /// cgroup v1 only.
  package var cpuNanosecondsEach: [UInt64] = []
  package var throttlingPeriods: UInt64 = 0
  package var throttledPeriods: UInt64 = 0
  package var throttledNanoseconds: UInt64 = 0
  package var memoryUsage: UInt64?
  /// Nil when unlimited.
  package var memoryLimit: UInt64?
  package var memoryMaximum: UInt64?
  package var memoryFailures: UInt64?
  /// `memory.stat`, as it is.
  package var memoryStat: [String: UInt64] = [:]
  package var pids: UInt64?
  /// Nil when unlimited.
  package var pidsLimit: UInt64?
  package var blockBytes: [BlockCounter] = []
  package var blockOperations: [BlockCounter] = []

  /// What one device was asked to do: `operation` is `read` or `write`.
  package struct BlockCounter: Sendable, Hashable {
    package var major: UInt32
    package var minor: UInt32
    package var operation: String
    package var value: UInt64
  }

  package init() {}

  /// Memory without what the kernel could drop at any time: what `docker stats` shows.
  package var memoryInUse: UInt64 {
    let usage = memoryUsage ?? 0
    let cache = memoryStat["total_inactive_file"] ?? memoryStat["inactive_file"] ?? 0
    return cache < usage ? usage - cache : usage
  }

  /// The bytes of all devices for `read` or `write`.
  package func bytes(_ operation: String) -> UInt64 {
    blockBytes.filter { $0.operation == operation }.reduce(0) { $0 &+ $1.value }
  }
}

extension CgroupHandle {
  /// Whether the kernel counts for this container at all.
  package var counts: Bool { unified != nil || !directories.isEmpty }

  /// Reads every counter.
  package func usage() -> CgroupUsage {
    unified.map(unifiedUsage) ?? legacyUsage()
  }

  private func unifiedUsage(_ group: String) -> CgroupUsage {
    var usage = CgroupUsage()
    let cpu = Self.fields("\(group)/cpu.stat")
    usage.cpuNanoseconds = (cpu["usage_usec"] ?? 0) * 1000
    usage.cpuUserNanoseconds = (cpu["user_usec"] ?? 0) * 1000
    usage.cpuSystemNanoseconds = (cpu["system_usec"] ?? 0) * 1000
    usage.throttlingPeriods = cpu["nr_periods"] ?? 0
    usage.throttledPeriods = cpu["nr_throttled"] ?? 0
    usage.throttledNanoseconds = (cpu["throttled_usec"] ?? 0) * 1000
    usage.memoryUsage = Self.number("\(group)/memory.current")
    usage.memoryLimit = Self.number("\(group)/memory.max")
    usage.memoryMaximum = Self.number("\(group)/memory.peak")
    usage.memoryFailures = Self.field("max", in: "\(group)/memory.events")
    usage.memoryStat = Self.fields("\(group)/memory.stat")
    usage.pids = Self.number("\(group)/pids.current")
    usage.pidsLimit = Self.number("\(group)/pids.max")
    // 8:0 rbytes=4096 wbytes=0 rios=1 wios=0 …
    for line in ((try? File.text("\(group)/io.stat")) ?? "").split(separator: "\n") {
      let words = line.split(separator: " ")
      guard let (major, minor) = Self.device(words.first ?? "") else { continue }
      for word in words.dropFirst() {
        let pair = word.split(separator: "=")
        guard pair.count == 2, let value = UInt64(pair[1]) else { continue }
        let counter = { (operation: String) in
          CgroupUsage.BlockCounter(
            major: major, minor: minor, operation: operation, value: value)
        }
        switch pair[0] {
        case "rbytes": usage.blockBytes.append(counter("read"))
        case "wbytes": usage.blockBytes.append(counter("write"))
        case "rios": usage.blockOperations.append(counter("read"))
        case "wios": usage.blockOperations.append(counter("write"))
        default: break
        }
      }
    }
    return usage
  }

  private func legacyUsage() -> CgroupUsage {
    var usage = CgroupUsage()
    if let cpu = directories["cpuacct"] {
      usage.cpuNanoseconds = Self.number("\(cpu)/cpuacct.usage") ?? 0
      let split = Self.fields("\(cpu)/cpuacct.stat")
      let tick = 1_000_000_000 / UInt64(max(1, sysconf(Int32(_SC_CLK_TCK))))
      usage.cpuUserNanoseconds = (split["user"] ?? 0) * tick
      usage.cpuSystemNanoseconds = (split["system"] ?? 0) * tick
      usage.cpuNanosecondsEach = ((try? File.text("\(cpu)/cpuacct.usage_percpu")) ?? "")
        .split { $0.isWhitespace }.compactMap { UInt64($0) }
    }
    if let cpu = directories["cpu"] {
      let throttling = Self.fields("\(cpu)/cpu.stat")
      usage.throttlingPeriods = throttling["nr_periods"] ?? 0
      usage.throttledPeriods = throttling["nr_throttled"] ?? 0
      usage.throttledNanoseconds = throttling["throttled_time"] ?? 0
    }
    if let memory = directories["memory"] {
      usage.memoryUsage = Self.number("\(memory)/memory.usage_in_bytes")
      usage.memoryLimit = Self.number("\(memory)/memory.limit_in_bytes")
        .flatMap { $0 >= 1 << 62 ? nil : $0 }
      usage.memoryMaximum = Self.number("\(memory)/memory.max_usage_in_bytes")
      usage.memoryFailures = Self.number("\(memory)/memory.failcnt")
      usage.memoryStat = Self.fields("\(memory)/memory.stat")
    }
    if let pids = directories["pids"] {
      usage.pids = Self.number("\(pids)/pids.current")
      usage.pidsLimit = Self.number("\(pids)/pids.max")
    }
    if let block = directories["blkio"] {
      usage.blockBytes = Self.blockCounters("\(block)/blkio.throttle.io_service_bytes_recursive")
      usage.blockOperations = Self.blockCounters("\(block)/blkio.throttle.io_serviced_recursive")
    }
    return usage
  }

  /// `8:0 Read 4096`, one line for each device and operation; the last, `Total 4096`, is none.
  private static func blockCounters(_ path: String) -> [CgroupUsage.BlockCounter] {
    ((try? File.text(path)) ?? "").split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      guard words.count == 3, let (major, minor) = device(words[0]), let value = UInt64(words[2])
      else { return nil }
      return CgroupUsage.BlockCounter(
        major: major, minor: minor, operation: words[1].lowercased(), value: value)
    }
  }

  private static func device(_ text: Substring) -> (UInt32, UInt32)? {
    let numbers = text.split(separator: ":").compactMap { UInt32($0) }
    return numbers.count == 2 ? (numbers[0], numbers[1]) : nil
  }

  /// A file of lines `name number`.
  private static func fields(_ path: String) -> [String: UInt64] {
    var result: [String: UInt64] = [:]
    for line in ((try? File.text(path, limit: 64 << 10)) ?? "").split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count == 2, let value = UInt64(words[1]) { result[String(words[0])] = value }
    }
    return result
  }
}
