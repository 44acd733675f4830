import Documents

/// A document laid over another: null removes, objects merge, everything else replaces (RFC 7386).
package enum MergePatch {
  /// `target` with `patch` laid over it.
  package static func apply(_ patch: JSONValue, to target: JSONValue) -> JSONValue {
    guard case .object(let changes) = patch else { return patch }
    var result = target.object ?? JSONObject()
    for (key, change) in changes {
      if change.isNull {
        result[key] = nil
      } else {
        result[key] = apply(change, to: result[key] ?? .null)
      }
    }
    return .object(result)
  }
}
