/// One thing that happened in the lab's instance, as checks and causes read it.
package struct JournalEvent: Sendable, Hashable {
  /// Nanoseconds since 1970.
  package var time: Int64
  /// `container`, `exec`, `image`, `network`, `volume`, `command`.
  package var type: String
  /// `create`, `start`, `die` … as the lab format page lists them.
  package var action: String
  /// The object's name: a container's name, an image's reference.
  package var name: String
  /// `exit`, `out`, `image`, `argv` and whatever else the engine recorded.
  package var attributes: [String: String]

  package init(
    time: Int64, type: String, action: String, name: String, attributes: [String: String] = [:]
  ) {
    self.time = time
    self.type = type
    self.action = action
    self.name = name
    self.attributes = attributes
  }

  /// The command that shows what has happened.
  static let look = "docker events --since 1h --until 0s"

  /// `container.create`.
  var kind: String { "\(type).\(action)" }

  /// The exit status, when the event has one.
  var exit: Int? { attributes["exit"].flatMap { Int($0) } }
}
