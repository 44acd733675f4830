import Documents
import Support

/// Reads the YAML of `check` and `state` fences, and makes checks of it once the variables are
/// known.
enum CheckReader {
  private static let ownKeys = Set(
    LabSchema.shape { _ = OwnKeys(&$0, type: "") }.keys.map(\.name))

  /// What every check may have besides its type.
  struct OwnKeys {
    var id: String
    var deadline: Duration?
    var needs: [String]
    var message: Text?
    var note: String?

    init(_ fields: inout Fields, type: String) {
      id = fields.string("id") ?? type
      deadline = fields.string("deadline").flatMap { text in
        let duration = CheckReader.duration(text)
        if duration == nil {
          fields.report(
            "lab.bad-duration", Text("`\(text)` is not a time", ko: "`\(text)`은(는) 시간이 아닙니다"),
            hint: Text("such as `500ms`, `5s`, `1m`", ko: "예: `500ms`, `5s`, `1m`"),
            at: fields.location(of: "deadline"))
        }
        return duration
      }
      needs = fields.strings("needs") ?? []
      message = fields.string("message").map { Text($0, ko: $0) }
      note = fields.string("note")
    }
  }

  /// What a fence gave.
  struct Result {
    var sources: [CheckSource] = []
    var diagnostics: [Diagnostic] = []
    /// The ids of entries that could not be read: what refers to them is not wrong too.
    var unreadIDs: [String] = []
    /// Whether there are entries of which not even the id is known.
    var hasUnread = false
  }

  /// The entries of a fence.
  static func read(_ fence: Fence, file: String) -> Result {
    var result = Result()
    do {
      let node = try fence.yaml(file)
      guard let entries = node.sequence else {
        result.hasUnread = true
        result.diagnostics.append(
          Diagnostic(
            "lab.not-a-list",
            Text(
              "a `\(fence.kind)` fence is a list of checks", ko: "`\(fence.kind)` 펜스는 검사의 목록입니다"),
            at: fence.location))
        return result
      }
      for entry in entries {
        if let source = source(entry, &result.diagnostics) {
          result.sources.append(source)
        } else if let id = entry["id"]?.text {
          result.unreadIDs.append(id)
        } else {
          result.hasUnread = true
        }
      }
      if entries.isEmpty {
        result.diagnostics.append(
          Diagnostic(
            "lab.empty-check",
            Text("an empty list of checks checks nothing", ko: "빈 검사 목록은 아무것도 검사하지 않습니다"),
            at: fence.location))
      }
    } catch {
      result.hasUnread = true
      result.diagnostics.append(Diagnostic(error, at: fence.location))
    }
    return result
  }

  private static func source(
    _ node: YAMLNode, _ diagnostics: inout [Diagnostic]
  ) -> CheckSource? {
    // Texts stay as they are here; the variables are filled in when the check is made.
    var fields = Fields(
      node, of: Text("a check", ko: "검사").en, variables: Variables(values: [:]), raw: true)
    guard let pairs = node.mapping else {
      diagnostics += fields.diagnostics
      return nil
    }
    let types = pairs.filter { !ownKeys.contains($0.key.text ?? "") }
    guard let chosen = types.first, let type = chosen.key.text, types.count == 1 else {
      diagnostics.append(notOneType(types.compactMap { $0.key.text }, node.location))
      return nil
    }
    guard CheckTypes.named(type) != nil else {
      diagnostics.append(unknownType(type, chosen.key.location))
      return nil
    }
    let own = OwnKeys(&fields, type: type)
    let source = CheckSource(
      id: own.id, type: type, arguments: chosen.value, deadline: own.deadline, needs: own.needs,
      message: own.message, note: own.note, location: chosen.key.location)
    diagnostics += fields.diagnostics
    return source
  }

  private static func notOneType(_ types: [String], _ location: SourceLocation) -> Diagnostic {
    let unknown = types.first { CheckTypes.named($0) == nil }
    if types.count > 1, let unknown {
      let known = CheckTypes.names + ownKeys
      return Diagnostic(
        "lab.unknown-key", Text("a check has no key `\(unknown)`", ko: "검사에는 `\(unknown)` 키가 없습니다"),
        hint: Suggestion.nearest(to: unknown, in: known).map {
          Text("did you mean `\($0)`?", ko: "`\($0)`을(를) 쓰려고 했습니까?")
        } ?? .list(of: ownKeys.sorted()), at: location)
    }
    return Diagnostic(
      "lab.not-one-type",
      Text(
        "an entry has one type of check, this one has \(types.count)",
        ko: "항목마다 검사는 하나인데, \(types.count)개가 있습니다"), at: location)
  }

  private static func unknownType(_ type: String, _ location: SourceLocation) -> Diagnostic {
    let near = Suggestion.nearest(to: type, in: CheckTypes.names)
    let family = CheckTypes.names.filter { $0.hasPrefix(type.prefix { $0 != "." } + ".") }
    return Diagnostic(
      "lab.unknown-check", Text("no check `\(type)`", ko: "`\(type)`이라는 검사는 없습니다"),
      hint: near.map { Text("did you mean `\($0)`?", ko: "`\($0)`을(를) 쓰려고 했습니까?") }
        ?? .list(of: family.isEmpty ? CheckTypes.names : family), at: location)
  }

  static func duration(_ text: String) -> Duration? {
    for (unit, milliseconds) in [("ms", 1), ("s", 1000), ("m", 60_000)] where text.hasSuffix(unit) {
      guard let number = Double(text.dropLast(unit.count)), number >= 0, number < 1e6 else {
        return nil
      }
      return .milliseconds(Int(number * Double(milliseconds)))
    }
    return nil
  }

  /// The check with this student's values, and what is wrong with its arguments.
  static func check(_ source: CheckSource, _ variables: Variables) -> (Check?, Fields) {
    guard let type = CheckTypes.named(source.type) else {
      preconditionFailure("unknown check type \(source.type) was not refused")
    }
    var fields = Fields(
      source.arguments, of: "`\(source.type)`", variables: variables, shorthand: type.shorthand)
    let predicate = type.init(&fields)
    fields.finish()
    guard fields.diagnostics.isEmpty else { return (nil, fields) }
    let check = Check(
      id: source.id, predicate: predicate, deadline: source.deadline ?? predicate.patience,
      needs: source.needs,
      message: source.message.map { Text(variables.fill($0.en), ko: variables.fill($0.ko)) },
      note: source.note, location: source.location)
    return (check, fields)
  }
}

extension Fence {
  /// The body as YAML, variables made harmless, places counted in the file.
  func yaml(_ file: String) throws -> YAMLNode {
    try YAMLDocument.parse(Interpolation.protect(bodyInPlace), file: file)
  }
}

extension Diagnostic {
  /// Any error as a diagnostic.
  package init(_ error: any Error, at location: SourceLocation) {
    if let error = error as? DklabError {
      self.init(error, at: location)
    } else {
      self.init("lab.unreadable", Text("\(error)", ko: "\(error)"), at: location)
    }
  }
}
