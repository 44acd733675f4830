import Documents
import Kube
import Support

/// `kubectl set env`.
enum SetEnvironment {
  static func command(_ common: [Flag]) -> Command {
    Command(
      name: "env", usage: "TYPE/NAME KEY_1=VAL_1 ... KEY_N=VAL_N",
      summary: "Update environment variables on a pod template",
      flags: common + [
        .string("containers", "Names of containers; * for some letters", short: "c", standard: "*"),
        .array("env", "KEY=VALUE; may be repeated", short: "e"),
        .string("from", "configmap/NAME or secret/NAME whose entries become variables"),
        .list("keys", "Only these entries of --from"),
        .bool("list", "Show the variables"),
        .bool("overwrite", "Change what is there", standard: true),
        .string("prefix", "Put before the names of variables"),
        .bool("resolve", "With --list, show values that stand elsewhere"),
      ]
    ) { try run($0) }
  }

  private static func run(_ invocation: Invocation) throws {
    let flags = invocation.flags
    var (objects, changes) = SetVerb.split(invocation.words)
    changes += flags.list("env")
    if flags.bool("list") { return try list(invocation, objects) }
    var wished: [JSONValue] = []
    var removed: [String] = []
    for change in changes {
      if let sign = change.firstIndex(of: "=") {
        wished.append([
          "name": .string(String(change[..<sign])),
          "value": .string(String(change[change.index(after: sign)...])),
        ])
      } else {
        removed.append(String(change.dropLast()))
      }
    }
    if flags.isSet("from") { wished += try entries(invocation) }
    guard !wished.isEmpty || !removed.isEmpty else {
      throw KubectlError("at least one environment variable must be provided")
    }
    try SetVerb.change(invocation, words: objects, verb: "env updated") { object in
      let found = try SetVerb.containers(&object, flags.string("containers")) { container in
        var all = container.list("env").filter { !removed.contains($0.text("name")) }
        for variable in wished {
          if let index = all.firstIndex(where: { $0["name"] == variable["name"] }) {
            guard flags.bool("overwrite") else {
              throw KubectlError(
                "'\(variable.text("name"))' already has a value (\(all[index].text("value"))), and --overwrite is false"
              )
            }
            all[index] = variable
          } else {
            all.append(variable)
          }
        }
        container["env"] = all.isEmpty ? nil : .array(all)
      }
      if !found {
        Screen.remark(
          "warning: \(object.kind)/\(object.name) does not have any containers matching \"\(flags.string("containers"))\""
        )
      }
    }
  }

  /// Variables for the entries of a ConfigMap or Secret.
  private static func entries(_ invocation: Invocation) throws -> [JSONValue] {
    let session = try Session(invocation)
    let part = try Selection(session).parts([invocation.flags.string("from")]).first
    guard let part, let name = part.names.first else {
      throw KubectlError("--from must be specified as TYPE/NAME")
    }
    let source = try session.get(part.kind, name)
    let reference: String
    switch source.kind {
    case "ConfigMap": reference = "configMapKeyRef"
    case "Secret": reference = "secretKeyRef"
    default: throw KubectlError("unsupported resource specified in --from")
    }
    let keys = invocation.flags.list("keys")
    return source.map("data").keys.sorted().filter { keys.isEmpty || keys.contains($0) }.map {
      key in
      let name = key.uppercased().map { $0.isLetter || $0.isNumber ? $0 : "_" }
      return [
        "name": .string(invocation.flags.string("prefix") + String(name)),
        "valueFrom": [reference: ["name": .string(source.name), "key": .string(key)]],
      ]
    }
  }

  private static func list(_ invocation: Invocation, _ words: [String]) throws {
    let session = try Session(invocation)
    var errors: [any Error] = []
    let selection = Selection(session)
    let items =
      invocation.flags.bool("local")
      ? try selection.manifests(&errors) : try selection.items(words, &errors)
    for item in items {
      var object = item.object
      _ = try SetVerb.containers(&object, invocation.flags.string("containers")) { container in
        Screen.print("# \(item.kind.kind) \(item.name), container \(container.text("name"))")
        for variable in container.list("env") {
          let name = variable.text("name")
          guard let source = variable["valueFrom"] else {
            Screen.print("\(name)=\(variable.text("value"))")
            continue
          }
          if invocation.flags.bool("resolve"), let value = try resolve(source, item, session) {
            Screen.print("\(name)=\(value)")
          } else {
            Screen.print("# \(name) from \(description(source))")
          }
        }
      }
    }
    try ManyErrors.throwing(errors)
  }

  private static func description(_ source: JSONValue) -> String {
    if let reference = source["secretKeyRef"] {
      return "secret \(reference.text("name")), key \(reference.text("key"))"
    }
    if let reference = source["configMapKeyRef"] {
      return "configmap \(reference.text("name")), key \(reference.text("key"))"
    }
    if let reference = source["fieldRef"] { return "field path \(reference.text("fieldPath"))" }
    if let reference = source["resourceFieldRef"] {
      return "resource field \(reference.text("resource"))"
    }
    return "invalid valueFrom"
  }

  private static func resolve(_ source: JSONValue, _ item: ResourceItem, _ session: Session) throws
    -> String?
  {
    for (key, kind) in [("secretKeyRef", "secrets"), ("configMapKeyRef", "configmaps")] {
      guard let reference = source[key] else { continue }
      let object = try session.get(
        try session.discovery.kind(named: kind), reference.text("name"), namespace: item.namespace)
      let value = object.map("data")[reference.text("key")] ?? ""
      return key == "secretKeyRef"
        ? String(decoding: Base64.decode(value) ?? [], as: UTF8.self) : value
    }
    return nil
  }
}
