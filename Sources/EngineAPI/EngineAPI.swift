// Docker's Engine API over one engine instance: what `docker`, `docker compose`, the SDKs and
// everything that speaks to `/var/run/docker.sock` expect to find there.
//
// The server has no state of its own that would outlive it. Containers belong to their monitors; what
// it knows it reads from the instance, where `dklab run` and its kin read and write as well. Only what
// Docker keeps in its daemon's memory too is kept here: the exec instances, and who waits to be
// attached to a container that has not been started yet.
//
// Reading happens in this process, on threads of its own (EnginePool). What forks or changes
// namespaces happens in workers (Worker/), because this process has threads.
//
// Next: APIVersion.swift, Containers/ContainerRoutes.swift, Worker/EngineWorker.swift.

import Documents
import Engine
import FoundationEssentials
import Glibc
import HTTP
import Linux
import Support

/// The Engine API of one instance.
package final class EngineAPI: Sendable {
  let engines: EnginePool
  let listing: ContainerListing
  let workers = WorkerPool()
  let feed: JournalFeed
  let attachments = AttachQueue()
  let execs = ExecRegistry()
  let loop: DescriptorLoop
  /// What `version` tells of the program.
  let version: String

  /// Opens the instance, which exists, and starts to watch its journal.
  ///
  /// - Parameter version: of the program, `1.2.3`.
  package init(root: DataRoot, instance: String, version: String) throws {
    engines = EnginePool(root: root, instance: instance)
    listing = ContainerListing(root: root, instance: instance)
    feed = try JournalFeed(root: root, instance: instance)
    loop = DescriptorLoop()
    self.version = version
    workers.warm()
  }

  /// What the server does with errors.
  package static func configure(_ configuration: inout HTTPServer.Configuration) {
    configuration.failure = { APIError.response($0, $1) }
  }

  /// Answers one request.
  package func handler() -> HTTPServer.Handler {
    var router = Router()
    addSystemRoutes(&router)
    addContainerRoutes(&router)
    addStreamRoutes(&router)
    addExecRoutes(&router)
    addImageRoutes(&router)
    addRegistryRoutes(&router)
    addNetworkRoutes(&router)
    addVolumeRoutes(&router)
    addRefusals(&router)
    let routes = router
    return { request in try await APIVersion.respond(to: request, routes) }
  }

  /// Lets workers and watchers go, once the server has stopped.
  package func close() {
    workers.close()
    feed.close()
    loop.close()
  }
}

extension EngineAPI {
  /// What Docker's daemon does before it listens: records are compared with processes. Waits for that; the
  /// worker that does it is started while there is no socket that it could hold open for a moment when this
  /// process is killed.
  package func reconcile() {
    try? waitForTask { _ = try? await self.workers.run(.reconcile) }
  }

  /// Starts, as Docker's daemon does, containers with the policy `always`, also those that were stopped by
  /// hand.
  package func restartContainers() {
    Task {
      let stopped = try? await engines.with { engine in
        try engine.containers().filter { record in
          !record.state.isActive && record.state.startedAt > 0
            && record.spec.host.restart == .always
        }
      }
      for record in stopped ?? [] { try? await start(record) }
    }
  }
}
