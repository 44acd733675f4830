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

  /// The keys that the conditions of an event of a type may ask for, besides `name`, `id` and
  /// `label.KEY`.
  static let keys: [String: [String]] = [
    "container": ["exit", "out", "image", "signal", "oldName", "error", "execDuration"],
    "exec": ["exit", "out", "argv", "image", "execID"],
    "image": ["imageID", "imageRef", "comment"],
    "network": ["container", "type"], "volume": ["container", "driver"],
    "builder": ["ran", "cached", "steps"], "command": ["exit", "argv", "cwd"],
  ]

  /// Parses `source`; a `BadEvent` says what is wrong with it.
  init(_ source: String) throws {
    self.source = source
    let tokens = InfoString.tokens(source)
    let kind = (tokens.first ?? "").split(separator: ".").map(String.init)
    guard kind.count == 2, Self.actions[kind[0]]?.contains(kind[1]) == true else {
      let written = tokens.first ?? ""
      let family = Self.actions[kind.first ?? ""]?.map { "\(kind[0]).\($0)" }
      throw BadEvent(
        word: written, message: Text("no event `\(written)`", ko: "`\(written)` 이벤트는 없습니다"),
        hint: (JournalReading.actions[written].map { "\(kind[0]).\($0)" }
          ?? Suggestion.nearest(to: written, in: Self.kinds)).map(Text.meant)
          ?? .list(of: family ?? Self.kinds))
    }
    (type, action) = (kind[0], kind[1])
    for token in tokens.dropFirst() {
      if let condition = try Self.condition(token, of: type) {
        conditions.append(condition)
      } else if name == nil {
        name = token
      } else {
        throw BadEvent(
          word: token,
          message: Text(
            "an event has one name, `\(token)` is a second",
            ko: "이벤트의 이름은 하나입니다. `\(token)`은(는) 두 번째입니다"),
          hint: Text(
            "a value with blanks stands in quotes: `argv~\"docker run\"`",
            ko: "빈칸이 든 값은 따옴표로 쌉니다: `argv~\"docker run\"`"))
      }
    }
  }

  private static func condition(_ token: String, of type: String) throws -> Condition? {
    guard let place = token.firstIndex(where: { "=!~".contains($0) }), place != token.startIndex
    else { return nil }
    let key = String(token[..<place])
    guard key.allSatisfy({ $0.isLetter || $0.isNumber || "_.-/".contains($0) }) else { return nil }
    let known = (keys[type] ?? []) + ["id", "name"]
    guard known.contains(key) || key.hasPrefix("label.") else {
      throw BadEvent(
        word: key,
        message: Text(
          "an event of `\(type)` has no `\(key)`", ko: "`\(type)` 이벤트에는 `\(key)`이(가) 없습니다"),
        hint: Suggestion.nearest(to: key, in: known).map(Text.meant)
          ?? .list(of: known + (type == "container" ? ["label.…"] : [])))
    }
    let rest = token[place...]
    for comparison in [Operator.different, .equal, .matches]
    where rest.hasPrefix(comparison.rawValue) {
      let value = String(rest.dropFirst(comparison.rawValue.count))
      if comparison == .matches {
        do { try Pattern.validate(value) } catch {
          throw BadEvent(id: error.id, word: key, message: error.message, hint: error.hint)
        }
      } else if key == "exit", Int(value) == nil {
        throw BadEvent(
          word: key,
          message: Text(
            "`exit` is a number, not `\(value)`", ko: "`exit`은 수입니다. `\(value)`은(는) 쓸 수 없습니다"),
          hint: Text("such as `exit=0` or `exit!=0`", ko: "예: `exit=0`, `exit!=0`"))
      }
      return Condition(key: key, comparison: comparison, value: value)
    }
    return nil
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

/// What is wrong with the description of an event.
struct BadEvent: Error {
  var id = "lab.bad-event"
  /// The word of the description at fault.
  var word: String
  var message: Text
  var hint: Text?
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
