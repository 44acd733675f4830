// Parts of Docker's API that are not there, refused in the daemon's own words, so that clients say
// what they always say: swarm mode that was never initialised, plugins that nobody installed, BuildKit
// that is not spoken.

import Documents
import HTTP
import Support

extension EngineAPI {
  func addRefusals(_ router: inout Router) {
    router.on(.GET, "/plugins") { _ in .json([]) }
    router.on(.GET, "/plugins/{name...}/json") { request in
      throw APIError(.notFound, "plugin \"\(request.parameter("name"))\" not found")
    }
    router.on(.POST, "/session") { _ in
      throw APIError(
        .notImplemented, "BuildKit sessions are not supported: use the classic builder")
    }
    router.on(.POST, "/grpc") { _ in
      throw APIError(
        .notImplemented, "BuildKit is not supported: use the classic builder")
    }
    let swarm: Router.Handler = { _ in
      throw APIError(
        .serviceUnavailable,
        "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to connect "
          + "this node to swarm and try again.")
    }
    for noun in ["nodes", "services", "tasks", "secrets", "configs"] {
      for method in [HTTPMethod.GET, .POST, .DELETE] {
        router.on(method, "/\(noun)", swarm)
        router.on(method, "/\(noun)/{rest...}", swarm)
      }
    }
    router.on(.GET, "/swarm", swarm)
    router.on(.GET, "/swarm/unlockkey", swarm)
    router.on(.POST, "/swarm/update", swarm)
    router.on(.POST, "/swarm/leave") { _ in
      throw APIError(.serviceUnavailable, "This node is not part of a swarm")
    }
    router.on(.POST, "/swarm/init") { _ in
      throw APIError(.notImplemented, "swarm mode is not supported")
    }
    router.on(.POST, "/swarm/join") { _ in
      throw APIError(.notImplemented, "swarm mode is not supported")
    }
    router.on(.GET, "/containers/{id}/checkpoints") { _ in
      throw APIError(.notImplemented, "checkpoints are not supported")
    }
  }
}
