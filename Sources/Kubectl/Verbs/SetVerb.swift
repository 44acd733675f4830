import Documents
import Support

/// `kubectl set`.
enum SetVerb {
  static let command = Command(
    name: "set", usage: "SUBCOMMAND", summary: "Set specific features on objects",
    examples: ["kubectl set image deployment/web nginx=nginx:1.25"],
    commands: [image, env, resources, serviceAccount, selector, subject])

  private static let common =
    CommonFlags.files + CommonFlags.output + [
      CommonFlags.selector, CommonFlags.dryRun, CommonFlags.fieldManager("kubectl-set"),
      .bool("all", "All objects of the kind"), .bool("local", "Do not ask the server"),
    ]

  /// Where the pod's specification stands in an object.
  static func specPath(_ object: JSONValue) -> [String]? {
    switch object.kind {
    case "Pod": ["spec"]
    case "CronJob": ["spec", "jobTemplate", "spec", "template", "spec"]
    case "Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "Job", "ReplicationController",
      "PodTemplate":
      ["spec", "template", "spec"]
    default: nil
    }
  }

  /// Changes each chosen object with `edit` and sends what is different.
  static func change(
    _ invocation: Invocation, words: [String], verb: String,
    _ edit: (inout JSONValue) throws -> Void
  ) throws {
    let session = try Session(invocation)
    let report = try Report(session)
    var errors: [any Error] = []
    let selection = Selection(session)
    guard selection.hasFiles || !words.isEmpty else {
      throw KubectlError(
        "one or more resources must be specified as <resource> <name> or <resource>/<name>")
    }
    let isLocal = invocation.flags.bool("local")
    let items =
      isLocal ? try selection.manifests(&errors) : try selection.items(words, &errors)
    for item in items {
      do {
        var changed = item.object
        try edit(&changed)
        if changed == item.object {
          if !report.isSentences { try report.print(changed, verb) }
          continue
        }
        if try !isLocal && session.dryRun != .client {
          let type = KnownSchema.of(item.kind)
          let patch = ThreeWayMerge.patch(
            last: item.object, wished: changed, current: item.object, type: type)
          changed = try session.patch(
            item, .object(patch), type == nil ? .merge : .strategicMerge,
            manager: invocation.flags.string("field-manager"))
        }
        try report.print(changed, verb)
      } catch {
        errors.append(error)
      }
    }
    try ManyErrors.throwing(errors)
  }

  /// Changes the containers that `pattern` means. Whether there were any.
  static func containers(
    _ object: inout JSONValue, _ pattern: String, isInitIncluded: Bool = true,
    _ edit: (inout JSONValue) throws -> Void
  ) throws -> Bool {
    guard let path = specPath(object) else {
      throw KubectlError("the object is not a pod or does not have a pod template: \(object.kind)")
    }
    var found = false
    for list in isInitIncluded ? ["containers", "initContainers"] : ["containers"] {
      let whole = path + [list]
      var value: JSONValue? = object
      for key in whole { value = value?[key] }
      guard var all = value?.array else { continue }
      for index in all.indices where matches(all[index].text("name"), pattern) {
        found = true
        try edit(&all[index])
      }
      object.set(whole[...], to: .array(all))
    }
    return found
  }

  private static func matches(_ name: String, _ pattern: String) -> Bool {
    if pattern == "*" || pattern == name { return true }
    guard pattern.hasSuffix("*") else { return false }
    return name.hasPrefix(pattern.dropLast())
  }

  /// Splits words into what chooses objects and `KEY=VALUE` changes.
  static func split(_ words: [String]) -> (objects: [String], changes: [String]) {
    let first =
      words.firstIndex { $0.contains("=") || ($0.hasSuffix("-") && $0.count > 1) } ?? words.count
    return (Array(words[..<first]), Array(words[first...]))
  }

  private static let image = Command(
    name: "image", usage: "(-f FILENAME | TYPE NAME) CONTAINER_1=IMAGE_1 ...",
    summary: "Update the image of a pod template", flags: common
  ) { invocation in
    let (objects, changes) = split(invocation.words)
    guard !changes.isEmpty else { throw KubectlError("at least one image update is required") }
    let pairs = try changes.map { change -> (String, String) in
      let parts = change.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else {
        throw KubectlError("all image updates must be of the form CONTAINER=IMAGE: \(change)")
      }
      return (parts[0], parts[1])
    }
    try SetVerb.change(invocation, words: objects, verb: "image updated") { object in
      for (name, image) in pairs {
        let found = try containers(&object, name) { $0["image"] = .string(image) }
        if !found && name != "*" {
          throw KubectlError("unable to find container named \"\(name)\"")
        }
      }
    }
  }

  private static let serviceAccount = Command(
    name: "serviceaccount", aliases: ["sa"], usage: "(-f FILENAME | TYPE NAME) SERVICE_ACCOUNT",
    summary: "Update the service account of a resource", flags: common
  ) { invocation in
    guard let name = invocation.words.last,
      invocation.words.count > 1 || invocation.flags.isSet("filename")
    else { throw KubectlError("serviceaccount is required") }
    try change(
      invocation, words: Array(invocation.words.dropLast()), verb: "serviceaccount updated"
    ) { object in
      guard let path = specPath(object) else {
        throw KubectlError("the object is not a pod or does not have a pod template")
      }
      object.set((path + ["serviceAccountName"])[...], to: .string(name))
    }
  }

  private static let selector = Command(
    name: "selector", usage: "(-f FILENAME | TYPE NAME) EXPRESSIONS",
    summary: "Set the selector on a resource",
    flags: common + [.string("resource-version", "Only when it has this version now")]
  ) { invocation in
    guard let text = invocation.words.last, text.contains("=") else {
      throw KubectlError("one or more selectors must be specified")
    }
    let pairs = text.split(separator: ",").map { part -> (String, String) in
      let words = part.split(separator: "=", maxSplits: 1).map(String.init)
      return (words[0], words.count == 2 ? words[1] : "")
    }
    try change(invocation, words: Array(invocation.words.dropLast()), verb: "selector updated") {
      object in
      guard object.kind == "Service" else {
        throw KubectlError("setting a selector is only supported for Services")
      }
      object.set(
        "spec", "selector", to: JSONValue(map: Dictionary(pairs, uniquingKeysWith: { $1 })))
    }
  }

  private static let subject = Command(
    name: "subject", usage: "(-f FILENAME | TYPE NAME) [--user=username] [--group=groupname]",
    summary: "Update the user, group, or service account in a role binding",
    flags: common + [
      .array("user", "Users"), .array("group", "Groups"),
      .array("serviceaccount", "Service accounts, as NAMESPACE:NAME"),
    ]
  ) { invocation in
    let flags = invocation.flags
    let api: JSONValue = "rbac.authorization.k8s.io"
    var added = flags.list("user").map {
      ["kind": "User", "apiGroup": api, "name": .string($0)] as JSONValue
    }
    added += flags.list("group").map { ["kind": "Group", "apiGroup": api, "name": .string($0)] }
    added += try flags.list("serviceaccount").map { text in
      let parts = text.split(separator: ":").map(String.init)
      guard parts.count == 2 else {
        throw KubectlError("serviceaccount must be <namespace>:<name>")
      }
      return ["kind": "ServiceAccount", "name": .string(parts[1]), "namespace": .string(parts[0])]
    }
    guard !added.isEmpty else {
      throw KubectlError("you must specify at least one value of user, group or serviceaccount")
    }
    try change(invocation, words: invocation.words, verb: "subjects updated") { object in
      let old = object.list("subjects")
      object["subjects"] = .array(old + added.filter { !old.contains($0) })
    }
  }

  private static let resources = Command(
    name: "resources", usage: "(-f FILENAME | TYPE NAME) [--limits=LIMITS & --requests=REQUESTS]",
    summary: "Update resource requests and limits on objects with pod templates",
    flags: common + [
      .string("containers", "Names of containers; * for some letters", short: "c", standard: "*"),
      .string("limits", "As cpu=1,memory=1Gi"), .string("requests", "As cpu=1,memory=1Gi"),
    ]
  ) { invocation in
    let flags = invocation.flags
    guard flags.isSet("limits") || flags.isSet("requests") else {
      throw KubectlError(
        "you must specify an update to requests or limits (in the form of --requests/--limits)")
    }
    func amounts(_ flag: String) throws -> [(String, String)] {
      try flags.string(flag).split(separator: ",").map { part in
        let words = part.split(separator: "=", maxSplits: 1).map(String.init)
        guard words.count == 2 else {
          throw KubectlError("invalid argument syntax \(part), expected <resource>=<value>")
        }
        return (words[0], words[1])
      }
    }
    let (limits, requests) = (try amounts("limits"), try amounts("requests"))
    try change(invocation, words: invocation.words, verb: "resource requirements updated") {
      object in
      let found = try containers(&object, flags.string("containers"), isInitIncluded: false) {
        container in
        for (list, values) in [("limits", limits), ("requests", requests)] {
          for (name, amount) in values {
            container.set("resources", list, name, to: amount == "0" ? nil : .string(amount))
          }
        }
      }
      if !found {
        throw KubectlError("unable to find container named \(flags.string("containers"))")
      }
    }
  }

  private static let env = SetEnvironment.command(common)
}
