// The engine is the facade of one instance: its containers, its view of the images, its volumes,
// its network and its journal. It is a library, not a daemon: every command opens the database,
// acts, and goes. What must stay alive are the monitors, one for each running container.
//
// lab: engine
// Next: Engine+Create.swift, Engine+Start.swift, Reconcile.swift.

import FoundationEssentials
import Glibc
import Images
import Linux
import Networks
import Runtime
import SQLite
import Support

/// One engine instance.
package final class Engine {
  package let root: DataRoot
  package let instance: String
  /// The instance's directory.
  package let directory: String
  package let database: Database
  package let journal: Journal
  /// Remembers what containers printed in the journal (lab instances): bytes for each run.
  package var captureBytes: Int { instance.hasPrefix("lab") ? 4096 : 0 }
  private var openImages: ImageStore?
  /// The container record that was read or written last.
  var lastRead: KnownRecord?
  /// The host as the first step of a build found it.
  var stepHost: HostFacts?

  /// Opens the instance `name`, making it when there is none; without `creating` that is an error: who
  /// only looks must not bring an instance back that is just being removed.
  package init(root: DataRoot, instance: String, creating: Bool = true) throws {
    self.root = root
    self.instance = instance
    directory = root.instance(instance)
    let path = directory + "/engine.db"
    do {
      database = try Database(path: path)
    } catch let error as DklabError where creating && error.id == "database.cannot-open" {
      // Somebody else may just have made it.
      if !File.exists(directory) {
        try Directory.make(root.path, mode: 0o711)
        try Directory.make(directory, mode: 0o700)
      }
      database = try Database(path: path)
    }
    try database.migrate(Engine.schema)
    journal = Journal(database: database)
  }

  /// The instance and root the environment names. Who is not root steps into their user namespace
  /// first, and this process stays there.
  package static func open() throws -> Engine {
    let root = try DataRoot.current()
    try Rootless.enter(state: root.path + "/rootless")
    return try Engine(root: root, instance: try currentInstanceName())
  }

  private static let schema = [
    """
    CREATE TABLE containers (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      created INTEGER NOT NULL,     -- nanoseconds since 1970
      image TEXT NOT NULL,          -- digest of the image's configuration
      status TEXT NOT NULL,         -- also inside state, for queries
      spec TEXT NOT NULL,           -- ContainerSpec as JSON
      mounts TEXT NOT NULL,         -- [MountPoint] as JSON
      state TEXT NOT NULL           -- ContainerState as JSON
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE volumes (
      name TEXT PRIMARY KEY,
      created INTEGER NOT NULL,
      anonymous INTEGER NOT NULL,
      labels TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    """ + Journal.schema, networkSchema, volumeSchema,
  ]

  /// The images this instance has names for. Opened when first used.
  package func images() throws -> ImageStore {
    if let openImages { return openImages }
    let store = ImageStore(content: try ContentStore(root: root.content), scope: instance)
    store.remote = PullProcess()
    store.onChange = { [journal] change in
      try journal.append(
        "image", change.action.rawValue, actor: "\(change.id)", name: change.name)
    }
    openImages = store
    return store
  }

  /// Closes the databases until they are used again: before this process makes a copy of itself that
  /// will record something.
  func disconnect() {
    database.disconnect()
    openImages?.content.database.disconnect()
  }

  /// The instance's network.
  package var network: InstanceNetwork {
    InstanceNetwork(stateDirectory: directory + "/network")
  }

  /// The directory of the container `id`: its layer, its log, its socket.
  package func containerDirectory(_ id: String) -> String { "\(directory)/containers/\(id)" }

  /// The control group of the container `id`, below the base of each hierarchy.
  func cgroupPath(_ id: String) -> String { "dklab/\(instance)/\(id)" }

  /// The json-file log of the container `id`.
  package func logPath(_ id: String) -> String { containerDirectory(id) + "/\(id)-json.log" }

  /// Where the system calls of a launch of the container `id` are written to (`run --trace`).
  package func tracePath(_ id: String) -> String { containerDirectory(id) + "/trace" }

  /// The socket of the monitor of the container `id`.
  package func socketPath(_ id: String) -> String { containerDirectory(id) + "/monitor.sock" }
}
