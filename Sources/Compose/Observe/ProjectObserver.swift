import Engine
import Images
import Support

/// Takes the snapshot that the planners work on.
package struct ProjectObserver {
  let engine: Engine

  package init(_ engine: Engine) {
    self.engine = engine
  }

  /// What is there of `model`.
  package func observe(_ model: ProjectModel) throws -> ProjectState {
    var state = ProjectState()
    let named = Set(model.volumes.map(\.name))
    let volumes = try engine.volumes()
    let anonymous = Set(volumes.filter(\.isAnonymous).map(\.name))
    state.containers = try records(model.name).map { observed($0, anonymous: anonymous) }
    let networks = Set(model.networks.map(\.name))
    for network in try engine.networks() {
      let labels = network.config.labels
      guard labels[ComposeLabels.project] == model.name || networks.contains(network.name) else {
        continue
      }
      state.networks.append(
        ObservedNetwork(
          name: network.name, key: labels[ComposeLabels.network],
          project: labels[ComposeLabels.project], hash: labels[ComposeLabels.hash] ?? ""))
    }
    for volume in volumes {
      guard volume.labels[ComposeLabels.project] == model.name || named.contains(volume.name)
      else { continue }
      state.volumes.append(
        ObservedVolume(
          name: volume.name, key: volume.labels[ComposeLabels.volume],
          project: volume.labels[ComposeLabels.project],
          hash: volume.labels[ComposeLabels.hash] ?? ""))
    }
    let store = try engine.images()
    for service in model.services {
      state.images[service.spec.image] = try? store.find(service.spec.image).map { "\($0.id)" }
    }
    return state
  }

  /// The containers of the project `name`, oldest first.
  package func records(_ name: String) throws -> [ContainerRecord] {
    try engine.containers().filter { Self.project(of: $0) == name }.reversed()
  }

  /// The project that `record` was made for. An image that compose built names its project, too; a
  /// container that `run` made of it is none of compose's.
  package static func project(of record: ContainerRecord) -> String? {
    guard record.label(ComposeLabels.oneOff) != nil else { return nil }
    return record.label(ComposeLabels.project).flatMap { $0.isEmpty ? nil : $0 }
  }

  private func observed(
    _ record: ContainerRecord, anonymous: Set<String>
  ) -> ObservedContainer {
    var container = ObservedContainer(
      id: record.id, name: record.name, service: record.label(ComposeLabels.service) ?? "",
      number: record.label(ComposeLabels.number).flatMap { Int($0) } ?? 1)
    container.isOneOff = record.label(ComposeLabels.oneOff) == "True"
    container.hash = record.label(ComposeLabels.hash) ?? ""
    container.filesHash = record.label(ComposeLabels.filesHash)
    container.dependencies = record.label(ComposeLabels.dependencies) ?? ""
    container.imageID = "\(record.imageID)"
    container.status = record.state.status
    container.exitCode = record.state.exitCode
    container.health = record.composeHealth
    container.networks = record.state.networks.map(\.name)
    container.volumes = record.mounts.filter { $0.kind == .volume }.compactMap { mount in
      mount.name.map { name in
        // One that was handed on from container to container is anonymous still.
        return ObservedContainer.MountedVolume(
          name: name, target: mount.destination,
          isAnonymous: mount.isAnonymous || anonymous.contains(name))
      }
    }
    return container
  }
}

extension ContainerRecord {
  /// The value of a label.
  package func label(_ key: String) -> String? { spec.config.labels?[key] }

  /// What its health check says, nil without one.
  package var composeHealth: ObservedContainer.Health? {
    state.health.flatMap { ObservedContainer.Health(rawValue: $0.status.rawValue) }
  }
}
