// kubectl's JSONPath: text with expressions in braces.
//
//   {.metadata.name}  {.items[0]}  {.items[*].name}  {..image}  {.a['b.c']}  {.a[0:2]}  {.a[-1:]}
//   {.items[?(@.status.phase=="Running")].metadata.name}  {["a","b"]}  {"\n"}
//   {range .items[*]}{.metadata.name}{end}
//
// Next: JSONPath+Parser.swift

import Documents

/// A parsed template.
struct JSONPath {
  /// A piece of the template.
  indirect enum Piece {
    case text(String)
    case path(Path)
    case range(Path, [Piece])
  }

  /// Steps from the root (`$`) or from the current object.
  struct Path {
    var steps: [Step]
    var isFromRoot = false
  }

  /// One step from a set of values to the next.
  indirect enum Step {
    case field(String)
    case wildcard
    case descend
    case slice(Int?, Int?, Int)
    case union([[Step]])
    case filter(Operand, String, Operand)
    /// `?(@.a)`: there is such a thing.
    case present(Operand)
  }

  /// One side of a filter's comparison.
  enum Operand {
    case path(Path)
    case value(JSONValue)
  }

  let pieces: [Piece]
  /// As it was written.
  let description: String
  /// Whether a member that is not there is nothing rather than an error.
  var allowsMissing = true

  init(_ template: String) throws {
    description = template
    var parser = JSONPathParser(template)
    pieces = try parser.pieces()
  }

  /// A template as `--sort-by` and custom columns take it: braces and the first dot may be left out.
  static func relaxed(_ text: String) throws -> JSONPath {
    guard !text.isEmpty else { return try JSONPath("") }
    var inner = text[...]
    if inner.hasPrefix("{") {
      guard inner.hasSuffix("}") else { throw unexpected(text) }
      inner = inner.dropFirst().dropLast()
    }
    if inner.contains("{") || inner.contains("}") { throw unexpected(text) }
    return try JSONPath(
      "{" + (inner.hasPrefix(".") || inner.hasPrefix("[") || inner.hasPrefix("$") ? "" : ".")
        + inner + "}")
  }

  private static func unexpected(_ text: String) -> KubectlError {
    KubectlError(
      "unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or "
        + "'{.name1.name2}'")
  }

  /// The values of the template's expressions, in order.
  func values(_ root: JSONValue) throws -> [[JSONValue]] {
    try pieces.compactMap { piece -> [JSONValue]? in
      guard case .path(let path) = piece else { return nil }
      return try find(path, root, root)
    }
  }

  /// The template with its expressions replaced.
  func render(_ root: JSONValue) throws -> String { try render(pieces, root, root) }

  private func render(_ pieces: [Piece], _ current: JSONValue, _ root: JSONValue) throws -> String {
    var text = ""
    for piece in pieces {
      switch piece {
      case .text(let literal): text += literal
      case .path(let path):
        text += try find(path, current, root).map(Self.text).joined(separator: " ")
      case .range(let path, let inner):
        for value in try find(path, current, root) { text += try render(inner, value, root) }
      }
    }
    return text
  }

  /// A value as it stands in the output.
  static func text(_ value: JSONValue) -> String {
    switch value {
    case .string(let text): text
    case .null: ""
    case .array, .object: ManifestText.compactJSON(ManifestText.sorted(value))
    default: value.text()
    }
  }

  private func find(_ path: Path, _ current: JSONValue, _ root: JSONValue) throws -> [JSONValue] {
    try walk(path.steps, [path.isFromRoot ? root : current], root)
  }

  private func walk(_ steps: [Step], _ start: [JSONValue], _ root: JSONValue) throws -> [JSONValue]
  {
    var values = start
    for step in steps { values = try values.flatMap { try apply(step, $0, root) } }
    return values
  }

  private func apply(_ step: Step, _ value: JSONValue, _ root: JSONValue) throws -> [JSONValue] {
    switch step {
    case .field(let name):
      if let member = value[name] { return [member] }
      if allowsMissing { return [] }
      throw KubectlError("\(name) is not found")
    case .wildcard:
      return value.array ?? value.object.map {
        ManifestText.sorted(.object($0)).object?.values ?? []
      } ?? []
    case .descend: return Self.descend(value)
    case .slice(let from, let to, let by):
      guard let elements = value.array else {
        if value.isNull || allowsMissing && value.object == nil && value.string == nil { return [] }
        throw KubectlError("\(Self.text(value)) is not array or slice")
      }
      return try slice(elements, from, to, by)
    case .union(let paths): return try paths.flatMap { try walk($0, [value], root) }
    case .filter(let left, let comparison, let right):
      return try (value.array ?? []).filter { element in
        let one = try operand(left, element, root)
        let other = try operand(right, element, root)
        guard let one = one.first, let other = other.first else { return false }
        return Self.compare(one, comparison, other)
      }
    case .present(let what):
      return try (value.array ?? []).filter { try !operand(what, $0, root).isEmpty }
    }
  }

  private func slice(_ elements: [JSONValue], _ from: Int?, _ to: Int?, _ by: Int) throws
    -> [JSONValue]
  {
    let count = elements.count
    func place(_ index: Int) -> Int { index < 0 ? index + count : index }
    // A single index: out of range is an error.
    if by == 0 {
      let index = place(from ?? 0)
      guard elements.indices.contains(index) else {
        if allowsMissing && count == 0 && (from ?? 0) == 0 { return [] }
        throw KubectlError("array index out of bounds: index \(from ?? 0), length \(count)")
      }
      return [elements[index]]
    }
    let first = min(max(place(from ?? 0), 0), count)
    let last = min(max(place(to ?? count), 0), count)
    guard first < last else { return [] }
    return stride(from: first, to: last, by: by).map { elements[$0] }
  }

  private func operand(_ operand: Operand, _ value: JSONValue, _ root: JSONValue) throws
    -> [JSONValue]
  {
    switch operand {
    case .value(let value): return [value]
    case .path(let path):
      var relaxed = self
      relaxed.allowsMissing = true
      return try relaxed.find(path, value, root)
    }
  }

  /// The value and everything in it.
  private static func descend(_ value: JSONValue) -> [JSONValue] {
    switch value {
    case .array(let elements): [value] + elements.flatMap(descend)
    case .object: [value] + (ManifestText.sorted(value).object?.values ?? []).flatMap(descend)
    default: [value]
    }
  }

  static func compare(_ one: JSONValue, _ comparison: String, _ other: JSONValue) -> Bool {
    let order: Int
    if let a = one.double, let b = other.double {
      order = a < b ? -1 : a > b ? 1 : 0
    } else {
      let (a, b) = (text(one), text(other))
      if one.kindName != other.kindName { return comparison == "!=" }
      order = a == b ? 0 : a.utf8.lexicographicallyPrecedes(b.utf8) ? -1 : 1
    }
    switch comparison {
    case "==": return order == 0
    case "!=": return order != 0
    case "<": return order < 0
    case ">": return order > 0
    case "<=": return order <= 0
    default: return order >= 0
    }
  }
}
