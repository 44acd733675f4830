import Glibc
import Linux
import Support

/// One look at what a running container uses. A rate takes two of them.
package struct ContainerSample: Sendable {
  /// Nanoseconds since 1970.
  package var time: Int64
  /// What all processors of the machine have spent, at the same moment.
  package var systemCpuNanoseconds: UInt64
  package var processors: Int
  package var usage: CgroupUsage
  package var interfaces: [InterfaceCounters]
  /// What the container may use: its limit, or the machine's memory.
  package var memoryLimit: UInt64

  /// Of a container that does not run.
  package static func none(time: Int64) -> ContainerSample {
    ContainerSample(
      time: time, systemCpuNanoseconds: 0, processors: 0, usage: CgroupUsage(), interfaces: [],
      memoryLimit: 0)
  }

  /// The share of one processor that was used since `earlier`, in percent: 150 is one and a half.
  package func cpuPercent(since earlier: ContainerSample) -> Double {
    let used = Double(usage.cpuNanoseconds) - Double(earlier.usage.cpuNanoseconds)
    let all = Double(systemCpuNanoseconds) - Double(earlier.systemCpuNanoseconds)
    return used > 0 && all > 0 ? used / all * Double(processors) * 100 : 0
  }

  /// The share of its memory, in percent.
  package var memoryPercent: Double {
    memoryLimit == 0 ? 0 : Double(usage.memoryInUse) / Double(memoryLimit) * 100
  }
}

extension Engine {
  /// What `record` uses now; zeros when it does not run.
  ///
  /// Without control groups (a user without delegation) the processes are added up instead, so there
  /// are numbers of processor, memory and processes, and none of devices.
  package func sample(_ record: ContainerRecord) -> ContainerSample {
    let state = record.state
    let now = wallClockNanoseconds()
    guard state.isActive, state.pid > 0 else { return .none(time: now) }
    let usage: CgroupUsage
    if let cgroup = state.cgroup, cgroup.counts {
      usage = cgroup.usage()
    } else {
      usage = processUsage(record)
    }
    let machine = SystemUsage.memory()
    return ContainerSample(
      time: now, systemCpuNanoseconds: SystemUsage.cpuNanoseconds(),
      processors: SystemUsage.processors, usage: usage,
      // With the host's network these would be the host's interfaces.
      interfaces: record.spec.host.networkMode == "host"
        ? [] : InterfaceCounters.observe(of: state.pid),
      memoryLimit: min(usage.memoryLimit ?? machine, machine))
  }

  /// Simplification: what has ended already is not counted, as the kernel would in a group.
  private func processUsage(_ record: ContainerRecord) -> CgroupUsage {
    var usage = CgroupUsage()
    let processes = (try? processes(of: record)) ?? []
    for pid in processes {
      guard let (memory, cpu) = SystemUsage.of(pid) else { continue }
      usage.memoryUsage = (usage.memoryUsage ?? 0) + memory
      usage.cpuNanoseconds += cpu
    }
    usage.pids = UInt64(processes.count)
    return usage
  }
}
