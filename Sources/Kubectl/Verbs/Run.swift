import Documents
import Linux
import Support

/// `kubectl run`.
enum Run {
  static let command = Command(
    name: "run",
    usage:
      "NAME --image=image [--env=\"key=value\"] [--port=port] [--command] -- [COMMAND] [args...]",
    summary: "Create and run a particular image in a pod",
    flags: CommonFlags.output + [
      CommonFlags.dryRun, CommonFlags.fieldManager("kubectl-run"),
      .array("annotations", "KEY=VALUE for the pod; may be repeated"),
      .bool("attach", "Wait until it runs, and attach"),
      .string("cascade", "As for delete", standard: "background", alone: "background"),
      .bool("command", "What follows -- is the command, not its arguments"),
      .array("env", "KEY=VALUE; may be repeated"),
      .bool("expose", "Make a service for --port too"),
      .bool("force", "As for delete"), .int("grace-period", "As for delete", standard: -1),
      .string("image", "The image"), .string("image-pull-policy", "Always, IfNotPresent or Never"),
      .string("labels", "Labels as KEY=VALUE,…", short: "l"),
      .bool("leave-stdin-open", "Keep standard input open after the first attach ends"),
      .string("override-type", "How --overrides is laid over", standard: "merge"),
      .string("overrides", "JSON to lay over the pod"),
      .duration("pod-running-timeout", "How long to wait for it", standard: "1m0s"),
      .string("port", "The port the container listens on"),
      .bool("privileged", "Without restrictions"),
      .bool("quiet", "No remarks", short: "q"),
      .string("restart", "Always, OnFailure or Never", standard: "Always"),
      .bool("rm", "Delete the pod when the command has ended"),
      .bool("save-config", "As apply does"),
      .bool("stdin", "Keep standard input open", short: "i"),
      .duration("timeout", "As for delete"),
      .bool("tty", "With a terminal", short: "t"), .bool("wait", "As for delete"),
    ],
    examples: [
      "kubectl run web --image=nginx --port=80",
      "kubectl run -it --rm box --image=busybox --restart=Never -- sh",
    ]
  ) { try run($0) }

  private static func run(_ invocation: Invocation) throws {
    let flags = invocation.flags
    guard let name = invocation.words.first, flags.dash != 0 else {
      throw KubectlError("NAME is required for run\nSee 'kubectl run -h' for help and examples")
    }
    guard flags.isSet("image"), !flags.string("image").isEmpty else {
      throw KubectlError("required flag(s) \"image\" not set")
    }
    let image = flags.string("image")
    guard image.allSatisfy({ $0.isASCII && !$0.isWhitespace }),
      image.prefix(while: { $0 != "@" && $0 != ":" }).allSatisfy({
        !$0.isUppercase || image.contains("/")
      })
    else {
      throw KubectlError("Invalid image name \"\(image)\": invalid reference format")
    }
    let attaches =
      flags.isSet("attach") ? flags.bool("attach") : flags.bool("stdin") || flags.bool("tty")
    if flags.bool("rm"), !attaches {
      throw KubectlError("--rm should only be used for attached containers")
    }
    if flags.bool("expose"), !flags.isSet("port") {
      throw KubectlError("--port must be set when exposing a service")
    }
    if flags.bool("tty"), !flags.bool("stdin") {
      throw KubectlError("-i/--stdin is required for containers with -t/--tty=true")
    }
    let session = try Session(invocation)
    if attaches, try session.dryRun != .none {
      throw KubectlError(
        "--dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)"
      )
    }
    let pod = try pod(name, invocation)
    let made = try Maker.make(
      pod, session, verb: "created", manager: flags.string("field-manager"),
      isQuiet: attaches)
    if flags.bool("expose") {
      _ = try Maker.make(
        service(name, pod, flags), session, verb: "created", manager: "kubectl-expose")
    }
    guard attaches else { return }
    try attach(made, session)
  }

  private static func pod(_ name: String, _ invocation: Invocation) throws -> JSONValue {
    let flags = invocation.flags
    let labels = try pairs(flags.string("labels").split(separator: ",").map(String.init), "label")
    var container: JSONValue = [
      "name": .string(name), "image": .string(flags.string("image")), "resources": [:],
    ]
    let words = Array(invocation.words.dropFirst())
    if !words.isEmpty {
      container[flags.bool("command") ? "command" : "args"] = Generators.strings(words)
    } else if flags.bool("command") {
      throw KubectlError("--command requires at least one argument")
    }
    let variables = try flags.list("env").map { text -> JSONValue in
      guard let sign = text.firstIndex(of: "="), sign != text.startIndex else {
        throw KubectlError("invalid env: \(text)")
      }
      return [
        "name": .string(String(text[..<sign])),
        "value": .string(String(text[text.index(after: sign)...])),
      ]
    }
    if !variables.isEmpty { container["env"] = .array(variables) }
    if flags.isSet("port") {
      guard let port = Int64(flags.string("port")) else {
        throw KubectlError("strconv.ParseInt: parsing \"\(flags.string("port"))\": invalid syntax")
      }
      container["ports"] = [["containerPort": .integer(port)]]
    }
    if flags.isSet("image-pull-policy") {
      container["imagePullPolicy"] = .string(flags.string("image-pull-policy"))
    }
    if flags.bool("stdin") {
      container["stdin"] = true
      if !flags.bool("leave-stdin-open") { container["stdinOnce"] = true }
    }
    if flags.bool("tty") { container["tty"] = true }
    if flags.bool("privileged") { container["securityContext"] = ["privileged": true] }
    let policy = flags.string("restart")
    guard ["Always", "OnFailure", "Never"].contains(policy) else {
      throw KubectlError("invalid restart policy: \(policy)")
    }
    var metadata = Generators.metadata(name, labels: labels.isEmpty ? ["run": name] : labels)
    let annotations = try pairs(flags.list("annotations"), "annotation")
    if !annotations.isEmpty { metadata["annotations"] = JSONValue(map: annotations) }
    let pod: JSONValue = [
      "kind": "Pod", "apiVersion": "v1", "metadata": metadata,
      "spec": [
        "containers": [container], "restartPolicy": .string(policy),
        "dnsPolicy": "ClusterFirst",
      ], "status": [:],
    ]
    return try Overrides.apply(flags, to: pod)
  }

  private static func pairs(_ texts: [String], _ what: String) throws -> [String: String] {
    var result: [String: String] = [:]
    for text in texts {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        .map(String.init)
      guard parts.count == 2, !parts[0].isEmpty else {
        throw KubectlError("unexpected \(what) spec: \(text)")
      }
      result[parts[0]] = parts[1]
    }
    return result
  }

  private static func service(_ name: String, _ pod: JSONValue, _ flags: FlagValues) -> JSONValue {
    let port: JSONValue = .integer(Int64(flags.string("port")) ?? 0)
    return [
      "kind": "Service", "apiVersion": "v1", "metadata": Generators.metadata(name),
      "spec": [
        "ports": [["protocol": "TCP", "port": port, "targetPort": port]],
        "selector": JSONValue(map: pod.labels),
      ], "status": ["loadBalancer": [:]],
    ]
  }

  /// Waits until the pod runs, attaches, and ends as it ended.
  private static func attach(_ pod: JSONValue, _ session: Session) throws {
    let flags = session.flags
    let kind = try session.discovery.kind(named: "pods")
    let item = ResourceItem(kind: kind, namespace: pod.namespace, name: pod.name, object: pod)
    defer { if flags.bool("rm") { try? remove(item, session) } }
    let running = try PodWait(session: session).wait(item, seconds: 3600) {
      ["Running", "Succeeded", "Failed"].contains($0.text("status", "phase"))
    }
    if running.text("status", "phase") == "Running" {
      if !flags.bool("quiet"), flags.bool("stdin") {
        Screen.remark("If you don't see a command prompt, try pressing enter.")
      }
      try? Attach.run(
        running, container: running.name, session, isTerminal: flags.bool("tty"),
        hasInput: flags.bool("stdin"))
    } else {
      let bytes = try session.client.raw(
        "GET", kind.path(namespace: pod.namespace, name: pod.name, subresource: "log"),
        query: [("container", pod.name)])
      Screen.write(bytes)
    }
    guard flags.string("restart") != "Always" else { return }
    let ended = try PodWait(session: session).wait(item, seconds: 600) {
      ["Succeeded", "Failed"].contains($0.text("status", "phase"))
    }
    let code =
      ended.list("status", "containerStatuses").first?
      .number("state", "terminated", "exitCode") ?? 0
    if code != 0 {
      throw KubectlError(
        "pod \(pod.namespace)/\(pod.name) terminated (\(ended.list("status", "containerStatuses").first?.text("state", "terminated", "reason") ?? "Error"))",
        status: Int32(code))
    }
  }

  private static func remove(_ item: ResourceItem, _ session: Session) throws {
    try session.client.request(
      "DELETE", item.path, body: ["kind": "DeleteOptions", "apiVersion": "v1"])
    if !session.flags.bool("quiet") { Screen.print("pod \"\(item.name)\" deleted") }
  }
}

/// `--overrides`.
enum Overrides {
  static func apply(_ flags: FlagValues, to object: JSONValue) throws -> JSONValue {
    guard flags.isSet("overrides") else { return object }
    guard let patch = try? YAMLDocument.parse(flags.string("overrides"), file: "overrides").json,
      patch.object != nil
    else { throw KubectlError("invalid overrides: \(flags.string("overrides"))") }
    return try LocalPatch.apply(
      patch, to: object, type: flags.string("override-type"), kind: object)
  }
}
