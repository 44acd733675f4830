import Documents
import Glibc
import Linux
import Support

/// All objects of a resource as they are now, for a process with one thread: a list, then a watch.
/// When the server goes away what was known stays, until it is back.
final class WatchedObjects {
  private let client: LocalClient
  private let path: String
  private var connection: WatchConnection?
  private(set) var objects: [String: JSONValue] = [:]

  /// `path` is that of the collection: `/api/v1/services`.
  init(_ client: LocalClient, _ path: String) {
    self.client = client
    self.path = path
  }

  /// Whether the cluster is gone, and there is nothing to wait for.
  var isAbandoned: Bool { client.isAbandoned }

  /// To be polled for reading; nil while there is no connection.
  var descriptor: Int32? { connection?.descriptor }

  /// In the order of their names.
  var sorted: [JSONValue] { objects.sorted { $0.key < $1.key }.map(\.value) }

  /// Begins to watch, if it does not; returns whether anything was learned. Throws when the server
  /// is away.
  func connect() throws -> Bool {
    guard connection == nil else { return false }
    let list = try client.request("GET", path)
    guard list.isSuccess else { throw SyscallError("list", path, errno: EAGAIN) }
    connection = try client.watch(
      "\(path)?watch=true&resourceVersion=\(list.body.resourceVersion)")
    // The items of a list do not say their kind.
    let found = list.body.list("items").map { ($0.qualifiedName, $0) }
    let new = Dictionary(found, uniquingKeysWith: { _, last in last })
    defer { objects = new }
    return new != objects
  }

  /// Takes in what has come; returns whether anything changed.
  func read() -> Bool {
    guard let connection, let events = try? connection.read() else {
      self.connection = nil
      return false
    }
    for (kind, object) in events {
      switch kind {
      case "ADDED", "MODIFIED": objects[object.qualifiedName] = object
      case "DELETED": objects[object.qualifiedName] = nil
      case "ERROR": self.connection = nil
      default: break
      }
    }
    return !events.isEmpty
  }
}
