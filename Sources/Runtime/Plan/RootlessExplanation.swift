import Linux
import Support

/// What stands before the plan of a launch without root (`run --explain`): the namespace everything
/// below happens in, and what it cannot give.
package struct RootlessExplanation: Sendable, Equatable {
  /// A fact, and what it means.
  struct Entry: Sendable, Equatable {
    var fact: Text
    var meaning: Text
  }

  var entries: [Entry]

  /// For a user namespace with these ids and control groups.
  ///
  /// - Parameter userName: of the host's user who is root inside, for the reader.
  init(users: [UserNamespace.Range], userName: String?, cgroups: CgroupLayout) {
    entries = []
    let own = users.first { $0.inside == 0 }
    if let own {
      let name = userName.map { " (\($0))" } ?? ""
      entries.append(
        Entry(
          fact: Text(
            "user 0 in here is user \(own.outside)\(name) on the host",
            ko: "여기의 사용자 0(root)은 호스트의 사용자 \(own.outside)\(name)입니다"),
          meaning: Text(
            "the container's root is you: what you may not do on this machine, it may not either",
            ko: "컨테이너의 root는 바로 당신입니다. 당신이 이 컴퓨터에서 할 수 없는 일은 컨테이너의 root도 할 수 없습니다")))
    }
    let lent = users.filter { $0.inside != 0 }
    for range in lent {
      let (inside, outside) = (range.last(\.inside), range.last(\.outside))
      entries.append(
        Entry(
          fact: Text(
            "users \(range.inside)-\(inside) are \(range.outside)-\(outside) on the host",
            ko: "여기의 사용자 \(range.inside)-\(inside)은(는) 호스트의 \(range.outside)-\(outside)입니다"),
          meaning: Text(
            "numbers that /etc/subuid lends you, entered by newuidmap: other users of an image live on "
              + "them, and on the host they are nobody",
            ko: "/etc/subuid가 당신에게 빌려준 번호이고 newuidmap이 적어 넣었습니다. 이미지의 다른 사용자가 이 번호를 쓰며, "
              + "호스트에서는 아무도 아닙니다")))
    }
    if lent.isEmpty, own?.count ?? 1 == 1 {
      entries.append(
        Entry(
          fact: Text("no other user exists in here", ko: "여기에 다른 사용자는 없습니다"),
          meaning: Text(
            "without newuidmap and a line of yours in /etc/subuid there is one number only: programs "
              + "that change to another user (--user, apt, nginx) fail",
            ko: "newuidmap과 /etc/subuid의 당신 줄이 없으면 번호가 하나뿐입니다. 다른 사용자로 바꾸는 프로그램"
              + "(--user, apt, nginx)은 실패합니다")))
    }
    if let limitation = cgroups.limitation {
      entries.append(
        Entry(
          fact: Text("no limits", ko: "자원 제한 없음"), meaning: limitation))
    } else if let base = cgroups.hierarchies.first?.base {
      entries.append(
        Entry(
          fact: Text("limits below \(base)", ko: "\(base) 아래에서 자원을 제한합니다"),
          meaning: Text(
            "a control group that was delegated to you, so limits work without root",
            ko: "당신에게 위임된 cgroup이라 root 없이도 제한이 듣습니다")))
    }
    entries.append(
      Entry(
        fact: Text("a network of your own", ko: "당신만의 네트워크"),
        meaning: Text(
          "bridge and cables belong to this namespace too; packets leave through pasta or "
            + "slirp4netns, a program that opens ordinary connections for you",
          ko: "브리지와 가상 케이블도 이 네임스페이스의 것입니다. 밖으로는 pasta나 slirp4netns가 당신의 권한으로 "
            + "평범한 연결을 열어 내보냅니다")))
  }

  /// For this process; nil when it is in the machine's first user namespace.
  package static func observe() -> RootlessExplanation? {
    guard UserNamespace.current.isNested else { return nil }
    let users = UserNamespace.currentUsers
    let outside = users.first { $0.inside == 0 }?.outside
    return RootlessExplanation(
      users: users, userName: outside.flatMap { HostUsers.name(of: $0) },
      cgroups: CgroupLayout.observe())
  }

  /// In the form of a plan: each fact with its meaning under it.
  package func text(_ language: Language = .current) -> String {
    let title = Text(
      "[user] without root: everything below happens in a user namespace of yours",
      ko: "[user] root 없이: 아래의 모든 일은 당신의 사용자 네임스페이스 안에서 일어납니다")
    return
      ([title(language)]
      + entries.flatMap { ["  \($0.fact(language))", "      \($0.meaning(language))"] })
      .joined(separator: "\n") + "\n"
  }
}

extension UserNamespace.Range {
  fileprivate func last(_ start: KeyPath<UserNamespace.Range, UInt32>) -> UInt32 {
    self[keyPath: start] &+ count &- 1
  }
}
