import Documents

/// What makes an object wrong, beyond the types of its fields. The rules stand by message, so that
/// a rule about pods holds in every template; the words are the API server's.
enum Validators {
  /// A rule of a message: the value, its path, and where problems go.
  typealias Rule = @Sendable (JSONValue, String, inout [FieldProblem]) -> Void

  /// The validator of a built-in kind.
  static func validator(for kind: String, group: String)
    -> @Sendable (JSONValue, JSONValue?) -> [FieldProblem]
  {
    let update = updates[group.isEmpty ? kind : "\(group)/\(kind)"]
    return { object, old in
      var problems: [FieldProblem] = []
      if let old { update?(object, old, &problems) }
      return problems
    }
  }

  /// Checks accepted values and the rules of a message and of everything in it.
  static func check(
    _ value: JSONValue, _ message: MessageType, _ path: String, _ problems: inout [FieldProblem]
  ) {
    guard let members = value.object else { return }
    for (key, member) in members {
      guard let field = message.field(key) else { continue }
      let inner = path.isEmpty ? key : "\(path).\(key)"
      // The claims of a StatefulSet become volumes of its pods only: their template is judged, as by
      // the real server, when a pod is made of it.
      if key == "template", message.name == "apps.StatefulSetSpec" {
        podTemplate(member, inner, &problems)
        continue
      }
      if !field.values.isEmpty { checkValues(member, field, inner, &problems) }
      if field.type.message != nil { checkInner(member, field.type, inner, &problems) }
    }
    (rules[message.name] ?? volumeRules[message.name])?(value, path, &problems)
  }

  private static func checkValues(
    _ value: JSONValue, _ field: Field, _ path: String, _ problems: inout [FieldProblem]
  ) {
    switch value {
    case .string(let text):
      // An empty text is a field that was not given; whether it must be is another rule.
      if !text.isEmpty, !field.values.contains(text) {
        problems.append(.unsupported(path, text, field.values))
      }
    case .array(let elements):
      for (index, element) in elements.enumerated() {
        guard let text = element.string, !field.values.contains(text) else { continue }
        problems.append(.unsupported("\(path)[\(index)]", text, field.values))
      }
    default: break
    }
  }

  private static func checkInner(
    _ value: JSONValue, _ type: FieldType, _ path: String, _ problems: inout [FieldProblem]
  ) {
    switch (type, value) {
    case (.message(let message), _):
      // Statuses are written by controllers, which are trusted.
      if message.name.hasSuffix("Status"), path == "status" { return }
      check(value, message, path, &problems)
    case (.list(let element), .array(let elements)):
      for (index, item) in elements.enumerated() {
        checkInner(item, element, "\(path)[\(index)]", &problems)
      }
    case (.map(let element), .object(let members)):
      for (key, item) in members { checkInner(item, element, "\(path)[\(key)]", &problems) }
    default: break
    }
  }

  /// The names, labels and annotations that every object has.
  static func checkMetadata(
    _ object: JSONValue, _ type: ResourceType, _ problems: inout [FieldProblem]
  ) {
    let name = object.name
    if name.isEmpty {
      if object.text("metadata", "generateName").isEmpty {
        problems.append(.required("metadata.name", "name or generateName is required"))
      }
    } else if let wrong = nameProblem(name, type) {
      problems.append(.invalid("metadata.name", name, wrong))
    }
    checkLabels(object.at("metadata", "labels"), "metadata.labels", &problems)
    checkAnnotations(object.at("metadata", "annotations"), &problems)
    for (index, finalizer) in object.list("metadata", "finalizers").enumerated() {
      guard let text = finalizer.string, let wrong = Names.qualifiedNameProblem(text) else {
        continue
      }
      problems.append(.invalid("metadata.finalizers[\(index)]", text, wrong))
    }
    for (index, owner) in object.list("metadata", "ownerReferences").enumerated() {
      for key in ["apiVersion", "kind", "name", "uid"] where owner.text(key).isEmpty {
        problems.append(
          .invalid(
            "metadata.ownerReferences[\(index)].\(key)", "",
            "\(key == "apiVersion" ? "version" : key) must not be empty"))
      }
    }
  }

  private static func nameProblem(_ name: String, _ type: ResourceType) -> String? {
    switch type.bucket {
    case "namespaces": Names.labelProblem(name)
    case "services": Names.serviceNameProblem(name)
    case _ where type.group == "rbac.authorization.k8s.io": Names.pathSegmentProblem(name)
    // The core group has no name: `v1.`
    case APIServiceController.bucket where name == "v1.": nil
    default: Names.subdomainProblem(name)
    }
  }

  static func checkLabels(_ labels: JSONValue?, _ path: String, _ problems: inout [FieldProblem]) {
    for (key, value) in labels?.object ?? [:] {
      if let wrong = Names.qualifiedNameProblem(key) {
        problems.append(.invalid(path, key, wrong))
      }
      if let text = value.string, let wrong = Names.labelValueProblem(text) {
        problems.append(.invalid(path, text, wrong))
      }
    }
  }

  private static func checkAnnotations(
    _ annotations: JSONValue?, _ problems: inout [FieldProblem]
  ) {
    var size = 0
    for (key, value) in annotations?.object ?? [:] {
      if let wrong = Names.qualifiedNameProblem(key.lowercased()) {
        problems.append(.invalid("metadata.annotations", key, wrong))
      }
      size += key.utf8.count + (value.string?.utf8.count ?? 0)
    }
    if size > 256 << 10 {
      problems.append(
        FieldProblem("metadata.annotations", .tooLong, "may not be more than 262144 bytes"))
    }
  }
}
