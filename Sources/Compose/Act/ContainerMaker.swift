import Engine
import Images
import Linux
import Support

/// Makes the containers of a project: a service's own wishes, with what the project adds.
struct ContainerMaker {
  let engine: Engine
  let model: ProjectModel

  /// Creates the container a step describes; returns its record.
  @discardableResult
  func make(_ new: ComposeOperation.NewContainer) throws -> ContainerRecord {
    guard let service = model[new.service] else {
      preconditionFailure("a plan names a service that its model does not have")
    }
    let image = try engine.images().resolve(service.spec.image)
    var spec = service.spec
    spec.config.labels = labels(service, image: image)
    spec.config.labels?[ComposeLabels.number] = "\(new.number)"
    if let old = new.replaces { spec.config.labels?[ComposeLabels.replaces] = old }
    try joinNetworks(&spec, service, name: model.containerName(service, new.number))
    try shareVolumes(&spec, service)
    for volume in new.inherits { Self.inherit(volume, &spec) }
    try mountFiles(&spec, service)
    return try engine.create(spec, image: image, name: new.name) { new.name }
  }

  /// The labels of every container of `service`.
  func labels(_ service: Service, image: Image) -> [String: String] {
    var labels = service.spec.config.labels ?? [:]
    labels[ComposeLabels.project] = model.name
    labels[ComposeLabels.service] = service.name
    labels[ComposeLabels.oneOff] = "False"
    labels[ComposeLabels.hash] = service.hash
    if !service.filesHash.isEmpty { labels[ComposeLabels.filesHash] = service.filesHash }
    labels[ComposeLabels.image] = "\(image.id)"
    labels[ComposeLabels.directory] = model.directory
    labels[ComposeLabels.files] = model.files.joined(separator: ",")
    labels[ComposeLabels.version] = ComposeLabels.versionText
    if !model.environmentFiles.isEmpty {
      labels[ComposeLabels.environmentFile] = model.environmentFiles.joined(separator: ",")
    }
    labels[ComposeLabels.dependencies] = service.dependencies.map {
      "\($0.service):\($0.condition.rawValue):\($0.restart)"
    }.joined(separator: ",")
    return labels
  }

  /// The networks, and the names under which a container is found there.
  func joinNetworks(
    _ spec: inout ContainerSpec, _ service: Service, name: String, usesAliases: Bool = true
  ) throws {
    for shared in service.sharedWith {
      let value = "container:\(try first(shared.service).id)"
      switch shared.kind {
      case "network": spec.host.networkMode = value
      case "ipc": spec.host.ipcMode = value
      default: spec.host.pidMode = value
      }
    }
    guard !service.networks.isEmpty else { return }
    let links = try service.links.flatMap { link -> [String] in
      if link.isExternal { return ["\(link.target):\(link.alias)"] }
      return try containers(link.target).flatMap { other in
        ["\(other.name):\(link.alias)", "\(other.name):\(other.name)"]
      }
    }
    for (index, place) in service.networks.enumerated() {
      let network = model.networks.first { $0.key == place.key }?.name ?? place.key
      var wish = EndpointWish(network: network)
      wish.aliases = [name] + (usesAliases ? [service.name] + place.aliases : [])
      wish.address = place.ipv4
      wish.address6 = place.ipv6
      wish.mac = place.mac.flatMap { MACAddress($0) }
      wish.links = links
      spec.networks.append(wish)
      if index == 0 { spec.host.networkMode = network }
    }
  }

  func shareVolumes(_ spec: inout ContainerSpec, _ service: Service) throws {
    for from in service.volumesFrom {
      let mode = from.readOnly ? ":ro" : ""
      if let container = from.container { spec.host.volumesFrom.append(container + mode) }
      if let other = from.service {
        spec.host.volumesFrom += try containers(other).map { $0.id + mode }
      }
    }
  }

  private func containers(_ service: String) throws -> [ContainerRecord] {
    try ProjectObserver(engine).records(model.name).filter {
      $0.label(ComposeLabels.service) == service && $0.label(ComposeLabels.oneOff) != "True"
    }
  }

  private func first(_ service: String) throws -> ContainerRecord {
    guard let container = try containers(service).first else {
      throw DklabError(
        .notFound, id: "compose.no-container",
        Text("service \(service) has no container", ko: "\(service) 서비스의 컨테이너가 없습니다"))
    }
    return container
  }

  /// An anonymous volume of the container that is replaced, at its old place.
  private static func inherit(
    _ volume: ObservedContainer.MountedVolume, _ spec: inout ContainerSpec
  ) {
    if let index = spec.host.mounts.firstIndex(where: { $0.target == volume.target }) {
      guard spec.host.mounts[index].kind == .volume, spec.host.mounts[index].source == nil else {
        return
      }
      spec.host.mounts[index].source = volume.name
    } else {
      spec.host.mounts.append(
        MountWish(kind: .volume, source: volume.name, target: volume.target))
    }
  }

  /// Secrets and configs, read-only.
  func mountFiles(_ spec: inout ContainerSpec, _ service: Service) throws {
    let store = FileMountStore(engine: engine, project: model.name)
    for file in service.files {
      var wish = MountWish(kind: .bind, source: try store.path(of: file), target: file.target)
      wish.readOnly = true
      wish.isLongForm = true
      spec.host.mounts.append(wish)
    }
  }
}
