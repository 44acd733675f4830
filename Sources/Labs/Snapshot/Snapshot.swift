import Documents
import Support

/// All that is known at one moment, and all that a check may look at.
package struct Snapshot: Sendable {
  /// Containers by name, in the shape of `docker inspect`.
  package var containers: [String: JSONValue]
  /// Images in the shape of `docker image inspect`.
  package var images: [JSONValue]
  /// Networks in the shape of `docker network inspect`.
  package var networks: [JSONValue]
  /// The names of all volumes.
  package var volumes: Set<String>
  /// What the student did, oldest first.
  package var journal: [JournalEvent]
  /// What the student answered, by id.
  package var answers: [String: String]
  /// When an answer, as it stands, was last right.
  package var rightAnswers: [String: Int64]
  package var probes: [Probe: ProbeResult]
  /// What the step asks the student to type, line by line, with the variables filled in.
  package var reference: [String]
  /// The same for the whole lab.
  package var lessons: [String]
  /// The images the lab works with.
  package var shelf: [String]
  /// Containers of other engine instances, by name: those that checks ask for and that are not here.
  package var strangers: [String: String]
  /// The last line that containers printed which ended with another status than 0.
  package var lastWords: [String: String]
  /// The name of this machine.
  package var hostName: String
  /// When the student began with the step that is judged, in nanoseconds since 1970. What was tried
  /// before was tried for another step, and explains nothing here.
  package var begun: Int64 = 0
  /// Whether the lab is done on a Docker Engine, which is somebody else's: nothing of it is taken back.
  package var isOnDocker = false

  package init(
    containers: [String: JSONValue] = [:], images: [JSONValue] = [], networks: [JSONValue] = [],
    volumes: Set<String> = [], journal: [JournalEvent] = [], answers: [String: String] = [:],
    rightAnswers: [String: Int64] = [:], probes: [Probe: ProbeResult] = [:],
    reference: [String] = [], lessons: [String] = [], shelf: [String] = [],
    strangers: [String: String] = [:],
    lastWords: [String: String] = [:], hostName: String = ""
  ) {
    self.containers = containers
    self.images = images
    self.networks = networks
    self.volumes = volumes
    self.journal = journal
    self.answers = answers
    self.rightAnswers = rightAnswers
    self.probes = probes
    self.reference = reference
    self.lessons = lessons
    self.shelf = shelf
    self.strangers = strangers
    self.lastWords = lastWords
    self.hostName = hostName
  }

  /// What was seen for `probe`. That nobody looked is a failure of ours.
  func result(_ probe: Probe) -> ProbeResult {
    probes[probe]
      ?? .failed(Text("nobody looked: \(probe)", ko: "관찰하지 않았습니다: \(probe)"))
  }

  func container(_ name: String) -> ContainerView? {
    containers[name].map { ContainerView(name: name, inspect: $0) }
  }

  /// All containers, by name.
  var allContainers: [ContainerView] {
    containers.sorted { $0.key < $1.key }.map { ContainerView(name: $0.key, inspect: $0.value) }
  }

  /// The image that `reference` names: `ubuntu`, `ubuntu:16.04`, an id or its beginning.
  func image(_ reference: String) -> ImageView? {
    images.lazy.map(ImageView.init).first { $0.isNamed(reference) }
  }
}
