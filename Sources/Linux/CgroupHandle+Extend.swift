// A limit that comes later. On cgroup v1 a container has groups only in the hierarchies that its
// limits needed when it was made; `docker update` may need another, and then everything that runs
// in the container moves there.

import Glibc
import Support

extension CgroupHandle {
  /// This group with a directory in each hierarchy that `resources` needs, the container's processes
  /// in it. On cgroup v2 one directory has every controller, so there is nothing to do.
  package func extended(
    for resources: CgroupResources, on layout: CgroupLayout
  ) throws -> CgroupHandle {
    var group = self
    for controller in resources.requestedControllers where directories[controller] == nil {
      guard counts, let hierarchy = layout.hierarchy(of: controller), !hierarchy.isUnified else {
        continue
      }
      let directory = "\(hierarchy.base)/\(path)"
      // Hierarchies such as cpu,cpuacct are one.
      if controller == "cpuset" || !group.directories.values.contains(directory) {
        try Self.makeLegacy(directory, controller: controller, base: hierarchy.base)
      }
      group.directories[controller] = directory
      try moveProcesses(to: directory)
    }
    return group
  }

  /// What forks while the list is read is missed by it, so it is read again until nobody is outside.
  private func moveProcesses(to directory: String) throws {
    for _ in 0..<100 {
      let inside = Set(
        try File.text("\(directory)/cgroup.procs").split(separator: "\n").compactMap { pid_t($0) })
      let outside = try processes().filter { !inside.contains($0) }
      if outside.isEmpty { return }
      for process in outside {
        do {
          try File.command("\(directory)/cgroup.procs", String(process))
        } catch let error as SyscallError where error.errno == ESRCH {
          continue
        }
      }
    }
    throw SyscallError("move", directory, errno: EBUSY)
  }

  /// Removes what a group called `path` may have left in any hierarchy: of a container whose record
  /// does not say which it had.
  package static func removeLeftovers(_ layout: CgroupLayout, path: String) {
    for hierarchy in layout.hierarchies {
      var group = CgroupHandle.unlimited(path: path)
      let directory = "\(hierarchy.base)/\(path)"
      guard File.isDirectory(directory) else { continue }
      if hierarchy.isUnified {
        group.unified = directory
      } else {
        group.directories[hierarchy.controllers.first ?? ""] = directory
      }
      _ = try? group.killAll()
      try? group.remove()
    }
  }
}
