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
  private(set) var isSilent = false
  private var asked: [String] = []
  /// Keys that were taken for ones much like them: what was written, and what was taken.
  private var renamed: [(written: String, taken: String, location: SourceLocation)] = []
  private(set) var diagnostics: [Diagnostic] = []
  /// What was asked for, with its kinds. The schema is made of it.
  var shape = Shape()
  /// The shape of what was absorbed last.
  private(set) var absorbedShape: Shape?
  /// Names, paths and addresses as the author wrote them, for the rule that a check may only speak
  /// of what the step's text mentions.
  private(set) var mentions: [(text: String, location: SourceLocation, inParts: Bool)] = []

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

  /// The node under `key`, without counting the key as known.
  func entry(_ key: String) -> YAMLNode? { entries.first { $0.key == key }?.node }

  func entryLocation(_ key: String) -> SourceLocation? { entry(key)?.location }

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
    _ id: String, _ message: Text, hint: Text? = nil, at location: SourceLocation? = nil,
    word: String? = nil
  ) {
    guard !isSilent else { return }
    diagnostics.append(
      Diagnostic(id, message, hint: hint, at: location ?? self.location, word: word))
  }

  mutating func add(_ diagnostic: Diagnostic) { diagnostics.append(diagnostic) }

  /// Takes over what went wrong while reading something inside.
  mutating func absorb(_ other: Fields) {
    diagnostics += other.diagnostics
    mentions += other.mentions
    absorbedShape = other.shape
  }

  /// With `inParts` it is enough that a path's folder and its name are told of.
  mutating func mention(_ text: String, _ location: SourceLocation, inParts: Bool = false) {
    mentions.append((text, location, inParts))
  }

  /// Reports the keys nobody asked for.
  mutating func finish() {
    if !isRaw, diagnostics.contains(where: { $0.id == "lab.unknown-variable" }) {
      // What a value is cannot be said before its variables are known.
      let remain = ["lab.unknown-variable", "lab.unknown-key", "lab.missing-key", "lab.empty"]
      diagnostics.removeAll { !remain.contains($0.id) }
    }
    for key in renamed { report(unknown: key.written, near: key.taken, key.location) }
    for entry in entries where !asked.contains(entry.key) {
      report(
        unknown: entry.key, near: Suggestion.nearest(to: entry.key, in: asked), entry.keyLocation)
    }
  }

  private mutating func report(unknown key: String, near: String?, _ location: SourceLocation) {
    report(
      "lab.unknown-key",
      Text("\(subject) has no key `\(key)`", ko: "\(subject)에는 `\(key)` 키가 없습니다"),
      hint: near.map(Text.meant) ?? .list(of: asked), at: location)
  }

  /// Reads with `body` and finishes. A key with a slip in it would be missed as well as unknown, and
  /// whatever depends on it would be wrong too; so then all is read once more with the key that was
  /// probably meant, and only the slip is told.
  mutating func reading<Result>(_ body: (inout Fields) -> Result) -> Result {
    let unread = self
    let result = body(&self)
    var mended = unread
    for place in entries.indices where !asked.contains(entries[place].key) {
      let entry = entries[place]
      guard let near = Suggestion.nearest(to: entry.key, in: asked), !mended.has(near) else {
        continue
      }
      mended.entries[place].key = near
      mended.renamed.append((entry.key, near, entry.keyLocation))
    }
    guard !mended.renamed.isEmpty else {
      finish()
      return result
    }
    self = mended
    let again = body(&self)
    finish()
    return again
  }
}

extension Text {
  /// "did you mean …?" for a hint.
  static func meant(_ word: String) -> Text {
    Text("did you mean `\(word)`?", ko: "`\(word)`을(를) 쓰려고 했습니까?")
  }

  /// "known: a, b, c" for a hint.
  static func list(of known: [String]) -> Text {
    let words = known.map { "`\($0)`" }.joined(separator: ", ")
    return Text("known: \(words)", ko: "쓸 수 있는 것: \(words)")
  }
}
