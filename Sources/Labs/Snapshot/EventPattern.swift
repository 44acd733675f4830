import Support

/// A description of events: `exec.die sh1 exit=0 out~"^tok"`.
struct EventPattern: Sendable, Hashable {
  enum Operator: String, Sendable, Hashable {
    case equal = "="
    case different = "!="
    case matches = "~"
  }

  struct Condition: Sendable, Hashable {
    var key: String
    var comparison: Operator
    var value: String
  }

  /// What was written, for messages.
  var source: String
  var type: String
  var action: String
  var name: String?
  var conditions: [Condition] = []

  /// Types and their actions.
  static let actions: [String: [String]] = [
    "container": [
      "create", "start", "stop", "kill", "die", "restart", "pause", "unpause", "rename", "remove",
      "healthy", "unhealthy",
    ],
    "exec": ["start", "die"],
    "image": ["pull", "push", "tag", "untag", "remove", "import", "load", "save"],
    "network": ["create", "remove", "connect", "disconnect"],
    "volume": ["create", "remove"],
    "builder": ["build"], "command": ["run"],
  ]

  static var kinds: [String] {
    actions.flatMap { type, actions in actions.map { "\(type).\($0)" } }.sorted()
  }

  /// Parses `source`; a `DklabError` says what is wrong with it.
  init(_ source: String) throws {
    self.source = source
    let tokens = InfoString.tokens(source)
    let kind = (tokens.first ?? "").split(separator: ".").map(String.init)
    guard kind.count == 2, Self.actions[kind[0]]?.contains(kind[1]) == true else {
      let near = Suggestion.nearest(to: tokens.first ?? "", in: Self.kinds)
      throw Self.invalid(
        Text("no event `\(tokens.first ?? "")`", ko: "`\(tokens.first ?? "")` 이벤트는 없습니다"),
        hint: near.map { Text("did you mean `\($0)`?", ko: "`\($0)`을(를) 쓰려고 했습니까?") }
          ?? .list(of: Self.kinds))
    }
    (type, action) = (kind[0], kind[1])
    for token in tokens.dropFirst() {
      if let condition = try Self.condition(token) {
        conditions.append(condition)
      } else if name == nil {
        name = token
      } else {
        throw Self.invalid(
          Text(
            "an event has one name, `\(token)` is a second",
            ko: "이벤트의 이름은 하나입니다. `\(token)`은(는) 두 번째입니다"))
      }
    }
  }

  private static func condition(_ token: String) throws -> Condition? {
    guard let place = token.firstIndex(where: { "=!~".contains($0) }), place != token.startIndex
    else { return nil }
    let key = String(token[..<place])
    guard key.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }) else {
      return nil
    }
    let rest = token[place...]
    for comparison in [Operator.different, .equal, .matches]
    where rest.hasPrefix(comparison.rawValue) {
      let value = String(rest.dropFirst(comparison.rawValue.count))
      if comparison == .matches { try Pattern.validate(value) }
      return Condition(key: key, comparison: comparison, value: value)
    }
    return nil
  }

  private static func invalid(_ message: Text, hint: Text? = nil) -> DklabError {
    DklabError(.invalid, id: "lab.bad-event", message, hint: hint)
  }

  func matches(_ event: JournalEvent) -> Bool {
    isAbout(event) && conditions.allSatisfy { $0.holds(for: event) }
  }

  /// Whether type, action and name fit, whatever the conditions say.
  func isAbout(_ event: JournalEvent) -> Bool {
    guard event.type == type, event.action == action else { return false }
    guard let name else { return true }
    return event.name == name
      || (["image", "builder"].contains(type)
        && ImageView.withTag(event.name) == ImageView.withTag(name))
  }
}

extension EventPattern.Condition {
  func holds(for event: JournalEvent) -> Bool {
    // A status nobody knows is neither this nor that.
    if key == "exit", event.attributes[key] == nil { return false }
    let found = event.attributes[key] ?? (key == "name" ? event.name : "")
    switch comparison {
    case .equal where key == "image":
      return ImageView.withTag(found) == ImageView.withTag(value)
    case .equal: return found.trimmed == value.trimmed
    case .different: return found.trimmed != value.trimmed
    case .matches: return Pattern.found(value, in: found)
    }
  }
}
