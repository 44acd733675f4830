import Documents
import Kube

/// `--sort-by`.
struct ObjectSorter {
  private let path: JSONPath

  init(_ text: String) throws { path = try JSONPath.relaxed(text) }

  /// The order of `objects`, as their indices. Things without the field come first.
  func order(_ objects: [JSONValue]) throws -> [Int] {
    let keys = objects.map { object in
      ((try? path.values(object)) ?? []).flatMap { $0 }.first
    }
    if objects.isEmpty { return [] }
    if keys.allSatisfy({ $0 == nil }) {
      throw KubectlError(
        "couldn't find any field with path \"\(path.description)\" in the list of objects")
    }
    return objects.indices.sorted { left, right in
      switch (keys[left], keys[right]) {
      case (nil, nil): return left < right
      case (nil, _): return true
      case (_, nil): return false
      case (let a?, let b?):
        if Self.isLess(a, b) { return true }
        return Self.isLess(b, a) ? false : left < right
      }
    }
  }

  private static func isLess(_ a: JSONValue, _ b: JSONValue) -> Bool {
    if let a = a.double, let b = b.double { return a < b }
    let (a, b) = (JSONPath.text(a), JSONPath.text(b))
    if let a = Quantity(a), let b = Quantity(b) { return a < b }
    return a.utf8.lexicographicallyPrecedes(b.utf8)
  }
}
