import Documents
import Support

/// A YAML mapping being read by asking for its keys. What is asked for is what is known: `finish`
/// reports every other key, with the nearest known one.
///
/// Strings come out with the lab's variables filled in.
struct Fields {
  let location: SourceLocation
  /// What is being read, for messages: "`http.get`".
  let subject: String
  let variables: Variables
  /// Whether variables stay unfilled.
  let isRaw: Bool
  private var entries: [(key: String, node: YAMLNode, keyLocation: SourceLocation)] = []
  /// Whether there is nothing to be read, which has been said once.
  private var isSilent = false
  private var asked: [String] = []
  private(set) var diagnostics: [Diagnostic] = []
  /// What was asked for, with its kinds. The schema is made of it.
  var shape = Shape()
  /// The shape of what was absorbed last.
  private(set) var absorbedShape: Shape?
  /// Names, paths and addresses as the author wrote them, for the rule that a check may only speak
  /// of what the step's text mentions.
  private(set) var mentions: [(text: String, location: SourceLocation)] = []

  /// Reads `node`, which should be a mapping. `shorthand` is the key that a bare value stands for.
  ///
  /// With `raw`, strings keep their variables as `{{name}}`.
  init(
    _ node: YAMLNode, of subject: String, variables: Variables, shorthand: String? = nil,
    raw: Bool = false
  ) {
    isRaw = raw
    location = node.location
    self.subject = subject
    self.variables = variables
    if case .mapping(let pairs) = node.kind {
      for pair in pairs {
        entries.append((pair.key.text ?? "", pair.value, pair.key.location))
      }
    } else if let shorthand {
      entries.append((shorthand, node, node.location))
    } else {
      report(
        "lab.not-a-mapping",
        Text("\(subject) takes `key: value` pairs", ko: "\(subject)에는 `키: 값` 쌍이 옵니다"),
        at: node.location)
      isSilent = true
    }
  }

  /// The node under `key`, nil when it is absent.
  mutating func node(_ key: String) -> YAMLNode? {
    if !asked.contains(key) { asked.append(key) }
    shape.note(key)
    return entries.first { $0.key == key }?.node
  }

  func entryLocation(_ key: String) -> SourceLocation? {
    entries.first { $0.key == key }?.node.location
  }

  /// Whether `key` is there, without counting it as known.
  func has(_ key: String) -> Bool { entries.contains { $0.key == key } }

  /// The keys as written, in order.
  var keys: [String] { entries.map(\.key) }

  /// The node under `key`, reported when it is absent.
  mutating func required(_ key: String) -> YAMLNode? {
    let node = node(key)
    shape.require(key)
    if node == nil {
      report(
        "lab.missing-key", Text("\(subject) needs `\(key)`", ko: "\(subject)에 `\(key)`가 필요합니다"),
        at: location)
    }
    return node
  }

  mutating func report(
    _ id: String, _ message: Text, hint: Text? = nil, at location: SourceLocation? = nil
  ) {
    guard !isSilent else { return }
    diagnostics.append(Diagnostic(id, message, hint: hint, at: location ?? self.location))
  }

  /// Takes over what went wrong while reading something inside.
  mutating func absorb(_ other: Fields) {
    diagnostics += other.diagnostics
    mentions += other.mentions
    absorbedShape = other.shape
  }

  mutating func mention(_ text: String, _ location: SourceLocation) {
    mentions.append((text, location))
  }

  /// Reports the keys nobody asked for.
  mutating func finish() {
    let known = asked
    for entry in entries where !known.contains(entry.key) {
      let near = Suggestion.nearest(to: entry.key, in: known)
      report(
        "lab.unknown-key",
        Text("\(subject) has no key `\(entry.key)`", ko: "\(subject)에는 `\(entry.key)` 키가 없습니다"),
        hint: near.map { Text("did you mean `\($0)`?", ko: "`\($0)`을(를) 쓰려고 했습니까?") }
          ?? .list(of: known), at: entry.keyLocation)
    }
  }
}

extension Text {
  /// "known: a, b, c" for a hint.
  static func list(of known: [String]) -> Text {
    let words = known.map { "`\($0)`" }.joined(separator: ", ")
    return Text("known: \(words)", ko: "쓸 수 있는 것: \(words)")
  }
}
