import Documents
import Linux
import Support

/// `kubectl exec`.
enum Exec {
  static let command = Command(
    name: "exec", usage: "(POD | TYPE/NAME) [-c CONTAINER] [flags] -- COMMAND [args...]",
    summary: "Execute a command in a container",
    flags: [
      .list("filename", "File with the pod to enter", short: "f"),
      .string("container", "The container; the first one when left out", short: "c"),
      .duration("pod-running-timeout", "How long to wait for the pod", standard: "1m0s"),
      .bool("quiet", "Only what the command writes", short: "q"),
      .bool("stdin", "Pass standard input on", short: "i"),
      .bool("tty", "With a terminal", short: "t"),
    ],
    examples: ["kubectl exec web -- date", "kubectl exec -it web -- sh"]
  ) { try run($0) }

  private static func run(_ invocation: Invocation) throws {
    let flags = invocation.flags
    guard let dash = flags.dash else {
      if invocation.words.count > 1 {
        throw KubectlError(
          "exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\n"
            + "See 'kubectl exec -h' for help and examples")
      }
      throw KubectlError(
        invocation.words.isEmpty
          ? "pod, type/name or --filename must be specified"
          : "you must specify at least one command for the container")
    }
    guard dash == 1 || flags.isSet("filename") else {
      throw KubectlError("pod, type/name or --filename must be specified")
    }
    guard !invocation.wordsAfterDash.isEmpty else {
      throw KubectlError("you must specify at least one command for the container")
    }
    let session = try Session(invocation)
    let pod = try pod(invocation, session)
    let phase = pod.text("status", "phase")
    if ["Succeeded", "Failed"].contains(phase) {
      throw KubectlError(
        "cannot exec into a container in a completed pod; current phase is \(phase)")
    }
    let container = try PodChoice.container(
      pod, wanted: flags.string("container"), remarks: !flags.bool("quiet"))
    var isTerminal = flags.bool("tty")
    if isTerminal, !flags.bool("stdin") || !Terminal.isTerminal(0) {
      if flags.bool("stdin") {
        Screen.remark("Unable to use a TTY - input is not a terminal or the right kind of file")
      }
      isTerminal = false
    }
    var query = invocation.wordsAfterDash.map { ("command", $0) }
    query.append(("container", container))
    if flags.bool("stdin") { query.append(("stdin", "true")) }
    query.append(("stdout", "true"))
    query.append(isTerminal ? ("tty", "true") : ("stderr", "true"))
    let kind = try session.discovery.kind(named: "pods")
    let socket = try session.client.upgrade(
      kind.path(namespace: pod.namespace, name: pod.name, subresource: "exec"), query: query,
      protocols: StreamSession.protocols)
    try StreamSession(
      socket: socket, input: flags.bool("stdin") ? 0 : nil, isTerminal: isTerminal
    ).run()
  }

  private static func pod(_ invocation: Invocation, _ session: Session) throws -> JSONValue {
    guard invocation.flags.isSet("filename") else {
      return try PodChoice(session: session).pod(invocation.words[0])
    }
    var errors: [any Error] = []
    let manifests = try ManifestReader(isRecursive: false)
      .read(invocation.flags.list("filename"), &errors)
    try ManyErrors.throwing(errors)
    guard let first = manifests.first else { throw KubectlError("no objects passed to exec") }
    let item = try Selection(session).item(first)
    return try PodChoice(session: session).pod("\(item.kind.plural)/\(item.name)")
  }
}
