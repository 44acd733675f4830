import Documents
import Kube

/// The annotation in which `kubectl apply` keeps what it applied.
enum LastApplied {
  static let annotation = "kubectl.kubernetes.io/last-applied-configuration"

  /// What was applied, as text: keys sorted, with a line end.
  static func text(of object: JSONValue) -> String {
    var object = object
    if var annotations = object.at("metadata", "annotations")?.object {
      annotations[annotation] = nil
      object.set("metadata", "annotations", to: .object(annotations))
    } else {
      object.set("metadata", "annotations", to: [:])
    }
    return ManifestText.compactJSON(ManifestText.sorted(object)) + "\n"
  }

  /// The object with the annotation in it.
  static func adding(to object: JSONValue) -> JSONValue {
    var object = object
    var annotations = object.at("metadata", "annotations")?.object ?? [:]
    annotations[annotation] = .string(text(of: object))
    object.set("metadata", "annotations", to: .object(annotations))
    return object
  }

  /// What an object of the server says was applied; nil when it does not say.
  static func of(_ object: JSONValue) -> JSONValue? {
    guard let text = object.annotations[annotation] else { return nil }
    return try? JSONValue.parse(Array(text.utf8))
  }
}

/// Schemas of the kinds that are known to the program.
enum KnownSchema {
  /// The fields of a kind; nil for what others define.
  static func of(_ kind: ResourceKind) -> MessageType? {
    ResourceType.builtIn.first {
      $0.group == kind.group && $0.version == kind.version && $0.kind == kind.kind
    }?.message
  }
}
