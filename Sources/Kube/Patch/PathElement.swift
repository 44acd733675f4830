import Documents

/// One step on the way to a field, as `metadata.managedFields` writes it: `f:spec`,
/// `k:{"name":"web"}`, `v:"finalizer"`, `i:0`.
enum PathElement: Hashable, Sendable {
  /// A member of an object or a map.
  case field(String)
  /// The element of a list whose keys have these values.
  case keys(JSONObject)
  /// A scalar of a set.
  case value(JSONValue)
  /// The element of a list by its place.
  case index(Int)

  /// Reads the written form.
  init?(_ text: String) {
    let rest = String(text.dropFirst(2))
    switch text.prefix(2) {
    case "f:": self = .field(rest)
    case "k:":
      guard let keys = try? JSONValue.parse(rest).object else { return nil }
      self = .keys(keys)
    case "v:":
      guard let value = try? JSONValue.parse(rest) else { return nil }
      self = .value(value)
    case "i:":
      guard let index = Int(rest) else { return nil }
      self = .index(index)
    default: return nil
    }
  }

  /// The written form.
  var text: String {
    switch self {
    case .field(let name): "f:" + name
    case .keys(let keys):
      "k:"
        + JSONValue.object(
          JSONObject(
            keys.sorted { $0.key < $1.key }
              .map { ($0.key, $0.value) })
        ).description
    case .value(let value): "v:" + value.description
    case .index(let index): "i:\(index)"
    }
  }

  /// The form in which messages about conflicts show it.
  var shown: String {
    switch self {
    case .field(let name): ".\(name)"
    case .keys(let keys):
      "["
        + keys.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        .joined(separator: ",") + "]"
    case .value(let value): "[=\(value)]"
    case .index(let index): "[\(index)]"
    }
  }
}
