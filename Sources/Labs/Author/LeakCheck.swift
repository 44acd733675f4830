// What a test instance must not leave behind: processes that still carry its name in their
// environment or command line, mounts and network namespaces below its directory, control groups,
// names of images, and its files, volumes among them. All of it is told, and goes.

import Engine
import Glibc
import Images
import Linux
import Support

enum LeakCheck {
  /// Everything that still belongs to one of `instances`, in words.
  static func leaks(of instances: [String], root: DataRoot) throws -> [String] {
    guard !instances.isEmpty else { return [] }
    var leaks: [String] = []
    for pid in try Directory.list("/proc").compactMap({ pid_t($0) }) where pid != getpid() {
      guard let owner = owner(of: pid, among: instances) else { continue }
      let name = ProcessStat(of: pid)?.name ?? "?"
      // Who holds the user's namespace serves all instances, whichever of them started it.
      if name == "dklab:keeper" { continue }
      leaks.append("process \(pid) (\(name)) of \(owner)")
      // It is told, and has to go all the same.
      kill(pid, SIGKILL)
    }
    let mounts = try File.text("/proc/self/mountinfo")
    for line in mounts.split(separator: "\n") {
      guard let owner = instances.first(where: { line.contains("/\($0)/") }) else { continue }
      let place = line.split(separator: " ").dropFirst(4).first.map(String.init) ?? ""
      let kind = line.contains(" - nsfs ") ? "network namespace" : "mount"
      leaks.append("\(kind) of \(owner): \(place)")
      if place.hasPrefix(root.path + "/") { umount2(place, Int32(MNT_DETACH)) }
    }
    for name in root.instances() {
      // A cluster of the lab's has an instance of its own, named after it.
      let bare = name.hasPrefix("kube-") ? String(name.dropFirst(5)) + " " : name
      guard let owner = instances.first(where: { bare.hasPrefix($0) && bare != $0 }) else {
        continue
      }
      leaks.append("instance \(name), made by \(owner)")
      try Engine.destroy(root: root, instance: name)
    }
    for name in instances {
      let folder = LabSession.directory(root, name)
      if File.exists(folder) {
        leaks.append("directory \(folder)")
        try? Directory.removeTree(folder)
      }
      let images = ImageStore(content: try ContentStore(root: root.content), scope: name)
      leaks += try images.list().flatMap(\.tags).map { "image \($0.familiar) of \(name)" }
      for group in cgroups(name) {
        leaks.append("control group \(group)")
        rmdir(group)
      }
      guard File.exists(root.instance(name)) else { continue }
      leaks.append("directory \(root.instance(name))")
      if let engine = try? Engine(root: root, instance: name, creating: false) {
        leaks += ((try? engine.volumes()) ?? []).map { "volume \($0.name) of \(name)" }
      }
      try Engine.destroy(root: root, instance: name)
    }
    return leaks
  }

  private static func owner(of pid: pid_t, among instances: [String]) -> String? {
    for file in ["cmdline", "environ"] {
      guard let bytes = try? File.read("/proc/\(pid)/\(file)", limit: 1 << 20) else { continue }
      let words = bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      if let name = instances.first(where: { name in
        words.contains { $0 == name || $0 == "DKLAB_INSTANCE=\(name)" }
      }) {
        return name
      }
    }
    return nil
  }

  private static func cgroups(_ instance: String) -> [String] {
    let hierarchies =
      ["/sys/fs/cgroup"]
      + ((try? Directory.list("/sys/fs/cgroup")) ?? []).map { "/sys/fs/cgroup/\($0)" }
    return hierarchies.map { "\($0)/dklab/\(instance)" }.filter { File.isDirectory($0) }
  }
}
