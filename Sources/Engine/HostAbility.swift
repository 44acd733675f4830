// What this machine can and cannot do for containers, found by looking and by trying, each with
// what to do about it. `dklab doctor` prints it; labs say which abilities they need.

import Glibc
import Linux
import Runtime
import Support

/// One thing a machine may be able to do.
package struct HostAbility: Sendable {
  package enum State: String, Sendable { case present, partial, missing }

  /// As labs name it in `needs`, or a name of its own.
  package let id: String
  package let title: Text
  package let state: State
  /// What was found.
  package let detail: Text
  /// What to do when it is not there.
  package let remedy: Text?

  /// Looks at this machine, as the user this process runs as.
  package static func observeAll() -> [HostAbility] {
    let namespace = UserNamespace.current
    let isRoot = geteuid() == 0 && !namespace.isNested
    let groups = CgroupLayout.observe()
    return [
      kernel(), isRoot ? root() : rootless(), overlay(), network(),
      limit("memory-limit", "memory", groups), limit("pids-limit", "pids", groups),
      limit("cpu-limit", "cpu", groups), uplink(isRoot), terminal(), users(),
      kubernetes(isRoot),
    ] + programs()
  }

  /// The ids of what is missing, as containers of `root` would find it: looked for in a child process
  /// that steps into the user's namespace first.
  package static func missing(root: DataRoot) throws -> [String] {
    let (answer, answerInside) = try FileDescriptor.pipe().split()
    let reader = FileDescriptor(owning: answer)
    try inChildProcess {
      do {
        try Engine.enterUserNamespace(root: root)
        let missing = observeAll().filter { $0.state == .missing }.map(\.id)
        try writeAll(answerInside, missing.joined(separator: " "))
        return 0
      } catch {
        return 1
      }
    }
    close(answerInside)
    let text = String(decoding: try readAll(reader.number), as: UTF8.self)
    return text.split(separator: " ").map(String.init)
  }

  private init(
    _ id: String, _ title: Text, _ state: State, _ detail: Text, remedy: Text? = nil
  ) {
    self.id = id
    self.title = title
    self.state = state
    self.detail = detail
    self.remedy = state == .present ? nil : remedy
  }

  private static func kernel() -> HostAbility {
    let release = KernelVersion.release
    let parts = release.split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
    let isEnough = parts.count == 2 && (parts[0], parts[1]) >= (5, 12)
    return HostAbility(
      "kernel", Text("Linux kernel", ko: "리눅스 커널"), isEnough ? .present : .missing,
      Text(release, ko: release),
      remedy: Text(
        "Linux 5.12 or newer is needed (mount_setattr)", ko: "리눅스 5.12 이상이 필요합니다(mount_setattr)"))
  }

  private static func root() -> HostAbility {
    HostAbility(
      "privileges", Text("privileges", ko: "권한"), .present,
      Text("root: everything is allowed", ko: "root: 모두 허용됩니다"))
  }

  private static func rootless() -> HostAbility {
    let namespace = UserNamespace.current
    let title = Text("privileges", ko: "권한")
    guard namespace.isNested else {
      return HostAbility(
        "privileges", title, .missing,
        Text("an ordinary user without a user namespace", ko: "사용자 네임스페이스가 없는 일반 사용자"),
        remedy: Text(
          "run as root, or allow user namespaces to users", ko: "root로 실행하거나 사용자 네임스페이스를 허용하세요"))
    }
    let isFull = namespace.mappedGroups > 1
    return HostAbility(
      "privileges", title, isFull ? .present : .partial,
      isFull
        ? Text("rootless, with subordinate ids", ko: "root 없이, 하위 ID 사용")
        : Text(
          "rootless with a single id: no other users exist in containers",
          ko: "root 없이, ID 하나: 컨테이너 안에 다른 사용자가 없습니다"),
      remedy: Text(
        "install uidmap (newuidmap) and add a line to /etc/subuid and /etc/subgid",
        ko: "uidmap(newuidmap)을 설치하고 /etc/subuid와 /etc/subgid에 한 줄씩 추가하세요"))
  }

  /// Whether a container can have more users than root.
  private static func users() -> HostAbility {
    let isThere = !UserNamespace.current.isNested || UserNamespace.current.mappedGroups > 1
    return HostAbility(
      "users", Text("users in containers", ko: "컨테이너 안의 사용자"), isThere ? .present : .missing,
      isThere
        ? Text("any", ko: "모두") : Text("root only: a single id is mapped", ko: "root뿐: ID 하나만 매핑됨"),
      remedy: Text(
        "install uidmap (newuidmap) and add a line to /etc/subuid and /etc/subgid",
        ko: "uidmap(newuidmap)을 설치하고 /etc/subuid와 /etc/subgid에 한 줄씩 추가하세요"))
  }

  private static func overlay() -> HostAbility {
    let known = (try? File.text("/proc/filesystems"))?.contains("\toverlay") ?? false
    return HostAbility(
      "overlay", Text("overlay file system", ko: "오버레이 파일 시스템"), known ? .present : .missing,
      known
        ? Text("known to the kernel", ko: "커널이 지원합니다")
        : Text("not known to the kernel", ko: "커널이 지원하지 않습니다"),
      remedy: Text("modprobe overlay, as root", ko: "root로 modprobe overlay를 실행하세요"))
  }

  private static func network() -> HostAbility {
    let isThere = File.exists(Namespace.network.path())
    return HostAbility(
      "network", Text("container network", ko: "컨테이너 네트워크"), isThere ? .present : .missing,
      Text(
        "bridge 172.17.0.0/16 and published ports", ko: "브리지 172.17.0.0/16과 포트 공개"),
      remedy: Text("a kernel with network namespaces", ko: "네트워크 네임스페이스가 있는 커널이 필요합니다"))
  }

  private static func limit(
    _ id: String, _ controller: String, _ groups: CgroupLayout
  ) -> HostAbility {
    let isThere = groups.hierarchy(of: controller) != nil && groups.limitation == nil
    let version = groups.kind.rawValue
    return HostAbility(
      id, Text("limit: \(controller)", ko: "제한: \(controller)"), isThere ? .present : .missing,
      isThere
        ? Text("cgroup \(version)", ko: "cgroup \(version)")
        : groups.limitation
          ?? Text(
            "cgroup \(version) without the \(controller) controller",
            ko: "cgroup \(version)에 \(controller) 컨트롤러가 없습니다"),
      remedy: Text(
        "run as root, or start with: systemd-run --user --scope -p Delegate=yes",
        ko: "root로 실행하거나 다음으로 시작하세요: systemd-run --user --scope -p Delegate=yes"))
  }

  private static func uplink(_ isRoot: Bool) -> HostAbility {
    let program = isRoot ? ["nft"] : ["pasta", "slirp4netns"]
    let found = program.first { find($0) != nil }
    return HostAbility(
      "uplink", Text("way out for containers", ko: "컨테이너의 외부 연결"),
      found == nil ? .missing : .present,
      found.map { Text("through \($0)", ko: "\($0) 사용") }
        ?? Text(
          "\(program.joined(separator: " or ")) not found",
          ko: "\(program.joined(separator: ", ")) 없음"),
      remedy: isRoot
        ? Text("apt install nftables", ko: "apt install nftables")
        : Text("apt install passt", ko: "apt install passt"))
  }

  private static func terminal() -> HostAbility {
    let pair = try? Terminal.openPair()
    if let pair { close(pair.master) }
    return HostAbility(
      "terminal", Text("pseudo-terminals", ko: "의사 터미널"), pair == nil ? .missing : .present,
      Text("/dev/ptmx", ko: "/dev/ptmx"),
      remedy: Text("mount devpts on /dev/pts", ko: "/dev/pts에 devpts를 마운트하세요"))
  }

  /// Whether clusters run here: their pods are given resources and addresses by root. They are spoken to
  /// with the genuine kubectl, or where there is none with our own.
  private static func kubernetes(_ isRoot: Bool) -> HostAbility {
    HostAbility(
      "kubernetes", Text("clusters", ko: "클러스터"), isRoot ? .present : .missing,
      isRoot
        ? find("kubectl").map { Text("with \($0)", ko: "\($0) 사용") }
          ?? Text("with dklab's own kubectl", ko: "dklab에 들어 있는 kubectl 사용")
        : Text("need root", ko: "root가 필요합니다"),
      remedy: Text("run as root", ko: "root로 실행하세요"))
  }

  /// Programs that base images are made from or with.
  private static func programs() -> [HostAbility] {
    let list: [(String, String, Text)] = [
      ("busybox", "busybox-static", Text("the busybox image", ko: "busybox 이미지")),
      ("nginx", "nginx-light", Text("the real nginx in its image", ko: "이미지에 넣을 진짜 nginx")),
      ("mmdebstrap", "mmdebstrap", Text("the real debian:12 image", ko: "진짜 debian:12 이미지")),
    ]
    return list.map { program, package, use in
      let path = find(program)
      return HostAbility(
        "program:\(program)", Text(program, ko: program), path == nil ? .partial : .present,
        path.map { Text($0, ko: $0) }
          ?? Text("not found; used for \(use(.en))", ko: "없음. 용도: \(use(.ko))"),
        remedy: Text("apt install \(package)", ko: "apt install \(package)"))
    }
  }

  private static func find(_ program: String) -> String? {
    let path = getenv("PATH").map { String(cString: $0) } ?? ""
    for directory in path.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin"] {
      let candidate = "\(directory)/\(program)"
      if access(candidate, X_OK) == 0 { return candidate }
    }
    return nil
  }
}
