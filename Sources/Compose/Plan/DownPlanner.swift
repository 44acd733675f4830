import Support

/// `down`: containers are stopped, the dependent ones before those they depend on, and removed; then the
/// networks go, and what else was asked for.
package struct DownPlanner {
  /// What `down` was asked for.
  package struct Options: Sendable {
    package var services: [String] = []
    package var removesVolumes = false
    package var removesOrphans = false
    /// `local` or `all`.
    package var images: String?
    package var timeout: Int?

    package init() {}
  }

  private let model: ProjectModel
  private let state: ProjectState
  private let options: Options
  private var plan = ComposePlan()
  private var stops: [String: [Int]] = [:]
  private var removals: [Int] = []
  private var removed: Set<String> = []

  /// The plan that takes a project away.
  package static func plan(
    _ model: ProjectModel, _ state: ProjectState, _ options: Options = Options()
  ) -> ComposePlan {
    var planner = DownPlanner(model: model, state: state, options: options)
    planner.planContainers()
    // Some services only: what they share with the others stays.
    if options.services.isEmpty { planner.planResources() }
    planner.planImages()
    return planner.plan
  }

  private init(model: ProjectModel, state: ProjectState, options: Options) {
    self.model = model
    self.state = state
    self.options = options
  }

  private static let wanted = Text("the project is taken down", ko: "프로젝트를 내립니다")

  private mutating func planContainers() {
    let services = DependencyOrder.sorted(model.services)
    for service in services.reversed() {
      guard options.services.isEmpty || options.services.contains(service.name) else { continue }
      let dependents = DependencyOrder.dependents(of: service.name, in: model.services)
        .flatMap { stops[$0.name] ?? [] }
      for container in state.containers where container.service == service.name {
        plan(container, because: Self.wanted, after: dependents)
      }
    }
    guard options.services.isEmpty else { return }
    let known = Set(model.services.map(\.name))
    for container in state.containers where !known.contains(container.service) {
      let isDeclared = model.allServices.contains(container.service)
      guard isDeclared || options.removesOrphans else {
        plan.warnings.append(
          Text(
            "container \(container.name) belongs to no service of the files and stays: "
              + "--remove-orphans takes it away",
            ko: "컨테이너 \(container.name)은(는) 파일의 어느 서비스에도 속하지 않아 그대로 둡니다. "
              + "--remove-orphans로 지울 수 있습니다"))
        continue
      }
      plan(
        container,
        because: isDeclared
          ? Self.wanted
          : Text(
            "no file has a service \(container.service)", ko: "\(container.service) 서비스가 파일에 없습니다"))
    }
  }

  private mutating func plan(
    _ container: ObservedContainer, because cause: Text, after: [Int] = []
  ) {
    var last = after
    if container.isActive {
      last = [
        plan.add(
          .stopContainer(
            name: container.name, service: container.service, seconds: options.timeout),
          because: cause, after: after)
      ]
      stops[container.service, default: []] += last
    }
    removed.insert(container.name)
    removals.append(
      plan.add(
        .removeContainer(name: container.name, volumes: options.removesVolumes), because: cause,
        after: last))
  }

  private mutating func planResources() {
    for network in state.networks {
      let isDeclared = model.networks.contains { $0.name == network.name && !$0.isExternal }
      guard isDeclared || (network.project == model.name) else { continue }
      if let user = user(where: { $0.networks.contains(network.name) }) {
        keep(Text("network \(network.name)", ko: "네트워크 \(network.name)"), for: user)
        continue
      }
      plan.add(.removeNetwork(name: network.name), because: Self.wanted, after: removals)
    }
    guard options.removesVolumes else { return }
    for volume in state.volumes {
      let isDeclared = model.volumes.contains { $0.name == volume.name && !$0.isExternal }
      guard isDeclared || volume.project == model.name else { continue }
      if let user = user(where: { $0.volumes.contains { $0.name == volume.name } }) {
        keep(Text("volume \(volume.name)", ko: "볼륨 \(volume.name)"), for: user)
        continue
      }
      plan.add(
        .removeVolume(name: volume.name),
        because: Text("--volumes was given", ko: "--volumes를 썼습니다"), after: removals)
    }
  }

  /// A container that stays and matches.
  private func user(where match: (ObservedContainer) -> Bool) -> String? {
    state.containers.first { !removed.contains($0.name) && match($0) }?.name
  }

  private mutating func keep(_ what: Text, for user: String) {
    plan.warnings.append(
      Text(
        "\(what.en) stays: \(user) still uses it", ko: "\(what.ko)은(는) 그대로 둡니다. \(user)이(가) 아직 씁니다")
    )
  }

  private mutating func planImages() {
    guard let kind = options.images else { return }
    var names: Set<String> = []
    for service in model.services {
      guard kind == "all" || !service.namesImage, state.images[service.spec.image] != nil,
        names.insert(service.spec.image).inserted
      else { continue }
      plan.add(
        .removeImage(name: service.spec.image),
        because: Text("--rmi \(kind) was given", ko: "--rmi \(kind)을(를) 썼습니다"), after: removals)
    }
  }
}
