import Engine
import Support

/// One service of a project as its containers will be: everything a file says, in the engine's terms.
package struct Service: Sendable {
  package var name: String
  /// Where the service stands in its file.
  package var location: SourceLocation
  /// What each container is asked to be, without what the project adds: name, labels, networks.
  package var spec: ContainerSpec
  /// Whether `image` stands in the file; else the image has the name that `build` gives it.
  package var namesImage = false
  package var build: ServiceBuild?
  package var pullPolicy = PullPolicy.missing
  package var replicas = 1
  /// Whether the file says how many, with `scale` or `deploy.replicas`.
  package var declaresReplicas = false
  package var containerName: String?
  /// In the order of the file.
  package var dependencies: [Dependency] = []
  package var networks: [ServiceNetwork] = []
  /// `service:NAME`, by the kind of namespace: `network_mode`, `ipc`, `pid`.
  package var sharedWith: [SharedNamespace] = []
  package var volumesFrom: [VolumesFrom] = []
  package var links: [ServiceLink] = []
  /// Secrets and configs.
  package var files: [FileMount] = []
  package var postStart: [Hook] = []
  package var preStop: [Hook] = []
  package var watch: [WatchRule] = []
  /// Whether `up` shows what it prints.
  package var attaches = true
  /// Each published port with its place in the file.
  package var portLocations: [SourceLocation] = []
  /// Host directories that must be there, with their places in the file.
  package var requiredPaths: [(path: String, location: SourceLocation)] = []
  /// The project's own names of volumes it mounts.
  package var volumeKeys: [String] = []
  /// Docker Compose's fingerprint of the configuration.
  package var hash = ""
  /// The fingerprint of the secrets and configs that are copied for its containers; empty without any.
  package var filesHash = ""

  /// A service that has to be there first.
  package struct Dependency: Sendable, Equatable {
    package var service: String
    package var condition: Condition
    /// Whether this one is restarted when the other is.
    package var restart = false
    package var required = true
  }

  /// What a service waits for in another.
  package enum Condition: String, Sendable {
    case started = "service_started"
    case healthy = "service_healthy"
    case completed = "service_completed_successfully"
  }

  /// When an image is asked for outside.
  package enum PullPolicy: String, Sendable {
    case always, missing, never, build
  }

  /// A namespace of another service's container.
  package struct SharedNamespace: Sendable, Equatable {
    /// `network`, `ipc` or `pid`.
    package var kind: String
    package var service: String
  }

  /// `volumes_from`.
  package struct VolumesFrom: Sendable, Equatable {
    /// A service, or nil for a container of another project.
    package var service: String?
    package var container: String?
    package var readOnly = false
  }

  /// `links` and `external_links`: another name under which a container is found.
  package struct ServiceLink: Sendable, Equatable {
    package var target: String
    package var alias: String
    package var isExternal = false
  }
}

/// The place of a service in one network.
package struct ServiceNetwork: Sendable, Equatable {
  /// The project's name of the network.
  package var key: String
  package var aliases: [String] = []
  package var ipv4: String?
  package var ipv6: String?
  package var mac: String?
  package var priority = 0
}

/// `build`: the parts that become flags of a build.
package struct ServiceBuild: Sendable, Equatable {
  package var context: String
  package var dockerfile: String?
  package var inline: String?
  package var target: String?
  package var arguments: [(name: String, value: String)] = []
  package var labels: [(name: String, value: String)] = []
  package var contexts: [(name: String, value: String)] = []
  package var tags: [String] = []
  package var extraHosts: [String] = []
  package var cacheFrom: [String] = []
  /// `id=NAME,src=FILE` or `id=NAME,env=VARIABLE`.
  package var secrets: [String] = []
  package var network: String?
  package var shmSize: String?
  package var platform: String?
  package var noCache = false
  package var pull = false

  package static func == (left: ServiceBuild, right: ServiceBuild) -> Bool {
    "\(left)" == "\(right)"
  }
}

/// A secret or a config, as a file in a container.
package struct FileMount: Sendable, Equatable {
  /// Where the bytes come from.
  package enum Content: Sendable, Equatable {
    /// A file of the host, absolute.
    case file(String)
    /// A variable of the environment, or text in the compose file: its value.
    case text(String)
    /// A variable that is not set.
    case unset(String)
  }

  /// The name under `secrets` or `configs`.
  package var key: String
  package var isSecret: Bool
  package var content: Content
  package var target: String
  package var user: UInt32?
  package var group: UInt32?
  package var mode: UInt32?
  package var location: SourceLocation
}

/// A command run in a container after its start or before its stop.
package struct Hook: Sendable, Equatable {
  package var command: [String]
  package var user: String?
  package var workingDirectory: String?
  package var environment: [String] = []
  package var privileged = false
}

/// One entry of `develop.watch`.
package struct WatchRule: Sendable, Equatable {
  package enum Action: String, Sendable {
    case rebuild, sync, restart
    case syncRestart = "sync+restart"
    case syncExec = "sync+exec"
  }

  package var action: Action
  package var path: String
  package var target: String?
  package var ignore: [String] = []
  package var include: [String] = []
  package var initialSync = false
  package var exec: Hook?
}
