import Images
import Linux
import Networks

/// One container as the engine's database has it.
package struct ContainerRecord: Sendable {
  /// 64 hexadecimal digits.
  package let id: String
  package var name: String
  /// Nanoseconds since 1970.
  package let created: Int64
  package let imageID: Digest
  package var spec: ContainerSpec
  package var mounts: [MountPoint]
  package var state: ContainerState

  /// The 12 digits people see.
  package var shortID: String { String(id.prefix(12)) }

  /// What is executed: entry point and command.
  package var arguments: [String] {
    (spec.config.entrypoint ?? []) + (spec.config.cmd ?? [])
  }
}

/// What has happened to a container. Written by its monitor, and by the verbs that act on it.
package struct ContainerState: Sendable, Codable, Equatable {
  package enum Status: String, Sendable, Codable, CaseIterable {
    case created, running, paused, restarting, removing, exited, dead
  }

  package var status = Status.created
  package var pid: Int32 = 0
  package var process: ProcessIdentity?
  package var monitor: ProcessIdentity?
  /// The command that is about to start it: that made it, or has stopped it to restart it; nil once a
  /// monitor has it.
  package var starter: ProcessIdentity?
  package var cgroup: CgroupHandle?
  package var exitCode: Int32 = 0
  package var error = ""
  package var outOfMemory = false
  /// Nanoseconds since 1970; 0 for never.
  package var startedAt: Int64 = 0
  package var finishedAt: Int64 = 0
  package var restartCount = 0
  package var stoppedByHand = false
  /// The networks it belongs to, in the order of its interfaces.
  package var networks: [NetworkAttachment] = []
  package var ports: [PortBinding] = []
  /// What the host could not give: limits that were not set, and why.
  package var warnings: [String] = []
  /// Of a container with a check, since it was first started.
  package var health: HealthState?

  package init() {}

  /// Its place in the network that leads everywhere else, or in its only one; while it runs.
  package var endpoint: Endpoint? {
    networks.endpoints.gatewayEndpoint ?? networks.endpoints.first
  }

  /// Forgets addresses and ports: what a container has only while it runs.
  mutating func leaveNetworks() {
    for index in networks.indices { networks[index].endpoint = nil }
    ports = []
  }

  /// Whether a monitor should be there.
  package var isActive: Bool { [.running, .paused, .restarting].contains(status) }
}

/// A mount as it was resolved at `create`: `Mounts` of `docker inspect`.
package struct MountPoint: Sendable, Codable, Equatable {
  package var kind: MountWish.Kind
  /// The volume's name.
  package var name: String?
  /// The host directory.
  package var source: String
  package var destination: String
  package var readWrite: Bool
  package var propagation: String
  package var options: [String] = []
  /// Of the volume, what is mounted: a path below its directory.
  package var subpath: String?
  /// Of a volume with options, what is mounted instead of a directory.
  package var device: VolumeDevice?
  /// For a volume that is made with the container.
  package var labels: [String: String]?
  package var volumeOptions: [String: String]?
  /// Of a bind mount, what becomes of mounts below the source: `disabled` leaves them out, `writable`
  /// leaves them as they are under a read-only one.
  package var recursion: String?
  /// Goes away with the container when that is removed with `-v` or `--rm`.
  package var isAnonymous = false

  package init(
    kind: MountWish.Kind, name: String? = nil, source: String, destination: String,
    readWrite: Bool, propagation: String, options: [String] = []
  ) {
    self.kind = kind
    self.name = name
    self.source = source
    self.destination = destination
    self.readWrite = readWrite
    self.propagation = propagation
    self.options = options
  }
}
