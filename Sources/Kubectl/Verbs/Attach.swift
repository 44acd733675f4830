import Documents
import Linux
import Support

/// `kubectl attach`.
enum Attach {
  static let command = Command(
    name: "attach", usage: "(POD | TYPE/NAME) -c CONTAINER",
    summary: "Attach to a running container",
    flags: [
      .string("container", "The container; the first one when left out", short: "c"),
      .duration("pod-running-timeout", "How long to wait for the pod", standard: "1m0s"),
      .bool("quiet", "No remarks", short: "q"),
      .bool("stdin", "Pass standard input on", short: "i"),
      .bool("tty", "Standard input is a terminal", short: "t"),
    ]
  ) { invocation in
    let flags = invocation.flags
    guard invocation.words.count == 1 else {
      throw KubectlError(
        invocation.words.isEmpty
          ? "at least 1 argument is required for attach" : "at most one argument is allowed")
    }
    let session = try Session(invocation)
    let pod = try PodChoice(session: session).pod(invocation.words[0])
    let phase = pod.text("status", "phase")
    if ["Succeeded", "Failed"].contains(phase) {
      throw KubectlError(
        "cannot attach a container in a completed pod; current phase is \(phase)")
    }
    let container = try PodChoice.container(
      pod, wanted: flags.string("container"), remarks: !flags.bool("quiet"))
    if !flags.bool("quiet"), flags.bool("stdin") {
      Screen.remark("If you don't see a command prompt, try pressing enter.")
    }
    try run(
      pod, container: container, session, isTerminal: flags.bool("tty"),
      hasInput: flags.bool("stdin"))
  }

  /// Connects this program's streams with those of a container.
  static func run(
    _ pod: JSONValue, container: String, _ session: Session, isTerminal: Bool, hasInput: Bool
  ) throws {
    let isTerminal = isTerminal && hasInput && Terminal.isTerminal(0)
    var query = [("container", container)]
    if hasInput { query.append(("stdin", "true")) }
    query.append(("stdout", "true"))
    query.append(isTerminal ? ("tty", "true") : ("stderr", "true"))
    let kind = try session.discovery.kind(named: "pods")
    let socket = try session.client.upgrade(
      kind.path(namespace: pod.namespace, name: pod.name, subresource: "attach"), query: query,
      protocols: StreamSession.protocols)
    try StreamSession(socket: socket, input: hasInput ? 0 : nil, isTerminal: isTerminal).run()
  }
}

/// Waits until an object is as one wants it.
struct PodWait {
  let session: Session

  /// The object as soon as `isReached` holds for it.
  func wait(_ item: ResourceItem, seconds: Double, _ isReached: (JSONValue) -> Bool) throws
    -> JSONValue
  {
    let deadline = monotonicMilliseconds() + Int64(seconds * 1000)
    while true {
      let current = try session.get(item.kind, item.name, namespace: item.namespace)
      if isReached(current) { return current }
      let stream = try WatchStream(
        session.client, item.kind.path(namespace: item.namespace),
        query: [
          ("fieldSelector", "metadata.name=\(item.name)"),
          ("resourceVersion", current.resourceVersion),
        ])
      watching: while true {
        let left = deadline - monotonicMilliseconds()
        guard left > 0 else { throw KubectlError("timed out waiting for the condition") }
        switch try stream.next(timeout: Int32(clamping: left)) {
        case .event(let event) where event.kind == "DELETED":
          throw KubectlError("\(item.kind.plural) \"\(item.name)\" was deleted")
        case .event(let event) where event.kind == "ERROR": break watching
        case .event(let event): if isReached(event.object) { return event.object }
        case .ended: break watching
        case .nothing: continue
        }
      }
    }
  }
}
