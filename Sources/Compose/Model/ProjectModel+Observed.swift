import Engine
import Support

extension ProjectModel {
  /// A project as its containers tell of it, for whoever has no files: `compose -p NAME down`.
  package init(named name: String, from state: ProjectState) throws {
    self.init(name: name)
    for container in state.containers where self[container.service] == nil {
      var service = Service(
        name: container.service, location: SourceLocation(file: ""),
        spec: ContainerSpec(image: ""))
      service.hash = container.hash
      service.filesHash = container.filesHash ?? ""
      service.dependencies = container.dependencies.split(separator: ",").compactMap { entry in
        let parts = entry.split(separator: ":").map(String.init)
        guard let other = parts.first else { return nil }
        return Service.Dependency(
          service: other,
          condition: parts.count > 1 ? Service.Condition(rawValue: parts[1]) ?? .started : .started,
          restart: parts.last == "true")
      }
      services.append(service)
    }
    allServices = services.map(\.name)
    networks = state.networks.map { NetworkResource(key: $0.key ?? $0.name, name: $0.name) }
    volumes = state.volumes.map { VolumeResource(key: $0.key ?? $0.name, name: $0.name) }
  }
}
