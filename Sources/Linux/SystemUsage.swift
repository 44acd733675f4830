// What the whole machine uses, and a process: the other side of a percentage.
//
// Man pages: proc_stat(5), proc_meminfo(5), proc_pid_net(5), proc_pid_statm(5).

import CLinux
import Glibc
import Support

/// Counters of the machine.
package enum SystemUsage {
  /// The time all processors have spent, idle or not, in nanoseconds since boot.
  package static func cpuNanoseconds() -> UInt64 {
    nanoseconds(of: cpuTicks())
  }

  /// The time they have spent on something, in nanoseconds since boot.
  package static func busyNanoseconds() -> UInt64 {
    nanoseconds(of: cpuTicks().enumerated().filter { ![3, 4].contains($0.offset) }.map(\.element))
  }

  /// user nice system idle iowait irq softirq steal; what follows is counted in user already.
  private static func cpuTicks() -> [UInt64] {
    let line = (try? File.text("/proc/stat"))?.split(separator: "\n").first ?? ""
    return line.split(separator: " ").dropFirst().prefix(8).map { UInt64($0) ?? 0 }
  }

  private static func nanoseconds(of ticks: [UInt64]) -> UInt64 {
    ticks.reduce(0, &+) * (1_000_000_000 / UInt64(max(1, sysconf(Int32(_SC_CLK_TCK)))))
  }

  /// The machine's memory that is in use, in bytes, without what the kernel could drop at any time.
  package static func memoryInUse() -> UInt64 {
    var fields: [Substring: UInt64] = [:]
    // MemTotal:  8123456 kB
    for line in ((try? File.text("/proc/meminfo")) ?? "").split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count >= 2 { fields[words[0]] = UInt64(words[1]) }
    }
    let free = (fields["MemFree:"] ?? 0) + (fields["Inactive(file):"] ?? 0)
    let all = fields["MemTotal:"] ?? 0
    return free < all ? (all - free) * 1024 : 0
  }

  /// How many processors are on.
  /// The numbers of the processors that are switched on (/sys/devices/system/cpu/online); nil where that
  /// cannot be read.
  package static var onlineProcessors: [ClosedRange<Int>]? {
    guard let text = try? File.text("/sys/devices/system/cpu/online", limit: 4096) else {
      return nil
    }
    let ranges = text.split { $0 == "," || $0 == "\n" }.compactMap { part -> ClosedRange<Int>? in
      let ends = part.split(separator: "-").compactMap { Int($0) }
      guard let first = ends.first, let last = ends.last, first <= last else { return nil }
      return first...last
    }
    return ranges.isEmpty ? nil : ranges
  }

  package static var processors: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

  /// How much fits on the file system that `path` lies on, in bytes; nil when there is no `path`.
  package static func disk(at path: String) -> UInt64? {
    var (free, total) = (UInt64(0), UInt64(0))
    return dk_statfs_space(path, &free, &total) == 0 ? total : nil
  }

  /// The machine's memory in bytes.
  package static func memory() -> UInt64 {
    UInt64(max(0, sysconf(Int32(_SC_PHYS_PAGES)))) * UInt64(max(0, sysconf(Int32(_SC_PAGESIZE))))
  }

  /// The memory, in bytes, and the processor time, in nanoseconds, of the live process `pid`.
  package static func of(_ pid: pid_t) -> (memory: UInt64, cpu: UInt64)? {
    guard let stat = ProcessStat(of: pid),
      let pages = (try? File.text("/proc/\(pid)/statm", limit: 4096))?
        .split(separator: " ").dropFirst().first.flatMap({ UInt64($0) })
    else { return nil }
    let tick = 1_000_000_000 / UInt64(max(1, sysconf(Int32(_SC_CLK_TCK))))
    return (
      pages * UInt64(max(1, sysconf(Int32(_SC_PAGESIZE)))),
      (stat.userTicks + stat.systemTicks) * tick
    )
  }
}

/// What went through one network interface.
package struct InterfaceCounters: Sendable, Hashable {
  package var name: String
  package var receivedBytes: UInt64
  package var receivedPackets: UInt64
  package var receiveErrors: UInt64
  package var receiveDropped: UInt64
  package var sentBytes: UInt64
  package var sentPackets: UInt64
  package var sendErrors: UInt64
  package var sendDropped: UInt64

  /// The interfaces process `pid` sees, without `lo`, in the kernel's order.
  package static func observe(of pid: pid_t) -> [InterfaceCounters] {
    parse((try? File.text("/proc/\(pid)/net/dev", limit: 1 << 20)) ?? "")
  }

  /// Two lines of headings, then `name: ` and sixteen numbers.
  static func parse(_ text: String) -> [InterfaceCounters] {
    text.split(separator: "\n").dropFirst(2).compactMap { line in
      guard let colon = line.lastIndex(of: ":") else { return nil }
      let name = String(line[..<colon].drop { $0 == " " })
      let numbers = line[line.index(after: colon)...].split(separator: " ").map { UInt64($0) ?? 0 }
      guard numbers.count >= 16, name != "lo" else { return nil }
      return InterfaceCounters(
        name: name, receivedBytes: numbers[0], receivedPackets: numbers[1],
        receiveErrors: numbers[2], receiveDropped: numbers[3], sentBytes: numbers[8],
        sentPackets: numbers[9], sendErrors: numbers[10], sendDropped: numbers[11])
    }
  }
}
