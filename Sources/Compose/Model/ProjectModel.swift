import Documents
import Support

/// A project in the engine's terms: services, networks and volumes, from the tree the loader made.
package struct ProjectModel: Sendable {
  package var name: String
  package var directory: String
  package var files: [String]
  /// `--env-file` as given.
  package var environmentFiles: [String] = []
  /// In the order of the file.
  package var services: [Service]
  package var networks: [NetworkResource]
  package var volumes: [VolumeResource]
  /// All services of the files, also those whose profile is not active.
  package var allServices: [String]
  /// Keys that are read and have no effect here.
  package var warnings: [ComposeWarning] = []

  package init(
    name: String, directory: String = "/", files: [String] = [], services: [Service] = [],
    networks: [NetworkResource] = [], volumes: [VolumeResource] = [], allServices: [String] = []
  ) {
    self.name = name
    self.directory = directory
    self.files = files
    self.services = services
    self.networks = networks
    self.volumes = volumes
    self.allServices = allServices
  }

  /// Reads the tree of `project`.
  ///
  /// - Throws: ``DklabError`` with the place of a key that cannot be carried out, or
  ///   ``ComposeProblems`` for several.
  package init(_ project: Project) throws {
    name = project.name
    directory = project.directory
    files = project.files
    allServices = (project.complete["services"]?.members ?? []).map(\.key)
    var warnings: [ComposeWarning] = []
    var problems: [DklabError] = []
    networks = (project.tree["networks"]?.members ?? []).map(NetworkResource.init)
    volumes = (project.tree["volumes"]?.members ?? []).map(VolumeResource.init)
    let document = ConfigDocument(project)
    services = []
    for (key, node) in project.tree["services"]?.members ?? [] {
      let unsupported = UnsupportedKeys.check(node, service: key)
      problems += unsupported.problems
      warnings += unsupported.warnings
      guard unsupported.problems.isEmpty else { continue }
      do {
        var reader = ServiceReader(name: key, node: node, project: project)
        var service = try reader.read()
        service.hash = ServiceHash.text(document, service: key)
        service.filesHash = FileMountStore.fingerprint(service.files)
        services.append(service)
        warnings += reader.warnings
      } catch let problem as DklabError {
        problems.append(problem)
      }
    }
    if let first = problems.first {
      throw problems.count == 1 ? first : ComposeProblems(problems)
    }
    self.warnings = warnings
  }

  /// The service called `name`.
  package subscript(name: String) -> Service? {
    services.first { $0.name == name }
  }

  /// The real name of the volume that is `key` in the file.
  package func volumeName(_ key: String) -> String? {
    volumes.first { $0.key == key }?.name
  }

  /// The name of container `number` of `service`.
  package func containerName(_ service: Service, _ number: Int) -> String {
    if let name = service.containerName, number == 1 { return name }
    return "\(name)-\(service.name)-\(number)"
  }
}

/// A network of a project.
package struct NetworkResource: Sendable, Equatable {
  package var key: String
  package var name: String
  package var isExternal = false
  package var driver = "bridge"
  package var options: [String: String] = [:]
  package var isInternal = false
  package var isAttachable = false
  package var hasIPv6 = false
  package var pools: [Pool] = []
  package var labels: [String: String] = [:]
  package var hash = ""
  package var location = SourceLocation(file: "")

  /// One entry of `ipam.config`.
  package struct Pool: Sendable, Equatable {
    package var subnet: String?
    package var range: String?
    package var gateway: String?
  }

  package init(key: String, name: String) {
    self.key = key
    self.name = name
  }

  init(_ key: String, _ node: YAMLNode) {
    self.init(key: key, name: node["name"]?.text ?? key)
    location = node.location
    isExternal = node["external"]?.isTrue ?? false
    driver = node["driver"]?.text ?? "bridge"
    options = node["driver_opts"]?.strings ?? [:]
    isInternal = node["internal"]?.isTrue ?? false
    isAttachable = node["attachable"]?.isTrue ?? false
    hasIPv6 = node["enable_ipv6"]?.isTrue ?? false
    labels = node["labels"]?.strings ?? [:]
    pools = (node["ipam"]?["config"]?.sequence ?? []).map { pool in
      Pool(
        subnet: pool["subnet"]?.text, range: pool["ip_range"]?.text, gateway: pool["gateway"]?.text)
    }
    hash = ServiceHash.text(node.json)
  }
}

/// A volume of a project.
package struct VolumeResource: Sendable, Equatable {
  package var key: String
  package var name: String
  package var isExternal = false
  package var driver = "local"
  package var options: [String: String] = [:]
  package var labels: [String: String] = [:]
  package var hash = ""
  package var location = SourceLocation(file: "")

  package init(key: String, name: String) {
    self.key = key
    self.name = name
  }

  init(_ key: String, _ node: YAMLNode) {
    self.init(key: key, name: node["name"]?.text ?? key)
    location = node.location
    isExternal = node["external"]?.isTrue ?? false
    driver = node["driver"]?.text ?? "local"
    options = node["driver_opts"]?.strings ?? [:]
    labels = node["labels"]?.strings ?? [:]
    hash = ServiceHash.text(node.json)
  }
}

extension YAMLNode {
  /// A mapping of strings.
  var strings: [String: String] {
    Dictionary(members.map { ($0.key, $0.value.text ?? "") }, uniquingKeysWith: { $1 })
  }
}
