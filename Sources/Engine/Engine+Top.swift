import Glibc
import Linux
import Support

extension Engine {
  /// The host's process ids of a container's processes: by control group where there is one, else
  /// by pid namespace.
  package func processes(of record: ContainerRecord) throws -> [pid_t] {
    guard record.state.isActive, record.state.pid > 0 else { throw notRunning(record) }
    if let cgroup = record.state.cgroup, let pids = try? cgroup.processes(), !pids.isEmpty {
      return pids.sorted()
    }
    let namespace = try Namespace.pid.inode(of: record.state.pid)
    return try Directory.list("/proc").compactMap { pid_t($0) }.filter {
      (try? Namespace.pid.inode(of: $0)) == namespace
    }.sorted()
  }
}
