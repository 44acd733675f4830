import Documents
import Engine
import HTTP

/// What only the node of a pod can do: logs, commands inside, forwarded ports. The kubelet provides
/// it; a cluster without one says so.
package struct PodStreams: Sendable {
  /// Answers a request for `log`, `exec`, `attach`, `portforward` or `proxy` of a pod.
  package typealias Handler =
    @Sendable (HTTPRequest, _ pod: JSONValue, _ subresource: String)
    async throws -> HTTPResponse

  package var handler: Handler?

  package init(handler: Handler? = nil) {
    self.handler = handler
  }
}

extension PodStreams {
  /// The streams of pods that run on this machine's engine.
  static func local(root: String, cluster: String) -> PodStreams {
    let instance = KubeletMain.instance(cluster)
    let logs = PodLogs { try Engine(root: DataRoot(path: root), instance: instance) }
    let exec = PodExec(root: root, instance: instance, loop: DescriptorLoop())
    return PodStreams { request, pod, subresource in
      switch subresource {
      case "log": return try logs.answer(request, pod)
      case "exec": return try exec.answer(request, pod)
      default:
        throw APIError(
          501, "NotImplemented", "the server does not implement \(subresource) of pods yet")
      }
    }
  }
}
