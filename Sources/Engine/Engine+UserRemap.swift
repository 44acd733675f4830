import Glibc
import Linux
import Networks
import Runtime
import Support

extension Engine {
  /// Gives a container that is being made the engine's mapping of users, unless it wants to stay among the
  /// host's. Throws `DklabError` `userns.conflict`, in dockerd's words, for what only the host's root can do.
  /// Without `makesUser` the user of `default` is not made, and gets the ranges here that he would get.
  func remapUsers(_ host: inout HostConfig, makesUser: Bool = true) throws {
    guard host.usernsMode != "host",
      let remap = try UserRemap.current(makesUser: makesUser)
    else { return }
    if host.privileged {
      throw refused(
        "privileged mode is incompatible with user namespaces.  You must run the container in the host "
          + "namespace when running privileged mode",
        ko: "--privileged는 userns-remap과 함께 쓸 수 없습니다")
    }
    if try NetworkMode(parsing: host.networkMode) == .host {
      throw refused(
        "cannot share the host's network namespace when user namespaces are enabled",
        ko: "userns-remap을 켜면 호스트의 network 네임스페이스를 함께 쓸 수 없습니다")
    }
    if host.pidMode == "host" {
      throw refused(
        "cannot share the host PID namespace when user namespaces are enabled",
        ko: "userns-remap을 켜면 호스트의 pid 네임스페이스를 함께 쓸 수 없습니다")
    }
    host.remap = remap
  }

  /// `SecurityOptions` of `docker info`: what stands between containers and the machine.
  package static func securityOptions() -> [String] {
    var options = ["name=seccomp,profile=builtin"]
    if UserNamespace.current.isNested {
      options.append("name=rootless")
    } else if UserRemap.isOn {
      options.append("name=userns")
    }
    return options
  }

  private func refused(_ english: String, ko korean: String) -> DklabError {
    DklabError(
      .invalid, id: "userns.conflict", Text(english, ko: korean),
      hint: Text(
        "--userns=host leaves this one container among the host's users",
        ko: "--userns=host를 주면 이 컨테이너만 호스트의 사용자를 그대로 씁니다"), exitStatus: 125)
  }

  /// Who shares a namespace of a container that has users of its own is one of these, too: a namespace
  /// belongs to the user namespace it was made in.
  func sharedUserNamespace(
    _ record: ContainerRecord, with others: [ContainerRecord]
  ) throws -> Int32? {
    guard let remap = record.spec.host.remap, let first = others.first else { return nil }
    let namespaces = try others.map { try Namespace.user.inode(of: $0.state.pid) }
    for (other, namespace) in zip(others, namespaces) {
      guard other.spec.host.remap == remap, namespace == namespaces[0] else {
        throw DklabError(
          .conflict, id: "userns.other",
          Text(
            "cannot share a namespace of container \(other.name): its users are others",
            ko: "컨테이너 \(other.name)은(는) 사용자 매핑이 달라서 네임스페이스를 함께 쓸 수 없습니다"),
          hint: Text(
            "create both with the same userns-remap, or this one with --userns=host",
            ko: "둘을 같은 userns-remap으로 만들거나, 이 컨테이너를 --userns=host로 만드십시오"),
          exitStatus: 125)
      }
    }
    return first.state.pid
  }
}

extension UserRemap {
  /// What the container's user and group are on the host; nil for one that it has not.
  func onHost(_ user: UInt32, _ group: UInt32) -> (user: UInt32, group: UInt32)? {
    guard let user = users.outside(user), let group = groups.outside(group) else { return nil }
    return (user, group)
  }

  /// What the container sees of an owner on the host: of a stranger, what the kernel shows for one
  /// (/proc/sys/kernel/overflowuid).
  func shown(_ user: UInt32, _ group: UInt32) -> (user: UInt32, group: UInt32) {
    (users.inside(user) ?? 65534, groups.inside(group) ?? 65534)
  }

  /// What the host's user and group are in the container; nil for a stranger.
  func inContainer(_ user: UInt32, _ group: UInt32) -> (user: UInt32, group: UInt32)? {
    guard let user = users.inside(user), let group = groups.inside(group) else { return nil }
    return (user, group)
  }

  /// `net.ipv4.ping_group_range`: the groups there are, less the one that means "none".
  var pingGroups: String {
    let last = groups.reduce(0) { $0 + $1.size } - 1
    return "0 \(min(last, 65534))"
  }
}
