import Engine
import Support

/// What is there of a project: one snapshot, after which nobody asks the engine again.
package struct ProjectState: Sendable, Equatable {
  /// All containers with the project's label, oldest first.
  package var containers: [ObservedContainer] = []
  /// Networks with the project's label, and those its files name.
  package var networks: [ObservedNetwork] = []
  /// Volumes with the project's label, and those its files name.
  package var volumes: [ObservedVolume] = []
  /// The id of each service's image, by the name the service gives it.
  package var images: [String: String] = [:]

  package init() {}

  /// The containers of `service`, without those of `compose run`.
  package func containers(of service: String) -> [ObservedContainer] {
    containers.filter { $0.service == service && !$0.isOneOff }
  }

  /// The network called `name`.
  package func network(_ name: String) -> ObservedNetwork? {
    networks.first { $0.name == name }
  }

  /// The volume called `name`.
  package func volume(_ name: String) -> ObservedVolume? {
    volumes.first { $0.name == name }
  }
}

/// One container of a project.
package struct ObservedContainer: Sendable, Equatable {
  package var id: String
  package var name: String
  package var service: String
  package var number: Int
  package var isOneOff = false
  /// The fingerprint of the configuration it was made from.
  package var hash = ""
  /// The fingerprint of the secrets and configs it has copies of; nil when another tool made it.
  package var filesHash: String?
  package var imageID = ""
  package var status = ContainerState.Status.created
  package var health: Health?
  package var exitCode: Int32 = 0
  /// Names of networks.
  package var networks: [String] = []
  package var volumes: [MountedVolume] = []
  /// `service:condition:restart` of each dependency, as the label has it.
  package var dependencies = ""

  /// What a health check says.
  package enum Health: String, Sendable {
    case starting, healthy, unhealthy
  }

  /// A volume and its place in the container.
  package struct MountedVolume: Sendable, Equatable {
    package var name: String
    package var target: String
    package var isAnonymous = false

    package init(name: String, target: String, isAnonymous: Bool = false) {
      self.name = name
      self.target = target
      self.isAnonymous = isAnonymous
    }
  }

  package init(id: String, name: String, service: String, number: Int) {
    self.id = id
    self.name = name
    self.service = service
    self.number = number
  }

  /// The 12 digits people see.
  package var shortID: String { String(id.prefix(12)) }

  /// Whether a process of it is there.
  package var isActive: Bool { [.running, .paused, .restarting].contains(status) }
}

/// One network.
package struct ObservedNetwork: Sendable, Equatable {
  package var name: String
  /// The project's own name for it, from its label; nil when somebody else made it.
  package var key: String?
  package var project: String?
  package var hash = ""

  package init(name: String, key: String? = nil, project: String? = nil, hash: String = "") {
    self.name = name
    self.key = key
    self.project = project
    self.hash = hash
  }
}

/// One volume.
package struct ObservedVolume: Sendable, Equatable {
  package var name: String
  package var key: String?
  package var project: String?
  package var hash = ""

  package init(name: String, key: String? = nil, project: String? = nil, hash: String = "") {
    self.name = name
    self.key = key
    self.project = project
    self.hash = hash
  }
}
