import Glibc
import Linux
import Networks

/// All a monitor needs to know to hold one container's life, and to start it again without asking
/// anyone. Sent as one JSON document on the control socket.
package struct MonitorRequest: Sendable, Codable {
  package var script: LaunchScript
  package var restart: RestartPolicy
  /// The json-file log; nil keeps none.
  package var logPath: String?
  /// When it is full; nil for never.
  package var logRotation: LogRotation?
  /// JSON text of an object that every entry carries.
  package var logAttributes: String?
  package var socketPath: String
  /// `-i`: the container's stdin is a pipe that clients may feed.
  package var openStdin: Bool
  /// The first client that ends its input ends the container's.
  package var stdinOnce: Bool
  package var stopSignal: Int32
  /// The image or the user chose it: then another signal is a message, not the wish to end it.
  package var hasOwnStopSignal = false
  /// Remembers up to this many bytes of standard output for the journal; 0 remembers none.
  package var captureBytes: Int
  /// The client on the control socket is attached from the first byte on (bits as in
  /// `Frame.Kind.attach`); nil: it only waits for the start.
  package var attachBits: UInt8?
  /// Attached and removed at its end (`run --rm`): nobody is told anything about it before.
  package var isTransient = false
  /// The interfaces it gets, and where that network's state is kept; nil without one of its own.
  package var endpoints: [Endpoint] = []
  package var networkState: String?
  /// Where names are asked for that no container has; nil without a network of its own.
  package var names: NameService?
  /// The container asks its monitor for names: it is on a network that a user made.
  package var resolvesNames = false
  /// Listening sockets of published ports, by the numbers the monitor has them under.
  package var ports: [ListeningPort] = []
  /// How to find out whether the program does its work; nil without a check.
  package var health: HealthCheck?

  package init(
    script: LaunchScript, restart: RestartPolicy, logPath: String?, socketPath: String,
    openStdin: Bool, stdinOnce: Bool, stopSignal: Int32, captureBytes: Int, attachBits: UInt8?
  ) {
    self.script = script
    self.restart = restart
    self.logPath = logPath
    self.socketPath = socketPath
    self.openStdin = openStdin
    self.stdinOnce = stdinOnce
    self.stopSignal = stopSignal
    self.captureBytes = captureBytes
    self.attachBits = attachBits
  }
}

/// What changes about a container whose monitor runs (`docker update`), for when it starts the
/// container again.
package struct MonitorUpdate: Sendable, Codable {
  package var restart: RestartPolicy
  package var resources: CgroupResources
  /// The group as it is now: a new limit may have needed another hierarchy.
  package var cgroup: CgroupHandle?

  package init(restart: RestartPolicy, resources: CgroupResources, cgroup: CgroupHandle?) {
    self.restart = restart
    self.resources = resources
    self.cgroup = cgroup
  }
}

/// What a monitor reports to the record. Each is written before anyone is told.
package enum MonitorEvent: Sendable {
  case started(ProcessIdentity, cgroup: CgroupHandle?, warnings: [String], restarts: Int)
  case failed(LaunchFailure)
  case checked(HealthResult, HealthProgress, changed: Bool)
  /// The kernel has killed something in the container for lack of memory.
  case outOfMemory
  /// The terminal has another size.
  case resized(WindowSize)
  case exited(
    ExitStatus, outOfMemory: Bool, willRestart: Bool, stoppedByHand: Bool, output: [UInt8])
}

/// What the monitor cannot do itself, given by the engine above.
package struct MonitorHooks {
  /// Gives the new process its network, while it waits; called between clone3 and the go-ahead.
  package var attachNetwork: (pid_t) throws -> Void
  /// The lower directories of an overlay, top-most first, for a script that `awaitsLayers`; called after
  /// the network.
  package var lowerDirectories: () throws -> [String]
  /// Writes an event durably. Runs in a short-lived child, so that a database's memory does not
  /// stay with the monitor.
  package var record: (MonitorEvent) -> Void
  /// Further descriptors to wait for (published ports), and what to do when they are ready.
  package var relayEntries: () -> [PollEntry]
  package var relayHandle: (PollEntry) -> Void
  package var relayDeadline: () -> Int64?
  /// Carries out a `network` frame for the process with this id.
  package var changeNetwork: (pid_t, [UInt8]) throws -> Void
  /// Gives up published ports and all else that is listened on: before the last exit is recorded, for
  /// whoever learns of it may want the ports at once.
  package var leaveNetwork: () -> Void

  package init(
    attachNetwork: @escaping (pid_t) throws -> Void,
    lowerDirectories: @escaping () throws -> [String] = { [] },
    record: @escaping (MonitorEvent) -> Void,
    relayEntries: @escaping () -> [PollEntry] = { [] },
    relayHandle: @escaping (PollEntry) -> Void = { _ in },
    relayDeadline: @escaping () -> Int64? = { nil },
    changeNetwork: @escaping (pid_t, [UInt8]) throws -> Void = { _, _ in },
    leaveNetwork: @escaping () -> Void = {}
  ) {
    self.attachNetwork = attachNetwork
    self.lowerDirectories = lowerDirectories
    self.record = record
    self.relayEntries = relayEntries
    self.relayHandle = relayHandle
    self.relayDeadline = relayDeadline
    self.changeNetwork = changeNetwork
    self.leaveNetwork = leaveNetwork
  }
}
