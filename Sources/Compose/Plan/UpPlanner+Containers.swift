import Support

extension UpPlanner {
  /// Brings one service to its number of containers, each of the configuration that is wished.
  mutating func planService(_ service: Service) {
    var outcome = Outcome()
    let wanted = options.scale[service.name] ?? service.replicas
    let candidates = sorted(state.containers(of: service.name), service)
    var kept: [Int: ObservedContainer] = [:]
    for container in candidates {
      if removals[container.name] != nil { continue }
      if kept[container.number] != nil {
        // An `up` that was interrupted between making a container and removing the old one.
        planRemoval(
          container,
          because: Text(
            "another one has its number \(container.number)",
            ko: "번호 \(container.number)의 컨테이너가 또 있습니다"))
      } else if kept.count >= wanted {
        planRemoval(
          container,
          because: Text(
            "\(service.name) is to have \(wanted) container\(wanted == 1 ? "" : "s")",
            ko: "\(service.name)의 컨테이너는 \(wanted)개여야 합니다"))
      } else {
        kept[container.number] = container
      }
    }
    for (number, container) in kept.sorted(by: { $0.key < $1.key }) {
      planExisting(container, number, service, &outcome)
    }
    var number = 1
    while outcome.containers.count < wanted {
      if kept[number] == nil { planNew(number, service, &outcome) }
      number += 1
    }
    outcomes[service.name] = outcome
  }

  /// Those that can stay come first, then the low numbers: what is in excess is at the end.
  private func sorted(_ containers: [ObservedContainer], _ service: Service) -> [ObservedContainer]
  {
    func rank(_ container: ObservedContainer) -> (Int, Int, Int, String) {
      let isStale = divergence(container, service) != nil
      let hasName = container.name == model.containerName(service, container.number)
      return (isStale ? 1 : 0, container.number, hasName ? 0 : 1, container.name)
    }
    return containers.sorted { rank($0) < rank($1) }
  }

  private func divergence(_ container: ObservedContainer, _ service: Service) -> Text? {
    Divergence.cause(container, service, model: model, state: state)
  }

  /// Why a container is made anew; nil when it stays.
  private func renewal(of container: ObservedContainer, _ service: Service) -> Text? {
    if let cause = usesRenewed(service) { return cause }
    // A namespace ends with the process that had it.
    for shared in service.sharedWith where outcomes[shared.service]?.isRecreated ?? false {
      return Text(
        "it shares the \(shared.kind) namespace of \(shared.service), which is made anew",
        ko: "새로 만드는 \(shared.service)의 \(shared.kind) 네임스페이스를 함께 씁니다")
    }
    switch options.recreation(of: service.name) {
    case .never: return nil
    case .force: return Text("--force-recreate was given", ko: "--force-recreate를 썼습니다")
    case .diverged: return divergence(container, service)
    }
  }

  private mutating func planExisting(
    _ container: ObservedContainer, _ number: Int, _ service: Service, _ outcome: inout Outcome
  ) {
    let name = model.containerName(service, number)
    if let cause = renewal(of: container, service) {
      return planReplacement(container, number, service, cause, &outcome)
    }
    var before: [Int] = []
    if container.name != name {
      // It was made to replace one that is gone by now.
      before = [
        plan.add(
          .renameContainer(id: container.id, from: container.name, to: name),
          because: Text("the one it replaces is gone", ko: "대신할 컨테이너가 이미 없습니다"),
          after: removals(service))
      ]
    }
    outcome.containers.append(name)
    if options.starts, let stop = stops[container.name] {
      let cause = Text("it was stopped for that", ko: "그 때문에 멈추었습니다")
      return start(name, service, because: cause, after: before + [stop], &outcome)
    }
    guard options.starts, container.status != .running, container.status != .restarting else {
      plan.unchanged.append(name)
      return
    }
    if container.status == .paused {
      outcome.starts.append(
        plan.add(
          .unpauseContainer(name: name), because: Text("it is paused", ko: "일시 정지되어 있습니다"),
          after: before))
      return
    }
    let cause =
      container.status == .created
      ? Text("it was made and never started", ko: "만들었지만 시작한 적이 없습니다")
      : Text("it has exited (\(container.exitCode))", ko: "종료되어 있습니다(\(container.exitCode))")
    start(name, service, because: cause, after: before, &outcome)
  }

  /// The steps that remove containers of `service`.
  private func removals(_ service: Service) -> [Int] {
    state.containers(of: service.name).compactMap { removals[$0.name] }.sorted()
  }

  /// The new one is made before the old one goes, under a name that says whose place it takes: it has
  /// the old one's anonymous volumes from the beginning, and whatever interrupts this, the next plan
  /// finds one of the two.
  private mutating func planReplacement(
    _ container: ObservedContainer, _ number: Int, _ service: Service, _ cause: Text,
    _ outcome: inout Outcome
  ) {
    let name = model.containerName(service, number)
    var new = ComposeOperation.NewContainer(
      service: service.name, number: number, name: "\(container.shortID)_\(name)")
    new.replaces = container.name
    if !options.renewsVolumes {
      new.inherits = container.volumes.filter(\.isAnonymous)
    }
    let made = plan.add(.createContainer(new), because: cause, after: prerequisites(service))
    outcome.creations.append(made)
    let dependents = stopsOfDependents(service, because: cause)
    let stop = planStop(container, because: cause, after: [made] + dependents)
    let removed = plan.add(
      .removeContainer(name: container.name, volumes: false), because: cause,
      after: [made] + (stop.map { [$0] } ?? []))
    let renamed = plan.add(
      .renameContainer(id: nil, from: new.name, to: name), because: cause, after: [removed])
    outcome.containers.append(name)
    outcome.isRecreated = true
    if options.starts {
      start(name, service, because: Self.justMade, after: [renamed], &outcome)
    }
  }

  private mutating func planNew(_ number: Int, _ service: Service, _ outcome: inout Outcome) {
    let name = model.containerName(service, number)
    let there = state.containers(of: service.name)
    let wasRemoved = there.first { $0.number == number && removals[$0.name] != nil }
    let cause =
      wasRemoved.flatMap { _ in usesRenewed(service) }
      ?? (there.isEmpty
        ? Text("\(service.name) has no container yet", ko: "\(service.name)의 컨테이너가 아직 없습니다")
        : Text(
          "\(service.name) is to have \(options.scale[service.name] ?? service.replicas) containers",
          ko: "\(service.name)의 컨테이너는 \(options.scale[service.name] ?? service.replicas)개여야 합니다"))
    var new = ComposeOperation.NewContainer(service: service.name, number: number, name: name)
    if let wasRemoved {
      outcome.isRecreated = true
      if !options.renewsVolumes { new.inherits = wasRemoved.volumes.filter(\.isAnonymous) }
    }
    let made = plan.add(
      .createContainer(new), because: cause, after: prerequisites(service) + removals(service))
    outcome.creations.append(made)
    outcome.containers.append(name)
    if options.starts { start(name, service, because: Self.justMade, after: [made], &outcome) }
  }

  static let justMade = Text("it has just been made", ko: "방금 만들었습니다")

  /// What must be there before a container of `service` can be made.
  private func prerequisites(_ service: Service) -> [Int] {
    var steps = service.networks.compactMap { networkSteps[$0.key] }
    steps += service.volumeKeys.compactMap { volumeSteps[$0] }
    // Volumes of another container, and namespaces of one, are resolved when it is made.
    let others = service.volumesFrom.compactMap(\.service) + service.sharedWith.map(\.service)
    steps += others.flatMap { outcomes[$0]?.creations ?? [] }
    return steps.sorted()
  }

  /// Starts a container once what its service depends on is as the file says.
  private mutating func start(
    _ name: String, _ service: Service, because cause: Text, after: [Int],
    _ outcome: inout Outcome
  ) {
    var before = after
    for dependency in service.dependencies {
      before += conditions(dependency, of: service)
    }
    outcome.starts.append(
      plan.add(
        .startContainer(name: name, service: service.name), because: cause, after: before))
  }

  private mutating func conditions(
    _ dependency: Service.Dependency, of service: Service
  ) -> [Int] {
    guard let other = outcomes[dependency.service] else { return [] }
    guard dependency.condition != .started, !other.containers.isEmpty else { return other.starts }
    let key = "\(dependency.condition.rawValue) \(dependency.required)"
    if let known = other.waits[key] { return [known] }
    let step = plan.add(
      .await(
        service: dependency.service, condition: dependency.condition,
        containers: other.containers, required: dependency.required),
      because: Text(
        "\(service.name) depends on it (\(dependency.condition.rawValue))",
        ko: "\(service.name)이(가) 기다립니다(\(dependency.condition.rawValue))"),
      after: other.starts)
    outcomes[dependency.service]?.waits[key] = step
    return [step]
  }
}
