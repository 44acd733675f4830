import Linux
import Support

extension Planner {
  /// Device nodes, and the links programs expect beside them.
  mutating func planDevices() {
    // The host's whole /dev is what it is.
    let isBound = wish.spec.mounts?.contains { mount in
      let options = MountOptions(mount.options ?? [])
      return mount.destination == "/dev" && (mount.type == "bind" || options.flags.contains(.bind))
    }
    if isBound ?? false { return }
    for device in wish.spec.linux?.devices ?? [] {
      if (host.inUserNamespace || changesUser) && device.type != "p" {
        add(
          .rootfs, .bindDevice(source: device.source ?? device.path, path: device.path),
          Text(
            "a user namespace may not make device nodes, so the host's is mounted",
            ko: "사용자 네임스페이스는 장치 노드를 만들 수 없어 호스트의 것을 마운트합니다"))
      } else {
        add(.rootfs, .makeNode(device), MountReasons.device(device.path))
      }
    }
    let image = host.hasKernelImage ? [(path: "/dev/core", target: "/proc/kcore")] : []
    for (path, target) in DeviceNode.containerLinks + image {
      add(
        .rootfs, .symlink(target: target, path: path),
        Text("programs expect it there", ko: "프로그램이 그 자리에 있다고 기대합니다"))
    }
  }

  /// Names and settings of the new namespaces.
  mutating func planNames() throws {
    if wish.spec.linux?.namespaces?.contains(where: { $0.type == "cgroup" && $0.joinedPath == nil })
      ?? false
    {
      add(
        .rootfs, .unshareCgroup,
        Text(
          "the process is in its group already: the namespace's root is where it stands now",
          ko: "프로세스는 이미 자기 그룹에 있습니다. 지금 서 있는 곳이 네임스페이스의 뿌리가 됩니다"))
    }
    // Other networks are made by the monitor, who raises it with the rest.
    if wish.awaitsStart,
      wish.spec.linux?.namespaces?.contains(where: { $0.type == "network" && $0.joinedPath == nil })
        ?? false
    {
      add(
        .rootfs, .raiseLoopback,
        Text(
          "a new network has one interface, which is down: programs talk to themselves over 127.0.0.1",
          ko: "새 네트워크에는 꺼진 인터페이스 하나뿐입니다. 프로그램은 127.0.0.1로 자기 자신과 통신합니다"))
    }
    if let mount = cgroupMount { planCgroupFileSystems(mount.destination, mount.options) }
    if let name = wish.spec.hostname, !name.isEmpty {
      add(
        .rootfs, .setHostname(name),
        Text(
          "the prompt shows it; by default the first 12 digits of the container's id",
          ko: "프롬프트에 보이는 이름입니다. 기본값은 컨테이너 ID의 앞 12자리입니다"))
    }
    if let name = wish.spec.domainname, !name.isEmpty {
      add(.rootfs, .setDomainname(name), Text("the NIS domain name", ko: "NIS 도메인 이름입니다"))
    }
    for (key, value) in (wish.spec.linux?.sysctl ?? [:]).sorted(by: { $0.key < $1.key }) {
      _ = try Sysctl.owner(of: key, among: wish.spec.linux?.namespaces ?? [])
      add(
        .rootfs, .writeSysctl(key: key, value: value),
        Text(
          "a kernel setting of this namespace only", ko: "이 네임스페이스에만 적용되는 커널 설정입니다"))
    }
  }

  mutating func planHidden() {
    for path in wish.spec.linux?.maskedPaths ?? [] {
      add(
        .rootfs, .mask(path: path),
        Text(
          "tells of, or reaches, the host's hardware and kernel",
          ko: "호스트의 하드웨어와 커널을 드러내거나 건드리는 경로입니다"))
    }
    for path in wish.spec.linux?.readonlyPaths ?? [] {
      add(
        .rootfs, .makeReadOnly(path: path),
        Text(
          "kernel settings that are not per namespace", ko: "네임스페이스별로 나뉘지 않는 커널 설정입니다"))
    }
  }
}
