import Documents
import Kube

/// Lays a patch over an object without asking a server.
enum LocalPatch {
  /// - Parameter type: `json`, `merge` or `strategic`.
  static func apply(_ patch: JSONValue, to object: JSONValue, type: String, kind: JSONValue) throws
    -> JSONValue
  {
    switch type {
    case "json": return try JSONPatch.apply(patch, to: object)
    case "strategic":
      let message = ResourceType.builtIn.first {
        $0.apiVersion == kind.text("apiVersion") && $0.kind == kind.kind
      }?.message
      guard let message else { return MergePatch.apply(patch, to: object) }
      return try StrategicMerge.apply(patch, to: object, message)
    case "merge": return MergePatch.apply(patch, to: object)
    default:
      throw KubectlError(
        "--type must be one of [json merge strategic], not \"\(type)\"")
    }
  }
}
