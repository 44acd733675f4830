import SQLite
import Support

/// The images one scope knows: an engine instance, or `library`, the local shelf that stands in
/// for a registry. Contents are shared between scopes; names and deletions are not.
package final class ImageStore {
  package let content: ContentStore
  package let scope: String
  /// Told of each change to this scope once it is made: an engine's journal listens.
  package var onChange: (ImageChange) throws -> Void = { _ in }

  /// Where images come from that the shelf does not have; nowhere unless an engine says.
  package var remote: (any RemoteImages)?

  /// The scope of the local shelf.
  package static let library = "library"

  package init(content: ContentStore, scope: String) {
    self.content = content
    self.scope = scope
  }

  var database: Database { content.database }

  /// Equal to an earlier one of this store as long as no image and no name has changed in any scope.
  package func changeMark() throws -> Database.ChangeMark { try database.changeMark() }
}

/// A change to the images of a scope.
package struct ImageChange: Sendable, Hashable {
  /// As in Docker's events.
  package enum Action: String, Sendable {
    case pull, tag, untag, delete, load, `import`
  }

  package var action: Action
  package var id: Digest
  /// The name that was given, or that was asked for.
  package var name: String

  package init(action: Action, id: Digest, name: String) {
    self.action = action
    self.id = id
    self.name = name
  }
}

/// A container that was made from an image.
package struct ImageUser: Sendable, Hashable {
  /// The full container id.
  package var container: String
  package var isRunning: Bool

  package init(container: String, isRunning: Bool) {
    self.container = container
    self.isRunning = isRunning
  }
}

/// One line of progress as `docker pull` and `docker load` show it: a status, of a layer when
/// there is an `id`, with how much of it is done.
package struct ImageProgress: Sendable, Hashable, Codable {
  package var id: String?
  package var status: String
  package var done: Int64?
  package var total: Int64?

  package init(id: String? = nil, _ status: String, done: Int64? = nil, total: Int64? = nil) {
    self.id = id
    self.status = status
    self.done = done
    self.total = total
  }
}
