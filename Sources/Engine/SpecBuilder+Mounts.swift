import Glibc
import Linux
import Networks
import Runtime
import Support

extension SpecBuilder {
  /// The mounts every container gets, then those that were asked for, the outer before the inner.
  func mounts() throws -> [SpecMount] {
    let asked = record.mounts
    var result = standard().filter { mount in
      !asked.contains { $0.destination == mount.destination }
    }
    for file in ["resolv.conf", "hostname", "hosts"]
    where !asked.contains(where: { $0.destination == "/etc/\(file)" }) {
      result.append(
        SpecMount(
          destination: "/etc/\(file)", type: "bind",
          source: engine.containerDirectory(record.id) + "/\(file)",
          options: ["rbind", "rprivate"] + ownOwners))
    }
    func depth(_ path: String) -> Int { path.split(separator: "/").count }
    for point in asked.sorted(by: { depth($0.destination) < depth($1.destination) }) {
      result.append(try mount(point))
    }
    return result
  }

  /// What the engine itself keeps on the disk, it keeps with the container's owners: root is root. What a
  /// user brings in keeps those of the host, as with docker.
  private var ownOwners: [String] { record.spec.host.remap == nil ? [] : ["idmap"] }

  private func mount(_ point: MountPoint) throws -> SpecMount {
    switch point.kind {
    case .tmpfs:
      return SpecMount(
        destination: point.destination, type: "tmpfs", source: "tmpfs",
        options: (point.options.contains("exec") ? [] : ["noexec"]) + ["nosuid", "nodev"]
          + point.options.filter { $0 != "exec" } + (point.readWrite ? [] : ["ro"]))
    case .bind, .volume:
      if let device = point.device, !device.isBind { return mount(device, point) }
      let isFlat = point.recursion == "disabled" || point.device?.options.contains("bind") == true
      // As docker: what is mounted below is read-only too, unless somebody says otherwise.
      let readOnly = point.readWrite ? [] : ["ro"] + (point.recursion == "writable" ? [] : ["rro"])
      let options = point.device?.options.filter { !["bind", "rbind"].contains($0) } ?? []
      var mount = SpecMount(
        destination: point.destination, type: "bind", source: try source(point),
        options: [
          isFlat ? "bind" : "rbind", point.propagation.isEmpty ? "rprivate" : point.propagation,
        ] + options + readOnly
          + (point.kind == .volume && point.device == nil ? ownOwners : []))
      if let subpath = point.subpath, !subpath.isEmpty {
        mount.within = point.device?.device ?? point.source
      }
      return mount
    }
  }

  /// A volume that is a file system of its own, mounted inside the container.
  ///
  /// Simplification: Docker mounts it once for all containers. A `tmpfs` is thus each container's own
  /// here; for disks and network file systems it makes no difference.
  private func mount(_ device: VolumeDevice, _ point: MountPoint) -> SpecMount {
    SpecMount(
      destination: point.destination, type: device.type, source: device.device,
      options: device.options + (point.readWrite ? [] : ["ro"]))
  }

  /// Where a bind mount comes from. A path below a volume must be there; it is looked up again when it
  /// is mounted, as if the volume were the root of everything: links in it lead nowhere else.
  private func source(_ point: MountPoint) throws -> String {
    let base = point.device?.device ?? point.source
    guard let subpath = point.subpath, !subpath.isEmpty else { return base }
    do {
      _ = try RootedDirectory(base).open(subpath, O_PATH)
      return "\(base)/\(subpath)"
    } catch let error as SyscallError {
      throw DklabError(
        .invalid, id: "mount.subpath",
        Text(
          "cannot access path \(base)/\(subpath): \(error)",
          ko: "볼륨 안의 경로 \(subpath)에 접근할 수 없습니다: \(error)"),
        hint: Text(
          "a subpath must exist in the volume before it is mounted",
          ko: "하위 경로는 마운트하기 전에 볼륨 안에 있어야 합니다"))
    }
  }

  private func standard() -> [SpecMount] {
    let privileged = record.spec.host.privileged
    let readOnly = privileged ? [] : ["ro"]
    var result = [
      SpecMount(
        destination: "/proc", type: "proc", source: "proc", options: ["nosuid", "noexec", "nodev"]),
      SpecMount(
        destination: "/dev", type: "tmpfs", source: "tmpfs",
        options: ["nosuid", "strictatime", "mode=755", "size=65536k"]),
      SpecMount(
        destination: "/dev/pts", type: "devpts", source: "devpts",
        options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]),
      SpecMount(
        destination: "/sys", type: "sysfs", source: "sysfs",
        options: ["nosuid", "noexec", "nodev"] + readOnly),
      SpecMount(
        destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup",
        options: ["nosuid", "noexec", "nodev"] + readOnly),
    ]
    if record.spec.host.ipcMode != "host" {
      result.append(
        SpecMount(
          destination: "/dev/mqueue", type: "mqueue", source: "mqueue",
          options: ["nosuid", "noexec", "nodev"]))
      result.append(
        SpecMount(
          destination: "/dev/shm", type: "tmpfs", source: "shm",
          options: [
            "nosuid", "noexec", "nodev", "mode=1777", "size=\(record.spec.host.shmSize)",
          ]))
    } else {
      for path in ["/dev/mqueue", "/dev/shm"] where File.isDirectory(path) {
        result.append(
          SpecMount(destination: path, type: "bind", source: path, options: ["rbind"]))
      }
    }
    return result
  }
}
