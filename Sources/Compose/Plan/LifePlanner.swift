import Support

/// The verbs that act on containers that are there: `start`, `stop`, `restart`, `kill`, `pause`,
/// `unpause`, `rm`.
package struct LifePlanner {
  /// What is done to each container.
  package enum Verb: Sendable, Equatable {
    case start
    case stop(seconds: Int?)
    case restart(seconds: Int?)
    case kill(signal: String)
    case pause
    case unpause
    /// `stops`: those that run are stopped first; else they are left alone.
    case remove(stops: Bool, volumes: Bool)
  }

  private let model: ProjectModel
  private let state: ProjectState
  private let verb: Verb
  private var plan = ComposePlan()
  private var steps: [String: [Int]] = [:]
  private var waits: [String: Int] = [:]

  private init(model: ProjectModel, state: ProjectState, verb: Verb) {
    self.model = model
    self.state = state
    self.verb = verb
  }

  /// The plan of `verb` for `services` (none means all).
  package static func plan(
    _ verb: Verb, _ services: [String], _ model: ProjectModel, _ state: ProjectState
  ) -> ComposePlan {
    var planner = LifePlanner(model: model, state: state, verb: verb)
    var order = DependencyOrder.sorted(model.services)
    if planner.isBackwards { order.reverse() }
    for service in order where services.isEmpty || services.contains(service.name) {
      planner.plan(service)
    }
    return planner.plan
  }

  /// Who depends on somebody is stopped before, and started after that one.
  private var isBackwards: Bool {
    switch verb {
    case .stop, .remove: true
    default: false
    }
  }

  private static let asked = Text("it was asked for", ko: "요청을 받았습니다")

  private mutating func plan(_ service: Service) {
    var before: [Int] = []
    if isBackwards {
      before = DependencyOrder.dependents(of: service.name, in: model.services)
        .flatMap { steps[$0.name] ?? [] }
    } else {
      for dependency in service.dependencies { before += conditions(dependency, service) }
    }
    for container in state.containers(of: service.name) {
      guard let operation = operation(container) else { continue }
      var last = before
      if case .remove(true, _) = verb, container.isActive {
        last = [
          plan.add(
            .stopContainer(name: container.name, service: service.name, seconds: nil),
            because: Self.asked, after: before)
        ]
      }
      steps[service.name, default: []].append(
        plan.add(operation, because: Self.asked, after: last))
    }
  }

  private mutating func conditions(
    _ dependency: Service.Dependency, _ service: Service
  ) -> [Int] {
    let started = steps[dependency.service] ?? []
    let containers = state.containers(of: dependency.service).map(\.name)
    guard verb == .start, dependency.condition != .started, !containers.isEmpty else {
      return started
    }
    let key = "\(dependency.service) \(dependency.condition.rawValue) \(dependency.required)"
    if let known = waits[key] { return [known] }
    let step = plan.add(
      .await(
        service: dependency.service, condition: dependency.condition, containers: containers,
        required: dependency.required),
      because: Text(
        "\(service.name) depends on it (\(dependency.condition.rawValue))",
        ko: "\(service.name)이(가) 기다립니다(\(dependency.condition.rawValue))"),
      after: started)
    waits[key] = step
    return [step]
  }

  /// nil when the container is already as wished.
  private func operation(_ container: ObservedContainer) -> ComposeOperation? {
    let name = container.name
    let service = container.service
    switch verb {
    case .start: return container.isActive ? nil : .startContainer(name: name, service: service)
    case .stop(let seconds):
      return container.isActive
        ? .stopContainer(name: name, service: service, seconds: seconds) : nil
    case .restart(let seconds):
      return .restartContainer(name: name, service: service, seconds: seconds)
    case .kill(let signal):
      return container.isActive ? .killContainer(name: name, signal: signal) : nil
    case .pause: return container.status == .running ? .pauseContainer(name: name) : nil
    case .unpause: return container.status == .paused ? .unpauseContainer(name: name) : nil
    case .remove(let stops, let volumes):
      return container.isActive && !stops ? nil : .removeContainer(name: name, volumes: volumes)
    }
  }
}
