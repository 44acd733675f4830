import Documents

/// The ways to say what is to change.
package enum PatchKind: String, Sendable {
  case json = "application/json-patch+json"
  case merge = "application/merge-patch+json"
  case strategic = "application/strategic-merge-patch+json"
  case apply = "application/apply-patch+yaml"
}

extension ObjectAPI {
  /// Changes an object by a patch. Server-side apply creates it when it is missing.
  package func patch(
    _ type: ResourceType, _ namespace: String, _ name: String, subresource: String = "",
    _ kind: PatchKind, _ patch: JSONValue, _ options: WriteOptions
  ) throws -> WriteResult {
    if kind == .apply {
      return try apply(type, namespace, name, subresource: subresource, patch, options)
    }
    if kind == .strategic, type.isCustom {
      throw APIError.unsupportedMediaType([
        PatchKind.json.rawValue, PatchKind.merge.rawValue, PatchKind.apply.rawValue,
      ])
    }
    var warnings: [String] = []
    var result = try change(type, namespace, name, subresource: subresource, options) { old in
      warnings = []
      let new = try patched(old, kind, patch, type)
      guard new.name == name else {
        throw APIError.badRequest(
          "the name of the object (\(new.name)) does not match the name on the URL (\(name))")
      }
      return try read(new, type, options, &warnings)
    }
    result.warnings += warnings
    return result
  }

  private func patched(
    _ old: JSONValue, _ kind: PatchKind, _ patch: JSONValue, _ type: ResourceType
  ) throws -> JSONValue {
    switch kind {
    case .json: return try JSONPatch.apply(patch, to: old)
    case .merge:
      guard case .object = patch else {
        throw APIError.badRequest(
          "error decoding patch: json: cannot unmarshal \(patch.kindName) into Go value of type "
            + "map[string]interface {}")
      }
      return MergePatch.apply(patch, to: old)
    default: return try StrategicMerge.apply(patch, to: old, type.message)
    }
  }

  private func apply(
    _ type: ResourceType, _ namespace: String, _ name: String, subresource: String,
    _ configuration: JSONValue, _ options: WriteOptions
  ) throws -> WriteResult {
    guard !options.fieldManager.isEmpty else {
      var error = APIError(
        422, "Invalid",
        "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for "
          + "apply patch")
      error.group = "meta.k8s.io"
      error.kind = "PatchOptions"
      error.causes = [
        .init(
          "FieldValueRequired", "Required value: is required for apply patch",
          field: "fieldManager")
      ]
      throw error
    }
    guard configuration.name.isEmpty || configuration.name == name else {
      throw APIError.badRequest(
        "the name of the object (\(configuration.name)) does not match the name on the URL (\(name))"
      )
    }
    let author = ManagedFields.Entry(
      manager: options.fieldManager, isApply: true, apiVersion: type.apiVersion,
      subresource: subresource, time: timestamp, fields: FieldSet())
    var recorded = options
    // What apply changes is recorded by apply itself.
    recorded.fieldManager = ""
    // Only whether the fields exist and have the right types: zeros must stay what was applied.
    var warnings: [String] = []
    _ = try read(configuration, type, options, &warnings)
    for _ in 0..<8 {
      if store.get(key(type, namespace, name)) == nil, subresource.isEmpty {
        var object = try ServerSideApply.apply(
          configuration, to: ["metadata": [:]], by: author, force: true, type)
        object.set("metadata", "name", to: .string(name))
        object.set("metadata", "resourceVersion", to: nil)
        object.set("metadata", "uid", to: nil)
        do {
          var result = try create(type, namespace, object, recorded)
          result.warnings = warnings
          return result
        } catch let error as APIError where error.reason == "AlreadyExists" { continue }
      }
      var result = try change(type, namespace, name, subresource: subresource, recorded) { old in
        let seen = configuration.resourceVersion
        guard seen.isEmpty || seen == old.resourceVersion else {
          throw APIError.conflict(type, name)
        }
        let new = try ServerSideApply.apply(
          configuration, to: old, by: author, force: options.force, type)
        var ignored: [String] = []
        return try read(new, type, recorded, &ignored)
      }
      result.warnings = warnings
      return result
    }
    throw APIError.conflict(type, name)
  }
}
