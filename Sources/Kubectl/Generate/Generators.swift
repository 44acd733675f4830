import Documents
import Support

/// `kubectl create KIND NAME`: objects made of flags.
enum Generators {
  static let all: [Command] =
    [
      deployment, job, cronJob, configMap, secret, service, namespace, serviceAccount, role,
      clusterRole, roleBinding, clusterRoleBinding, quota, ingress, priorityClass,
      disruptionBudget, token,
    ]

  /// The flags that every generator has.
  static let common: [Flag] =
    CommonFlags.output + [
      CommonFlags.dryRun, Apply.validate, CommonFlags.fieldManager("kubectl-create"),
      .bool("save-config", "Write down what was created, as apply does"),
    ]

  /// A command that makes one object and sends it.
  static func command(
    _ name: String, aliases: [String] = [], usage: String, summary: String, flags: [Flag],
    examples: [String] = [], _ make: @escaping @Sendable (Invocation) throws -> JSONValue
  ) -> Command {
    Command(
      name: name, aliases: aliases, usage: usage, summary: summary, flags: flags + common,
      examples: examples
    ) { invocation in
      try send(try make(invocation), invocation)
    }
  }

  /// Sends what a generator made, or shows it.
  static func send(_ object: JSONValue, _ invocation: Invocation) throws {
    let session = try Session(invocation)
    let report = try Report(session)
    var object = object
    if invocation.flags.bool("save-config") { object = LastApplied.adding(to: object) }
    let isLocal = try session.dryRun == .client
    if isLocal {
      if session.config.isNamespaceExplicit, !clusterKinds.contains(object.kind) {
        object.set("metadata", "namespace", to: .string(session.namespace))
      }
      return try report.print(object, "created")
    }
    guard
      let kind = try session.discovery.kind(
        apiVersion: object.text("apiVersion"), kind: object.kind)
    else {
      throw KubectlError(
        "no matches for kind \"\(object.kind)\" in version \"\(object.text("apiVersion"))\"")
    }
    if kind.isNamespaced {
      object.set("metadata", "namespace", to: .string(session.namespace))
    }
    let item = ResourceItem(
      kind: kind, namespace: kind.isNamespaced ? session.namespace : "", name: object.name,
      object: object)
    do {
      let made = try session.create(item, manager: invocation.flags.string("field-manager"))
      try report.print(made, "created")
    } catch let error as StatusError {
      guard error.reason != "Invalid" else { throw error }
      var error = error
      error.message = "failed to create \(object.kind.lowercased()): \(error.message)"
      throw KubectlError(error.message)
    }
  }

  private static let clusterKinds = [
    "Namespace", "ClusterRole", "ClusterRoleBinding", "PriorityClass",
  ]

  /// The one word that names the object.
  static func name(_ invocation: Invocation) throws -> String {
    let words = invocation.wordsBeforeDash
    guard words.count == 1 else {
      throw invocation.usageError("exactly one NAME is required, got \(words.count)")
    }
    return words[0]
  }

  /// `metadata` as a generator writes it.
  static func metadata(_ name: String, labels: [String: String] = [:]) -> JSONValue {
    var value: JSONValue = ["name": .string(name), "creationTimestamp": .null]
    if !labels.isEmpty { value["labels"] = JSONValue(map: labels) }
    return value
  }

  /// The name of a container for an image: `registry/some/nginx:1.25` gives `nginx`.
  static func containerName(_ image: String) -> String {
    var name = image.split(separator: "/").last.map(String.init) ?? image
    name = String(name.prefix { $0 != ":" && $0 != "@" })
    return name.replacing("_", with: "-")
  }

  static func strings(_ texts: [String]) -> JSONValue { .array(texts.map(JSONValue.string)) }
}
