import Linux
import Support

extension Planner {
  /// After pivot_root: only the container's tree is there.
  mutating func planInside() {
    if let name = wish.spec.linux?.rootfsPropagation,
      let flags = MountFlags.propagationNames[name]
    {
      add(
        .inside, .setRootPropagation(flags),
        Text("asked for by the specification", ko: "명세가 요구합니다"))
    }
    if wish.spec.root?.readonly ?? false {
      add(
        .inside, .makeRootReadOnly,
        Text(
          "--read-only: nothing in the container layer can change",
          ko: "--read-only: 컨테이너 레이어에 아무것도 쓸 수 없습니다"))
    }
    add(
      .inside, .newSession,
      Text(
        "a session of its own: the host's terminal sends it no signals",
        ko: "자기 세션을 만들어 호스트 터미널의 시그널을 받지 않습니다"))
    if let name = wish.keyring {
      add(
        .inside, .newKeyring(name),
        Text("keys of its own: not those of whoever starts it", ko: "시작한 사람의 키가 아니라 자기만의 키링을 씁니다"))
    }
    if wish.spec.process?.terminal ?? false {
      add(
        .inside, .openConsole(wish.consoleSize),
        Text(
          "-t: a terminal from the container's own devpts; the monitor keeps the other end",
          ko: "-t: 컨테이너의 devpts에서 터미널을 열고 반대쪽 끝은 모니터가 가집니다"))
    }
  }

  /// From everything to just enough. Each step needs a privilege that a later one gives up.
  mutating func planIdentity() throws {
    guard let process = wish.spec.process else {
      throw DklabError(
        .invalid, id: "spec.process",
        Text("the specification has no process", ko: "명세에 process가 없습니다"))
    }
    if let score = process.oomScoreAdj {
      add(
        .identity, .setOOMScore(score),
        Text("who dies first when memory runs out", ko: "메모리가 모자랄 때 누가 먼저 죽을지 정합니다"))
    }
    for limit in process.rlimits ?? [] {
      add(
        .identity, .setRlimit(limit),
        Text("a limit for each process", ko: "프로세스마다 적용되는 제한입니다"))
    }
    planSchedule(process)
    try planPrivileges(process)
    if wish.diesWithMonitor {
      add(
        .identity, .dieWithMonitor,
        Text(
          "after setuid, which clears it: without its monitor nobody would keep logs or status",
          ko: "setuid가 이 설정을 지우므로 그 뒤에 합니다. 모니터가 없으면 로그와 상태를 지킬 수 없습니다"))
    }
    // Whoever creates the container hands the listener on, and may be gone after the next step.
    let noNewPrivileges = process.noNewPrivileges ?? false
    if noNewPrivileges && agentPath != nil { addFilter() }
    if wish.awaitsStart {
      add(
        .identity, .awaitStart,
        Text(
          "everything is ready: `create` ends here, and `start` lets the program run",
          ko: "모든 준비가 끝났습니다. `create`는 여기서 끝나고 `start`가 프로그램을 실행합니다"))
    }
    if let hooks = wish.spec.hooks?[.startContainer], !hooks.isEmpty, wish.awaitsStart {
      add(
        .identity, .runHooks(.startContainer, hooks),
        Text("programs of the container, before its own", ko: "컨테이너 안의 프로그램을 먼저 실행합니다"))
    }
    // With no_new_privs it takes no privilege: so last of all, and nothing of ours has to pass it.
    if noNewPrivileges && agentPath == nil { addFilter() }
    if wish.usesInit {
      add(
        .identity, .forkInit,
        Text(
          "--init: process 1 passes signals on and collects orphans",
          ko: "--init: 1번 프로세스가 시그널을 전하고 고아 프로세스를 거둡니다"))
    }
    add(
      .identity, .execute(process.args ?? []),
      Text(
        "from here on it is the image's program; every descriptor of ours closes",
        ko: "여기서부터는 이미지의 프로그램입니다. 우리 쪽 파일 디스크립터는 모두 닫힙니다"))
  }

  /// Raising any of these takes privileges that go next.
  private mutating func planSchedule(_ process: SpecProcess) {
    let reason = Text("asked for by the specification", ko: "명세가 요구합니다")
    if let personality = wish.spec.linux?.personality.flatMap(Personality.init) {
      add(.identity, .setPersonality(personality.value), reason)
    }
    if let spec = process.scheduler, let policy = SchedulingPolicy(spec) {
      add(.identity, .setScheduler(policy.attributes, name: spec.policy), reason)
    }
    if let spec = process.ioPriority,
      let priority = InputOutputPriority(className: spec.class, level: spec.priority ?? 0)
    {
      add(.identity, .setIOPriority(priority, name: spec.class), reason)
    }
    if let label = process.apparmorProfile, !label.isEmpty, host.modules.contains(.appArmor) {
      add(.identity, .setLabel(.appArmor, label), reason)
    }
    if let label = process.selinuxLabel, !label.isEmpty, host.modules.contains(.selinux) {
      add(.identity, .setLabel(.selinux, label), reason)
    }
  }

  private var agentPath: String? { wish.spec.linux?.seccomp?.agentPath }

  /// `when` says why now, if there is something to say.
  private mutating func addFilter(_ when: Text? = nil) {
    guard wish.hasSeccomp else { return }
    var reason = Text(
      "only system calls on the list; the others fail with EPERM",
      ko: "목록에 있는 시스템 콜만 허용하고 나머지는 EPERM으로 실패합니다")
    if agentPath != nil {
      reason = Text(
        "the agent at that socket answers some system calls in the kernel's stead",
        ko: "그 소켓의 에이전트가 몇몇 시스템 콜에 커널 대신 대답합니다")
    }
    if let when { reason = Text(reason.en + when.en, ko: reason.ko + when.ko) }
    add(.identity, agentPath.map { .loadSeccompForAgent(path: $0) } ?? .loadSeccomp, reason)
  }

  private mutating func planPrivileges(_ process: SpecProcess) throws {
    let sets = try capabilitySets(process)
    let noNewPrivileges = process.noNewPrivileges ?? false
    // Loading a filter takes CAP_SYS_ADMIN, unless privileges can no longer grow.
    if !noNewPrivileges {
      addFilter(
        Text(
          "; now, because it takes a privilege that goes next",
          ko: ". 곧 내려놓을 권한이 필요하므로 지금 합니다"))
    }
    if let sets {
      add(
        .identity, .dropBounding(keeping: sets.bounding),
        Text(
          "not even root in the container can get these back",
          ko: "컨테이너의 root도 되찾을 수 없게 합니다"))
    }
    add(
      .identity, .changeDirectory(process.cwd),
      Text(
        "before setuid, as docker does: an image's WORKDIR may be one that its user could not enter",
        ko: "Docker처럼 setuid 전에 이동합니다. 이미지의 WORKDIR이 그 사용자는 들어갈 수 없는 곳일 수 있습니다"))
    add(
      .identity, .setUser(process.user),
      Text(
        "USER or --user; the name is looked up in the container's own /etc/passwd",
        ko: "USER 또는 --user. 이름은 컨테이너의 /etc/passwd에서 찾습니다"))
    if let sets {
      add(
        .identity, .setCapabilities(sets),
        Text(
          "root's power in slices: only these slices are left",
          ko: "root의 힘을 나눈 조각들 가운데 이것만 남깁니다"))
    }
    if noNewPrivileges {
      add(
        .identity, .setNoNewPrivileges,
        Text("setuid programs no longer raise privileges", ko: "setuid 프로그램도 권한을 높이지 못합니다"))
    }
  }

  private func capabilitySets(_ process: SpecProcess) throws -> CapabilitySets? {
    guard let names = process.capabilities else { return nil }
    return CapabilitySets(
      bounding: try CapabilitySet(names: names.bounding ?? []),
      effective: try CapabilitySet(names: names.effective ?? []),
      permitted: try CapabilitySet(names: names.permitted ?? []),
      inheritable: try CapabilitySet(names: names.inheritable ?? []),
      ambient: try CapabilitySet(names: names.ambient ?? []))
  }
}
