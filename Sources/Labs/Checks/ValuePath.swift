import Documents
import Support

/// A place in a document: `Config.Labels["a.b"]`, `Mounts[0].Type`.
struct ValuePath: Sendable, Hashable {
  enum Step: Sendable, Hashable {
    case key(String)
    case index(Int)
  }

  let source: String
  let steps: [Step]

  /// Parses `source`; nil when brackets or quotes do not match up.
  init?(_ source: String) {
    self.source = source
    var steps: [Step] = []
    var rest = source.first == "." ? source.dropFirst() : source[...]
    while !rest.isEmpty {
      if rest.first == "[" {
        guard let close = rest.firstIndex(of: "]") else { return nil }
        let inside = rest[rest.index(after: rest.startIndex)..<close]
        if let index = Int(inside) {
          steps.append(.index(index))
        } else if inside.count >= 2, inside.first == "\"", inside.last == "\"" {
          steps.append(.key(String(inside.dropFirst().dropLast())))
        } else {
          return nil
        }
        rest = rest[rest.index(after: close)...]
      } else {
        let key = rest.prefix { $0 != "." && $0 != "[" }
        guard !key.isEmpty else { return nil }
        steps.append(.key(String(key)))
        rest = rest[key.endIndex...]
      }
      if rest.first == "." {
        rest = rest.dropFirst()
        if rest.isEmpty { return nil }
      }
    }
    guard !steps.isEmpty else { return nil }
    self.steps = steps
  }

  /// The value at this place, nil when there is none.
  func value(in document: JSONValue) -> JSONValue? {
    steps.reduce(document as JSONValue?) { value, step in
      switch step {
      case .key(let key): value?[key]
      case .index(let index): value?[index]
      }
    }
  }

  /// Reads the path under `key` of a check's arguments.
  static func required(_ key: String, _ fields: inout Fields) -> ValuePath {
    let text = fields.requiredString(key)
    if let path = ValuePath(text) { return path }
    if fields.has(key) {
      fields.report(
        "lab.bad-path", Text("`\(text)` is not a path", ko: "`\(text)`은(는) 경로가 아닙니다"),
        hint: Text(
          "such as `Config.Tty`, `Mounts[0].Type`", ko: "예: `Config.Tty`, `Mounts[0].Type`"),
        at: fields.location(of: key))
    }
    return .empty
  }

  private static let empty = ValuePath(empty: ())
  private init(empty: Void) { (source, steps) = ("", []) }
}
