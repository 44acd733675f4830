import Engine
import Linux
import Runtime
import Support

extension PlanRun {
  /// Begins one operation; what goes on by itself is returned, nil means it is done.
  func begin(_ operation: ComposeOperation) throws -> Pending? {
    switch operation {
    case .createNetwork(let key, let name):
      try around("Network \(name)", .creating, .created) {
        try ResourceMaker(engine: engine, model: model).network(key)
      }
    case .removeNetwork(let name): try removeNetwork(name)
    case .createVolume(let key, let name):
      try around("Volume \(name)", .creating, .created) {
        try ResourceMaker(engine: engine, model: model).volume(key)
      }
    case .removeVolume(let name): try removeVolume(name)
    case .buildImage(let service, let image):
      try around("Image \(image)", .building, .built) { try images.build(known(service)) }
    case .pullImage(let service, let image):
      try around("Image \(image)", .pulling, .pulled) { try images.pull(known(service)) }
    case .removeImage(let name): try removeImage(name)
    case .createContainer(let new):
      let isReplacement = new.replaces != nil
      let subject = "Container \(new.replaces ?? new.name)"
      progress.report(subject, isReplacement ? .recreate : .creating)
      try ContainerMaker(engine: engine, model: model).make(new)
      if !isReplacement { progress.report(subject, .created) }
    case .renameContainer(_, let from, let to):
      try engine.rename(try engine.container(from), to: to)
      progress.report("Container \(to)", .recreated)
    case .startContainer(let name, let service): return try start(name, known(service))
    case .stopContainer(let name, let service, let seconds):
      return try stop(name, service, seconds)
    case .restartContainer(let name, let service, let seconds):
      return try restart(name, service, seconds)
    case .killContainer(let name, let signal):
      try around("Container \(name)", .killing, .killed) {
        try engine.kill(try engine.container(name), signal: try Signal(parsing: signal))
      }
    case .pauseContainer(let name):
      try around("Container \(name)", .pausing, .paused) {
        try engine.pause(try engine.container(name))
      }
    case .unpauseContainer(let name):
      try around("Container \(name)", .unpausing, .unpaused) {
        try engine.unpause(try engine.container(name))
      }
    case .removeContainer(let name, let volumes): try remove(name, volumes: volumes)
    case .await(let service, let condition, let containers, let required):
      return awaiting(service, condition, containers, required)
    case .awaitReady(let service, let containers): return awaitingReadiness(service, containers)
    }
    return nil
  }

  func known(_ service: String) -> Service {
    guard let found = model[service] else {
      preconditionFailure("a plan names the service \(service), which its model does not have")
    }
    return found
  }

  private func around(
    _ subject: String, _ before: ComposeProgressState, _ after: ComposeProgressState,
    _ body: () throws -> Void
  ) throws {
    progress.report(subject, before)
    try body()
    progress.report(subject, after)
  }

  /// What a failure is told about.
  func subject(of operation: ComposeOperation) -> String? {
    switch operation {
    case .createNetwork(_, let name), .removeNetwork(let name): "Network \(name)"
    case .createVolume(_, let name), .removeVolume(let name): "Volume \(name)"
    case .buildImage(_, let image), .pullImage(_, let image), .removeImage(let image):
      "Image \(image)"
    case .await(_, _, let containers, _), .awaitReady(_, let containers):
      containers.first.map { "Container \($0)" }
    default: operation.container.map { "Container \($0)" }
    }
  }

  func reportUnchanged(_ name: String) throws {
    let status = (try? engine.container(name))?.state.status
    progress.report(
      "Container \(name)", status == .running ? .running : .created)
  }

  /// Gone already is as good as removed: an earlier run may have been interrupted.
  private func remove(_ name: String, volumes: Bool) throws {
    guard let record = try? engine.container(name), record.name == name else { return }
    let isQuiet = replaced[name] != nil
    if !isQuiet { progress.report("Container \(name)", .removing) }
    try engine.remove(record, volumes: volumes)
    if !isQuiet { progress.report("Container \(name)", .removed) }
  }

  private func removeNetwork(_ name: String) throws {
    progress.report("Network \(name)", .removing)
    do {
      try engine.removeNetwork(try engine.findNetwork(name))
      progress.report("Network \(name)", .removed)
    } catch let error as DklabError where error.code == .conflict || error.code == .denied {
      // As with Docker Compose: what somebody else is still connected to stays, and is told.
      progress.report(
        "Network \(name)", ComposeProgressState("Resource is still in use", .warning))
    } catch let error as DklabError where error.code == .notFound {
      progress.report("Network \(name)", .removed)
    }
  }

  private func removeVolume(_ name: String) throws {
    progress.report("Volume \(name)", .removing)
    do {
      try engine.removeVolume(name)
      progress.report("Volume \(name)", .removed)
    } catch let error as DklabError where error.code == .conflict {
      progress.report(
        "Volume \(name)", ComposeProgressState("Resource is still in use", .warning))
    } catch let error as DklabError where error.code == .notFound {
      progress.report("Volume \(name)", .removed)
    }
  }

  private func removeImage(_ name: String) throws {
    progress.report("Image \(name)", .removing)
    do {
      try ResourceMaker(engine: engine, model: model).removeImage(name)
      progress.report("Image \(name)", .removed)
    } catch let error as DklabError where error.code == .conflict || error.code == .notFound {
      progress.report("Image \(name)", ComposeProgressState("Resource is still in use", .warning))
    }
  }
}
