import Documents
import HTTP
import Linux
import Support

/// `kubectl logs`.
enum Logs {
  static let command = Command(
    name: "logs", usage: "[-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]",
    summary: "Print the logs for a container in a pod",
    flags: [
      CommonFlags.selector,
      .bool("all-containers", "Of all containers"),
      .bool("all-pods", "Of all pods of the workload"),
      .string("container", "Of this container", short: "c"),
      .bool("follow", "Go on as more is written", short: "f"),
      .bool("ignore-errors", "Errors while following are remarks"),
      .bool("insecure-skip-tls-verify-backend", "Do not check who the kubelet is"),
      .int("limit-bytes", "At most so many bytes"),
      .int("max-log-requests", "Logs to follow at once", standard: 5),
      .duration("pod-running-timeout", "How long to wait for a pod", standard: "20s"),
      .bool("prefix", "Say before each line where it comes from"),
      .bool("previous", "Of the container before the last restart", short: "p"),
      .duration("since", "Only what is younger"),
      .string("since-time", "Only what was written after this time"),
      .int("tail", "Only the last lines; -1 for all", standard: -1),
      .bool("timestamps", "Say when each line was written"),
    ],
    examples: ["kubectl logs web", "kubectl logs -f deploy/web --tail=20", "kubectl logs web -p"]
  ) { try LogsRun($0).run() }
}

/// One run of `logs`.
private struct LogsRun {
  let session: Session
  let flags: FlagValues
  let words: [String]

  /// One log.
  private struct Source {
    var pod: JSONValue
    var container: String
  }

  init(_ invocation: Invocation) throws {
    flags = invocation.flags
    words = invocation.words
    let hasSelector = flags.isSet("selector")
    if words.isEmpty && !hasSelector || words.count > 2 {
      throw KubectlError(
        "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command\nSee 'kubectl logs -h' for help and examples"
      )
    }
    if !words.isEmpty && hasSelector {
      throw KubectlError(
        "only a selector (-l) or a POD name is allowed\nSee 'kubectl logs -h' for help and examples"
      )
    }
    if flags.isSet("since"), flags.isSet("since-time") {
      throw KubectlError("at most one of `sinceTime` or `sinceSeconds` may be specified")
    }
    if flags.isSet("tail"), flags.int("tail") < -1 {
      throw KubectlError("--tail must be greater than or equal to -1")
    }
    if words.count == 2 && flags.isSet("container") {
      throw KubectlError(
        "only one of -c or an inline [CONTAINER] arg is allowed\nSee 'kubectl logs -h' for help and examples"
      )
    }
    session = try Session(invocation)
  }

  func run() throws {
    let sources = try self.sources()
    if flags.bool("follow") && sources.count > 1 {
      guard sources.count <= flags.int("max-log-requests") else {
        throw KubectlError(
          "you are attempting to follow \(sources.count) log streams, but maximum allowed "
            + "concurrency is \(flags.int("max-log-requests")), use --max-log-requests to increase "
            + "the limit")
      }
      return try follow(sources)
    }
    for source in sources {
      let stream = try open(source)
      while let bytes = try stream.readBody() { write(bytes, source) }
      endLine(source)
    }
  }

  private func sources() throws -> [Source] {
    let choice = PodChoice(session: session)
    if flags.isSet("selector") {
      let pods = try session.list(
        try session.discovery.kind(named: "pods"), namespace: session.namespace,
        labels: flags.string("selector")
      ).list("items")
      if pods.isEmpty {
        Screen.remark("No resources found in \(session.namespace) namespace.")
      }
      return try pods.flatMap(containers)
    }
    let word = words[0]
    if flags.bool("all-pods"), word.contains("/") {
      let part = try Selection(session).parts([word])[0]
      return try choice.pods(of: try session.get(part.kind, part.names[0])).flatMap(containers)
    }
    guard word.contains("/"), !word.hasPrefix("pod/"), !word.hasPrefix("pods/"),
      !word.hasPrefix("po/")
    else { return try containers(of: try pod(word, choice)) }
    let part = try Selection(session).parts([word])[0]
    let pods = try choice.pods(of: try session.get(part.kind, part.names[0]))
    guard let first = pods.first else {
      throw KubectlError("timed out waiting for the condition")
    }
    if pods.count > 1 {
      Screen.remark("Found \(pods.count) pods, using pod/\(first.name)")
    }
    return try containers(of: first)
  }

  private func pod(_ word: String, _ choice: PodChoice) throws -> JSONValue {
    do {
      return try choice.pod(word)
    } catch let error as StatusError where error.isNotFound {
      throw KubectlError(
        "error from server (NotFound): \(error.message) in namespace \"\(session.namespace)\"")
    }
  }

  private func containers(of pod: JSONValue) throws -> [Source] {
    if flags.bool("all-containers") {
      let all = PodChoice.containers(of: pod)
      return (all.filter(\.isInit) + all.filter { !$0.isInit }).map {
        Source(pod: pod, container: $0.name)
      }
    }
    let wanted = words.count == 2 ? words[1] : flags.string("container")
    if !wanted.isEmpty, !PodChoice.containers(of: pod).contains(where: { $0.name == wanted }) {
      throw KubectlError("container \(wanted) is not valid for pod \(pod.name)")
    }
    return [Source(pod: pod, container: try PodChoice.container(pod, wanted: wanted))]
  }

  private func open(_ source: Source) throws -> ClientConnection {
    var query = [("container", source.container)]
    if flags.bool("follow") { query.append(("follow", "true")) }
    if flags.bool("previous") { query.append(("previous", "true")) }
    if flags.bool("timestamps") { query.append(("timestamps", "true")) }
    if flags.isSet("since") {
      query.append(("sinceSeconds", "\(Int(flags.duration("since").rounded(.up)))"))
    }
    if flags.isSet("since-time") { query.append(("sinceTime", flags.string("since-time"))) }
    if flags.isSet("limit-bytes") { query.append(("limitBytes", flags.string("limit-bytes"))) }
    var tail = flags.int("tail")
    if flags.isSet("selector"), !flags.isSet("tail") { tail = 10 }
    if tail >= 0 { query.append(("tailLines", "\(tail)")) }
    let kind = try session.discovery.kind(named: "pods")
    return try session.client.stream(
      kind.path(namespace: source.pod.namespace, name: source.pod.name, subresource: "log"),
      query: query, accept: "*/*")
  }

  // MARK: Output

  private var hasPrefix: Bool { flags.bool("prefix") || flags.bool("all-pods") }

  /// What of a line has come, for sources whose lines get a prefix.
  private final class Pending { var lines: [String: [UInt8]] = [:] }
  private let pending = Pending()

  private func prefix(_ source: Source) -> String {
    "[pod/\(source.pod.name)/\(source.container)] "
  }

  private func write(_ bytes: [UInt8], _ source: Source) {
    guard hasPrefix else { return Screen.write(bytes) }
    let key = prefix(source)
    var waiting = (pending.lines[key] ?? []) + bytes
    while let end = waiting.firstIndex(of: 10) {
      Screen.write(Array(key.utf8) + waiting[...end])
      waiting.removeFirst(end + 1)
    }
    pending.lines[key] = waiting
  }

  private func endLine(_ source: Source) {
    guard let rest = pending.lines.removeValue(forKey: prefix(source)), !rest.isEmpty else {
      return
    }
    Screen.write(Array(prefix(source).utf8) + rest + [10])
  }

  /// Several logs at once, each over its own connection.
  private func follow(_ sources: [Source]) throws {
    var open = try sources.map { (source: $0, stream: try self.open($0)) }
    while !open.isEmpty {
      let hasInput = open.contains { $0.stream.stream.hasInput }
      var entries = open.map { PollEntry(fd: $0.stream.stream.descriptor, events: .readable) }
      try pollDescriptors(&entries, timeout: hasInput ? 0 : -1)
      var ended: [Int] = []
      for index in open.indices
      where open[index].stream.stream.hasInput || !entries[index].ready.isEmpty {
        guard let bytes = try open[index].stream.readBody(timeout: 0) else {
          ended.append(index)
          continue
        }
        if !bytes.isEmpty { write(bytes, open[index].source) }
      }
      for index in ended.reversed() {
        endLine(open[index].source)
        open.remove(at: index)
      }
    }
  }
}
