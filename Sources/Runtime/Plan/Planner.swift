// From a wish to a list of operations: a pure function.
//
// The order is the lesson. The tree is built while the host's files can still be reached; what must
// be hidden is hidden before pivot_root(2), with objects the container has never touched; and
// privileges go last, each one only when nothing after it needs it. Where moving a step would break
// something, the reason says what.
//
// lab: launch-plan
// Next: Planner+Rootfs.swift, Planner+Identity.swift, then InitProcess.swift which executes the result.

import Linux
import Support

/// Plans launches.
package struct Planner: Sendable {
  let wish: LaunchWish
  let host: HostFacts
  private(set) var steps: [LaunchPlan.Step] = []
  var cgroupMount: (destination: String, options: MountOptions)?

  /// The operations that turn `wish` into a running process on a host with these facts.
  ///
  /// Throws `DklabError` for a specification that cannot be carried out.
  package static func plan(_ wish: LaunchWish, on host: HostFacts) throws -> LaunchPlan {
    var planner = Planner(wish: wish, host: host)
    try planner.planMonitor()
    try planner.planRootfs()
    planner.planInside()
    try planner.planIdentity()
    return LaunchPlan(steps: planner.steps)
  }

  /// What one more process does inside a container that is there: its tree and its namespaces are.
  static func planJoining(_ wish: LaunchWish, on host: HostFacts) throws -> LaunchPlan {
    var planner = Planner(wish: wish, host: host)
    planner.planInside()
    try planner.planIdentity()
    return LaunchPlan(steps: planner.steps)
  }

  private init(wish: LaunchWish, host: HostFacts) {
    self.wish = wish
    self.host = host
  }

  mutating func add(_ stage: LaunchPlan.Stage, _ operation: Operation, _ reason: Text) {
    steps.append(LaunchPlan.Step(stage: stage, operation: operation, reason: reason))
  }

  /// The namespaces of the specification, by kind; a path means joining.
  func namespaces() throws -> [(kind: Namespace, path: String?)] {
    try (wish.spec.linux?.namespaces ?? []).map { entry in
      guard let kind = Namespace(rawValue: entry.type) else {
        let known = Namespace.allCases.map(\.rawValue).joined(separator: ", ")
        throw DklabError(
          .invalid, id: "spec.namespace",
          Text(
            "unknown namespace type \(entry.type): one of \(known)",
            ko: "알 수 없는 네임스페이스 종류 \(entry.type): \(known) 중 하나여야 합니다"))
      }
      return (kind, entry.joinedPath)
    }
  }

  /// Whether the container gets, or joins, a user namespace that is not ours.
  var changesUser: Bool { wish.spec.linux?.namespaces?.contains { $0.type == "user" } ?? false }

  /// Whether the layers have to be shown with other owners: those of the disk mean nothing in the
  /// container. Without root there is one user namespace for everything, layers included.
  var mapsLayers: Bool {
    changesUser && host.mayMount && !host.inUserNamespace
      && !(wish.spec.linux?.uidMappings ?? []).isEmpty
  }

  private mutating func planMonitor() throws {
    let all = try namespaces()
    if let path = wish.spec.linux?.cgroupsPath {
      add(
        .monitor, .createCgroup(path: path),
        Text(
          "counts and limits what the container uses: cgroups are the other half of a container",
          ko: "컨테이너가 쓰는 자원을 세고 제한합니다. cgroup은 컨테이너의 나머지 절반입니다"))
    }
    for port in wish.ports {
      add(
        .monitor, .publishPort(host: port.host, container: port.container),
        Text(
          "opened before the launch, so that a port in use is an error and not a surprise",
          ko: "시작 전에 열어, 이미 쓰이는 포트를 바로 오류로 알립니다"))
    }
    // A process joins a pid namespace only through its children: so before clone3. And what is made
    // belongs to the user namespace it is made in.
    for (kind, path) in all where kind == .pid || kind == .user {
      guard let path else { continue }
      add(
        .monitor, .joinNamespace(kind, path: path),
        Text(
          "children of the monitor are born into it",
          ko: "모니터의 자식이 이 네임스페이스에서 태어납니다"))
    }
    if let offsets = wish.spec.linux?.timeOffsets, !offsets.isEmpty {
      add(
        .monitor, .setTimeOffsets(offsets),
        Text(
          "clocks can be set only before the first process of a time namespace",
          ko: "시간 네임스페이스의 시계는 첫 프로세스가 생기기 전에만 맞출 수 있습니다"))
    }
    planMappedOverlay()
    try planMountCopies()
    let new = all.filter { $0.path == nil && $0.kind != .cgroup }.map(\.kind)
    let sights = new.map { "\($0.rawValue) (\($0.isolates(.en)))" }
      .text(separatedBy: "; ")
    let sightsKo = new.map { "\($0.rawValue)(\($0.isolates(.ko)))" }
      .text(separatedBy: "; ")
    add(
      .monitor, .clone(namespaces: new),
      Text(
        new.isEmpty ? "an ordinary child process" : "the child sees its own: " + sights,
        ko: new.isEmpty ? "보통의 자식 프로세스입니다" : "자식은 자기만의 것을 봅니다: " + sightsKo))
    if let map = wish.spec.linux?.uidMappings, new.contains(.user) {
      add(
        .monitor, .writeIDMaps(uid: map, gid: wish.spec.linux?.gidMappings ?? []),
        Text(
          "says which host users the container's ids stand for",
          ko: "컨테이너의 ID가 호스트의 어느 사용자인지 정합니다"))
    }
    if let network = wish.network {
      add(
        .monitor,
        .attachNetwork(
          interface: network.interface, address: network.address, bridge: network.bridge),
        Text(
          "a virtual cable: one end on the bridge, the other is eth0 in the container",
          ko: "가상 케이블: 한쪽은 브리지에, 다른 쪽은 컨테이너의 eth0이 됩니다"))
    }
  }
}
