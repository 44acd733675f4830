import Engine
import Support

/// A container of a pod as the engine knows it.
struct ObservedContainer: Sendable, Equatable {
  static let podLabel = "io.kubernetes.pod.uid"
  static let nameLabel = "io.kubernetes.container.name"
  static let attemptLabel = "io.kubernetes.container.restartCount"
  static let podNameLabel = "io.kubernetes.pod.name"
  static let podNamespaceLabel = "io.kubernetes.pod.namespace"
  /// Where its last words are: a file on this machine, and the policy of reading it.
  static let lastWordsLabel = "io.kubernetes.container.terminationMessageFile"
  static let lastWordsPolicyLabel = "io.kubernetes.container.terminationMessagePolicy"
  /// The name of the container that holds the pod's namespaces.
  static let sandbox = "POD"

  enum State: Equatable { case created, running, exited }

  var id: String
  var podUID: String
  var podName = ""
  var podNamespace = ""
  /// As the pod calls it.
  var name: String
  /// How often the container was started before.
  var attempt = 0
  var state = State.created
  var exitCode = 0
  var wasOutOfMemory = false
  /// Why it could not start.
  var error = ""
  /// What it left behind as its last words.
  var message = ""
  /// The file it leaves them in; empty when there is none.
  var lastWordsFile = ""
  /// Without last words, the end of its log counts.
  var usesLog = false
  /// Nanoseconds since 1970.
  var startedAt: Int64 = 0
  var finishedAt: Int64 = 0
  var image = ""
  var imageID = ""
  var address = ""
  /// Its process, to wait for.
  var pid: Int32 = 0

  init(id: String, podUID: String, name: String) {
    self.id = id
    self.podUID = podUID
    self.name = name
  }

  /// Nil for a container that belongs to no pod.
  init?(_ record: ContainerRecord) {
    let labels = record.spec.config.labels ?? [:]
    guard let uid = labels[Self.podLabel], let name = labels[Self.nameLabel] else { return nil }
    self.init(id: record.id, podUID: uid, name: name)
    podName = labels[Self.podNameLabel] ?? ""
    podNamespace = labels[Self.podNamespaceLabel] ?? ""
    lastWordsFile = labels[Self.lastWordsLabel] ?? ""
    usesLog = labels[Self.lastWordsPolicyLabel] == "FallbackToLogsOnError"
    attempt = Int(labels[Self.attemptLabel] ?? "") ?? 0
    switch record.state.status {
    case .created: state = record.state.error.isEmpty ? .created : .exited
    case .running, .paused, .restarting: state = .running
    default: state = .exited
    }
    exitCode = Int(record.state.exitCode)
    wasOutOfMemory = record.state.outOfMemory
    error = record.state.error
    startedAt = record.state.startedAt
    // What could not even start ended when it was made: the next try waits as after any end.
    finishedAt =
      state == .exited && record.state.finishedAt == 0 ? record.created : record.state.finishedAt
    image = record.spec.image
    imageID = "\(record.imageID)"
    address = record.state.endpoint.map { "\($0.address)" } ?? ""
    pid = record.state.pid
  }
}
