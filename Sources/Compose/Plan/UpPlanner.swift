import Support

/// From what a project should be and what it is to what has to be done: `up` and `create`.
///
/// Networks and volumes first, then the services in the order of their dependencies. Nothing is asked
/// and nothing is done here. Next: UpPlanner+Containers.swift.
///
/// lab: compose-plan
package struct UpPlanner {
  let model: ProjectModel
  let state: ProjectState
  let options: UpOptions
  var plan = ComposePlan()
  /// The step that makes a network or volume, by its key.
  var networkSteps: [String: Int] = [:]
  var volumeSteps: [String: Int] = [:]
  /// Networks and volumes that are taken away and made again: their containers must go first.
  var renewedNetworks: Set<String> = []
  var renewedVolumes: Set<String> = []
  /// What a service's containers are after this plan.
  var outcomes: [String: Outcome] = [:]
  /// Steps that stop, and those that remove, a container, by its name: nothing is stopped twice.
  var stops: [String: Int] = [:]
  var removals: [String: Int] = [:]

  /// What the plan does to one service.
  struct Outcome {
    /// The names of its containers, in the end.
    var containers: [String] = []
    /// The steps that create, and those that start, containers.
    var creations: [Int] = []
    var starts: [Int] = []
    /// Whether a container is replaced by another.
    var isRecreated = false
    /// The step that waits for a condition of this service.
    var waits: [String: Int] = [:]
  }

  /// The plan that makes `state` what `model` says.
  package static func plan(
    _ model: ProjectModel, _ state: ProjectState, _ options: UpOptions = UpOptions()
  ) -> ComposePlan {
    var planner = UpPlanner(model: model, state: state, options: options)
    planner.planOrphans()
    planner.findRenewals()
    planner.removeUsersOfRenewed()
    planner.planNetworks()
    planner.planVolumes()
    for service in DependencyOrder.sorted(planner.services) { planner.planService(service) }
    if options.awaitsReadiness { planner.planReadiness() }
    return planner.plan
  }

  /// The services that take part.
  var services: [Service] {
    options.skipsDependencies && !options.services.isEmpty
      ? model.services.filter { options.services.contains($0.name) } : model.services
  }

  /// Networks and volumes whose configuration changed under the same name.
  private mutating func findRenewals() {
    for network in model.networks where !network.isExternal {
      guard let there = state.network(network.name), !there.hash.isEmpty,
        there.hash != network.hash
      else { continue }
      let strangers = strangers { $0.networks.contains(network.name) }
      guard strangers.isEmpty else {
        keep("network \(network.name)", ko: "네트워크 \(network.name)", because: strangers)
        continue
      }
      renewedNetworks.insert(network.key)
    }
    for volume in model.volumes where !volume.isExternal {
      guard let there = state.volume(volume.name), !there.hash.isEmpty, there.hash != volume.hash
      else { continue }
      let strangers = strangers { $0.volumes.contains { $0.name == volume.name } }
      if options.recreatesVolumes, !strangers.isEmpty {
        keep("volume \(volume.name)", ko: "볼륨 \(volume.name)", because: strangers)
      } else if options.recreatesVolumes {
        renewedVolumes.insert(volume.key)
      } else {
        plan.warnings.append(
          Text(
            "volume \(volume.name) is there with another configuration, and stays as it is: "
              + "-y would make it anew, without its data",
            ko: "볼륨 \(volume.name)은(는) 다른 설정으로 이미 있어 그대로 씁니다. "
              + "-y를 쓰면 데이터를 버리고 새로 만듭니다"))
      }
    }
  }

  /// Containers of no service of this plan, of those that `match`, which are not removed either.
  private func strangers(where match: (ObservedContainer) -> Bool) -> [String] {
    state.containers.filter { container in
      match(container) && removals[container.name] == nil
        && (container.isOneOff || !model.services.contains { $0.name == container.service })
    }.map(\.name)
  }

  private mutating func keep(_ what: String, ko: String, because users: [String]) {
    let names = users.joined(separator: ", ")
    plan.warnings.append(
      Text(
        "\(what) has another configuration now, and stays as it is: \(names) still uses it",
        ko: "\(ko)의 설정이 바뀌었지만 그대로 둡니다. \(names)이(가) 아직 쓰고 있습니다"))
  }

  /// Whether `service` uses something that is taken away.
  func usesRenewed(_ service: Service) -> Text? {
    if let attachment = service.networks.first(where: { renewedNetworks.contains($0.key) }) {
      return Text(
        "the network \(attachment.key) is made anew", ko: "네트워크 \(attachment.key)을(를) 새로 만듭니다")
    }
    if let key = service.volumeKeys.first(where: renewedVolumes.contains) {
      return Text("the volume \(key) is made anew", ko: "볼륨 \(key)을(를) 새로 만듭니다")
    }
    return nil
  }

  /// A network with members and a mounted volume cannot be removed: their containers go first, the
  /// dependent ones before those they depend on.
  private mutating func removeUsersOfRenewed() {
    for service in DependencyOrder.sorted(model.services).reversed() {
      guard let cause = usesRenewed(service) else { continue }
      for container in state.containers(of: service.name) {
        let dependents = DependencyOrder.dependents(of: service.name, in: model.services)
          .flatMap { state.containers(of: $0.name) }
          .compactMap { stops[$0.name] ?? removals[$0.name] }
        planRemoval(container, because: cause, after: dependents)
      }
    }
  }

  private mutating func planNetworks() {
    let used = Set(services.flatMap { $0.networks.map(\.key) })
    for network in model.networks where used.contains(network.key) && !network.isExternal {
      var before: [Int] = []
      if renewedNetworks.contains(network.key) {
        before = [
          plan.add(
            .removeNetwork(name: network.name), because: Self.changed,
            after: removals.values.sorted())
        ]
      } else if state.network(network.name) != nil {
        continue
      }
      networkSteps[network.key] = plan.add(
        .createNetwork(key: network.key, name: network.name),
        because: before.isEmpty ? Self.notThere : Self.changed, after: before)
    }
  }

  private mutating func planVolumes() {
    let used = Set(services.flatMap(\.volumeKeys))
    for volume in model.volumes where used.contains(volume.key) && !volume.isExternal {
      var before: [Int] = []
      if renewedVolumes.contains(volume.key) {
        before = [
          plan.add(
            .removeVolume(name: volume.name), because: Self.changed,
            after: removals.values.sorted())
        ]
      } else if state.volume(volume.name) != nil {
        continue
      }
      volumeSteps[volume.key] = plan.add(
        .createVolume(key: volume.key, name: volume.name),
        because: before.isEmpty ? Self.notThere : Self.changed, after: before)
    }
  }

  static let changed = Text("its configuration has changed", ko: "설정이 바뀌었습니다")
  static let notThere = Text("it is not there yet", ko: "아직 없습니다")

  private mutating func planOrphans() {
    let orphans = state.containers.filter {
      !model.allServices.contains($0.service) && !$0.isOneOff
    }
    guard !orphans.isEmpty else { return }
    guard options.removesOrphans else {
      let names = orphans.map(\.name).joined(separator: ", ")
      plan.warnings.append(
        Text(
          "found orphan containers (\(names)) for this project: if a service was removed or renamed, "
            + "--remove-orphans takes them away",
          ko: "이 프로젝트에 주인 없는 컨테이너가 있습니다(\(names)). 서비스를 지우거나 이름을 바꾸었다면 "
            + "--remove-orphans로 지울 수 있습니다"))
      return
    }
    for container in orphans {
      let cause = Text(
        "no file has a service \(container.service)", ko: "\(container.service) 서비스가 파일에 없습니다")
      planRemoval(container, because: cause)
    }
  }

  /// Stops a container that runs, and removes it.
  @discardableResult
  mutating func planRemoval(
    _ container: ObservedContainer, because cause: Text, after: [Int] = [], volumes: Bool = false
  ) -> Int {
    if let done = removals[container.name] { return done }
    let last = planStop(container, because: cause, after: after).map { [$0] } ?? after
    let step = plan.add(
      .removeContainer(name: container.name, volumes: volumes), because: cause, after: last)
    removals[container.name] = step
    return step
  }

  /// Stops a container that runs, once; nil for one that does not.
  mutating func planStop(
    _ container: ObservedContainer, because cause: Text, after: [Int] = []
  ) -> Int? {
    if let done = stops[container.name] { return done }
    guard container.isActive else { return nil }
    let step = plan.add(
      .stopContainer(
        name: container.name, service: container.service, seconds: options.timeout),
      because: cause, after: after)
    stops[container.name] = step
    return step
  }

  private mutating func planReadiness() {
    for service in services where options.targets(service.name) {
      guard let outcome = outcomes[service.name], !outcome.containers.isEmpty else { continue }
      plan.add(
        .awaitReady(service: service.name, containers: outcome.containers),
        because: Text("--wait was given", ko: "--wait를 썼습니다"), after: outcome.starts)
    }
  }
}
