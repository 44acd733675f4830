import Documents

extension ObjectAPI {
  /// Changes the number of replicas of an object, whatever its kind: `wish` makes of the present Scale the
  /// one that is wanted, and may be called several times. Policies and webhooks are asked about the
  /// Scale, not about the object.
  func changeScale(
    _ type: ResourceType, _ namespace: String, _ name: String, _ options: WriteOptions,
    _ wish: (JSONValue) throws -> JSONValue
  ) throws -> WriteResult {
    var inner = options
    inner.isJudged = false
    var warnings: [String] = []
    var result = try change(type, namespace, name, subresource: "scale", inner) { object in
      warnings = []
      let old = Self.scale(of: object, type)
      var new = try wish(old)
      let seen = new.resourceVersion
      guard seen.isEmpty || seen == object.resourceVersion else {
        throw APIError.conflict(type, name)
      }
      for key in ["kind", "apiVersion", "metadata", "status"] { new[key] = old[key] }
      if options.isJudged {
        var attempt = AdmissionAttempt(
          operation: "UPDATE", type: type, subresource: "scale", namespace: namespace, name: name,
          object: new, old: old, user: options.user, isDryRun: options.isDryRun,
          options: options.json("UPDATE"))
        try Admission.admit(&attempt, self, &warnings)
        new = attempt.object ?? new
      }
      let replicas = new.number("spec", "replicas") ?? 0
      guard replicas >= 0 else { throw Self.negative(replicas, name) }
      var object = object
      let path = type.scale?.wished.members ?? ["spec", "replicas"]
      object.set(path[...], to: .integer(Int64(replicas)))
      return object
    }
    result.object = Self.scale(of: result.object, type)
    result.warnings += warnings
    return result
  }

  private static func negative(_ replicas: Int, _ name: String) -> APIError {
    APIError(
      422, "Invalid",
      "Scale.autoscaling \"\(name)\" is invalid: spec.replicas: Invalid value: "
        + "\(replicas): must be greater than or equal to 0")
  }

  /// An object as `autoscaling/v1.Scale`.
  static func scale(of object: JSONValue, _ type: ResourceType) -> JSONValue {
    let selector = object.at("spec", "selector")
    let text =
      LabelSelector(object: selector)?.requirements.isEmpty == false
      ? LabelSelector(object: selector)?.description ?? ""
      : LabelSelector(labels: selector?.textMap ?? [:]).description
    func count(_ path: SimplePath?, _ part: String) -> JSONValue {
      (path.map { $0.value(in: object) } ?? object.at(part, "replicas")) ?? 0
    }
    var metadata: JSONValue = [:]
    for key in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
      metadata[key] = object.at("metadata", key)
    }
    return [
      "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": metadata,
      "spec": ["replicas": count(type.scale?.wished, "spec")],
      "status": [
        "replicas": count(type.scale?.actual, "status"),
        "selector": type.scale?.selector.value(in: object) ?? .string(text),
      ],
    ]
  }
}
