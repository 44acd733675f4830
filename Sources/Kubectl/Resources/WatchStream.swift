import Documents
import HTTP
import Support

/// The events of a watch, one after the other.
final class WatchStream {
  private let connection: ClientConnection
  private var bytes: [UInt8] = []
  private var isEnded = false

  /// Watches the objects under `path`.
  init(
    _ client: APIClient, _ path: String, query: [(String, String)],
    accept: String = "application/json"
  ) throws {
    connection = try client.stream(path, query: query + [("watch", "true")], accept: accept)
  }

  /// One event; `kind` is ADDED, MODIFIED, DELETED, BOOKMARK or ERROR.
  struct Event {
    var kind: String
    var object: JSONValue
  }

  enum Next {
    case event(Event)
    /// Nothing within the time, or a signal came.
    case nothing
    case ended
  }

  /// Waits for the next event, `timeout` milliseconds at most (-1: for ever).
  func next(timeout: Int32 = -1) throws -> Next {
    while true {
      if let end = bytes.firstIndex(of: 10) {
        let line = Array(bytes[..<end])
        bytes.removeFirst(end + 1)
        guard let value = try? JSONValue.parse(line), let object = value["object"] else { continue }
        return .event(Event(kind: value.text("type"), object: object))
      }
      if isEnded { return .ended }
      guard let more = try connection.readBody(timeout: timeout) else {
        isEnded = true
        continue
      }
      if more.isEmpty { return .nothing }
      bytes += more
    }
  }
}
