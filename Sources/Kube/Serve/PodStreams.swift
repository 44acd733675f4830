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
  /// Passes requests on to pods and services; nil in a cluster without a network.
  var proxy: PodProxy?

  package init(handler: Handler? = nil) {
    self.handler = handler
  }
}

extension PodStreams {
  /// The streams of pods that run on this machine's engine.
  static func local(root: String, cluster: String) -> PodStreams {
    let instance = KubeletMain.instance(cluster)
    let logs = PodLogs {
      try Engine(root: DataRoot(path: root), instance: instance, creating: false)
    }
    let loop = DescriptorLoop()
    let exec = PodExec(root: root, instance: instance, loop: loop)
    let dial = PodDial(root: root, cluster: cluster, loop: loop)
    let forward = PortForward(root: root, instance: instance, dial: dial)
    var streams = PodStreams { request, pod, subresource in
      switch subresource {
      case "log": return try logs.answer(request, pod)
      case "exec": return try exec.answer(request, pod, attaches: false)
      case "attach": return try exec.answer(request, pod, attaches: true)
      case "portforward": return try forward.answer(request, pod)
      default:
        throw APIError(
          501, "NotImplemented", "the server does not implement \(subresource) of pods yet")
      }
    }
    streams.proxy = PodProxy(dial: dial)
    return streams
  }
}
