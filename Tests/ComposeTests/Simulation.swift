import Engine

@testable import Compose

/// An engine made of values: carries plans out on a state, and can be interrupted anywhere. What the real
/// executor does to real containers, without a container.
struct Simulation {
  var state = ProjectState()
  let model: ProjectModel
  private var identifiers = 0

  init(_ model: ProjectModel, state: ProjectState = ProjectState()) {
    self.model = model
    self.state = state
    identifiers = state.containers.count * 7
    for service in model.services where self.state.images[service.spec.image] == nil {
      self.state.images[service.spec.image] = "image-of-\(service.spec.image)"
    }
  }

  /// The project after an `up` that nothing disturbed.
  static func settled(_ model: ProjectModel, _ options: UpOptions = UpOptions()) -> ProjectState {
    var simulation = Simulation(model)
    simulation.run(UpPlanner.plan(model, simulation.state, options))
    return simulation.state
  }

  /// Carries out the first `count` steps in an order that `choose` picks among those that are ready.
  mutating func run(
    _ plan: ComposePlan, steps count: Int = .max, choose: (Int) -> Int = { _ in 0 }
  ) {
    var waiting = Array(plan.steps.indices)
    var done: Set<Int> = []
    while done.count < min(count, plan.steps.count) {
      let ready = waiting.filter { plan.steps[$0].after.allSatisfy(done.contains) }
      let next = ready[choose(ready.count)]
      perform(plan.steps[next].operation)
      done.insert(next)
      waiting.removeAll { $0 == next }
    }
  }

  mutating func perform(_ operation: ComposeOperation) {
    switch operation {
    case .createNetwork(let key, let name):
      precondition(state.network(name) == nil, "network \(name) is there")
      let network = model.networks.first { $0.key == key }
      state.networks.append(
        ObservedNetwork(name: name, key: key, project: model.name, hash: network?.hash ?? ""))
    case .removeNetwork(let name):
      precondition(
        !state.containers.contains { $0.networks.contains(name) }, "network \(name) has members")
      state.networks.removeAll { $0.name == name }
    case .createVolume(let key, let name):
      precondition(state.volume(name) == nil, "volume \(name) is there")
      let volume = model.volumes.first { $0.key == key }
      state.volumes.append(
        ObservedVolume(name: name, key: key, project: model.name, hash: volume?.hash ?? ""))
    case .removeVolume(let name):
      precondition(
        !state.containers.contains { $0.volumes.contains { $0.name == name } },
        "volume \(name) is in use")
      state.volumes.removeAll { $0.name == name }
    case .buildImage(_, let image), .pullImage(_, let image):
      state.images[image] = "new-\(image)"
    case .removeImage(let name): state.images[name] = nil
    case .createContainer(let new): create(new)
    case .renameContainer(_, let from, let to):
      precondition(!state.containers.contains { $0.name == to }, "the name \(to) is taken")
      change(from) { $0.name = to }
    case .startContainer(let name, let service):
      for shared in model[service]?.sharedWith ?? [] {
        precondition(
          state.containers(of: shared.service).contains { $0.status == .running },
          "\(name) cannot join \(shared.service)")
      }
      change(name) { $0.status = .running }
    case .restartContainer(let name, _, _), .unpauseContainer(let name):
      change(name) { $0.status = .running }
    case .pauseContainer(let name): change(name) { $0.status = .paused }
    case .stopContainer(let name, _, _), .killContainer(let name, _):
      change(name) { container in
        precondition(container.isActive, "\(name) does not run")
        container.status = .exited
        container.exitCode = 137
      }
    case .removeContainer(let name, _):
      precondition(
        state.containers.contains { $0.name == name && !$0.isActive }, "\(name) still runs")
      state.containers.removeAll { $0.name == name }
    case .await(_, let condition, let containers, _):
      for name in containers {
        change(name) { container in
          if condition == .healthy { container.health = .healthy }
          if condition == .completed { container.status = .exited }
          container.exitCode = 0
        }
      }
    case .awaitReady: break
    }
  }

  private mutating func create(_ new: ComposeOperation.NewContainer) {
    precondition(
      !state.containers.contains { $0.name == new.name }, "the name \(new.name) is taken")
    guard let service = model[new.service] else { preconditionFailure("no \(new.service)") }
    identifiers += 1
    let digits = String(identifiers, radix: 16)
    var container = ObservedContainer(
      id: "c" + String(repeating: "0", count: 11 - digits.count) + digits
        + String(repeating: "f", count: 52), name: new.name, service: new.service,
      number: new.number)
    container.hash = service.hash
    container.filesHash = service.filesHash.isEmpty ? nil : service.filesHash
    container.imageID = state.images[service.spec.image] ?? ""
    container.networks = service.networks.map { attachment in
      let network = model.networks.first { $0.key == attachment.key }
      let name = network?.name ?? attachment.key
      precondition(
        network?.isExternal ?? true || state.network(name) != nil, "there is no network \(name)")
      return name
    }
    container.volumes = service.volumeKeys.compactMap { key in
      let name = model.volumeName(key) ?? key
      precondition(
        model.volumes.first { $0.key == key }?.isExternal ?? true || state.volume(name) != nil,
        "there is no volume \(name)")
      return ObservedContainer.MountedVolume(name: name, target: "/\(key)")
    }
    for mount in service.spec.host.mounts where mount.kind == .volume && mount.source == nil {
      let kept = new.inherits.first { $0.target == mount.target }
      container.volumes.append(
        kept
          ?? ObservedContainer.MountedVolume(
            name: "anonymous-\(identifiers)", target: mount.target, isAnonymous: true))
    }
    state.containers.append(container)
  }

  private mutating func change(_ name: String, _ body: (inout ObservedContainer) -> Void) {
    guard let index = state.containers.firstIndex(where: { $0.name == name }) else {
      preconditionFailure("there is no container \(name)")
    }
    body(&state.containers[index])
  }
}
