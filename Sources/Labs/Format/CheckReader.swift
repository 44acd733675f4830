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
      id = fields.words("id") ?? type
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
      message = fields.words("message").map { Text($0, ko: $0) }
      note = fields.words("note")
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
    let node = mended(nested(node, &diagnostics), &diagnostics)
    // Texts stay as they are here; the variables are filled in when the check is made.
    var fields = Fields(
      node, of: Text("a check", ko: "검사").en, variables: Variables(values: [:]), raw: true)
    guard let pairs = node.mapping else {
      diagnostics += fields.diagnostics
      return nil
    }
    guard let chosen = type(among: pairs, node.location, &diagnostics) else { return nil }
    let own = OwnKeys(&fields, type: chosen.name)
    let source = CheckSource(
      id: own.id, type: chosen.name, arguments: chosen.value, deadline: own.deadline,
      needs: own.needs, message: own.message, note: own.note, location: chosen.location,
      idLocation: fields.entryLocation("id") ?? chosen.location,
      needsLocation: fields.entryLocation("needs") ?? chosen.location)
    diagnostics += fields.diagnostics
    return source
  }

  /// The entry with the arguments of its type inside of it, where they stand below it by mistake, which
  /// is told.
  private static func nested(_ node: YAMLNode, _ diagnostics: inout [Diagnostic]) -> YAMLNode {
    guard let pairs = node.mapping,
      let place = pairs.firstIndex(where: { CheckTypes.named($0.key.text ?? "") != nil }),
      pairs[place].value.isNull
    else { return node }
    let strays = pairs.filter { pair in
      let key = pair.key.text ?? ""
      return !ownKeys.contains(key) && CheckTypes.named(key) == nil
    }
    guard let first = strays.first, let key = first.key.text else { return node }
    let type = pairs[place].key.text ?? ""
    diagnostics.append(
      Diagnostic(
        "lab.misplaced-key",
        Text("`\(key)` belongs into `\(type)`", ko: "`\(key)`은(는) `\(type)` 안에 씁니다"),
        hint: Text(
          "`\(type): {\(key): …}`, or indent it further than `\(type)`",
          ko: "`\(type): {\(key): …}`처럼 쓰거나, `\(type)`보다 더 들여씁니다"), at: first.key.location))
    var kept = pairs.filter { pair in !strays.contains { $0.key.text == pair.key.text } }
    for index in kept.indices where kept[index].key.text == type {
      kept[index].value = YAMLNode(.mapping(strays), at: first.key.location)
    }
    return YAMLNode(.mapping(kept), at: node.location, tag: node.tag)
  }

  /// The entry with every check's own keys as they were probably meant, which is told.
  private static func mended(_ node: YAMLNode, _ diagnostics: inout [Diagnostic]) -> YAMLNode {
    guard var pairs = node.mapping else { return node }
    for place in pairs.indices {
      guard case .scalar(let key, let plain) = pairs[place].key.kind,
        !ownKeys.contains(key), CheckTypes.named(key) == nil, !key.contains("."),
        let near = Suggestion.nearest(to: key, in: ownKeys), node[near] == nil
      else { continue }
      diagnostics.append(unknownKey(key, pairs[place].key.location))
      pairs[place].key.kind = .scalar(near, plain: plain)
    }
    return YAMLNode(.mapping(pairs), at: node.location, tag: node.tag)
  }

  /// The type of an entry: the one key that is not every check's. One with a slip in it is told, and
  /// taken for what was probably meant.
  private static func type(
    among pairs: [(key: YAMLNode, value: YAMLNode)], _ location: SourceLocation,
    _ diagnostics: inout [Diagnostic]
  ) -> (name: String, value: YAMLNode, location: SourceLocation)? {
    let others = pairs.filter { !ownKeys.contains($0.key.text ?? "") }
    let types = others.filter { CheckTypes.named($0.key.text ?? "") != nil }
    let unknown = others.filter { CheckTypes.named($0.key.text ?? "") == nil }
    if types.count > 1 {
      let names = types.compactMap(\.key.text).map { "`\($0)`" }.joined(separator: ", ")
      diagnostics.append(
        Diagnostic(
          "lab.not-one-type",
          Text(
            "an entry has one type of check, and here are \(names)",
            ko: "항목마다 검사는 하나인데, 여기에는 \(names)이(가) 있습니다"),
          hint: Text("each begins with `- `", ko: "검사마다 `- `로 시작합니다"), at: types[1].key.location))
    }
    if let first = types.first, let name = first.key.text {
      for pair in unknown {
        diagnostics.append(unknownKey(pair.key.text ?? "", pair.key.location))
      }
      return (name, first.value, first.key.location)
    }
    // Of several unknown keys one is the type: the one with a dot in it.
    guard
      let chosen = unknown.first(where: { $0.key.text?.contains(".") == true }) ?? unknown.first,
      let written = chosen.key.text
    else {
      diagnostics.append(
        Diagnostic(
          "lab.not-one-type", Text("this check has no type", ko: "이 검사에는 종류가 없습니다"),
          hint: Text("such as `container.exists: web1`", ko: "예: `container.exists: web1`"),
          at: location))
      return nil
    }
    diagnostics.append(unknownType(written, chosen.key.location))
    return Suggestion.nearest(to: written, in: CheckTypes.names)
      .map { (name: $0, value: chosen.value, location: chosen.key.location) }
  }

  private static func unknownKey(_ key: String, _ location: SourceLocation) -> Diagnostic {
    Diagnostic(
      "lab.unknown-key", Text("a check has no key `\(key)`", ko: "검사에는 `\(key)` 키가 없습니다"),
      hint: Suggestion.nearest(to: key, in: CheckTypes.names + ownKeys).map(Text.meant)
        ?? Text(
          "what is asked of the thing stands in the type's own `{…}`; known here: "
            + ownKeys.sorted().map { "`\($0)`" }.joined(separator: ", "),
          ko: "대상에 대해 묻는 것은 검사 종류의 `{…}` 안에 씁니다. 여기에 쓸 수 있는 것: "
            + ownKeys.sorted().map { "`\($0)`" }.joined(separator: ", ")), at: location)
  }

  private static func unknownType(_ type: String, _ location: SourceLocation) -> Diagnostic {
    let near = Suggestion.nearest(to: type, in: CheckTypes.names)
    let family = CheckTypes.names.filter { $0.hasPrefix(type.prefix { $0 != "." } + ".") }
    let families = Set(CheckTypes.names.map { $0.prefix { $0 != "." } }).sorted().map(String.init)
    let isCommand = ["sh", "bash", "shell", "run", "command", "cmd", "exec"].contains(type)
    return Diagnostic(
      "lab.unknown-check", Text("no check `\(type)`", ko: "`\(type)`이라는 검사는 없습니다"),
      hint: isCommand
        ? Text(
          "`script: {run: …}` runs commands, `container.exec` one in a container",
          ko: "`script: {run: …}`은 명령을, `container.exec`은 컨테이너 안에서 명령을 실행합니다")
        : near.map(Text.meant)
          ?? (family.isEmpty
            ? Text(
              "there are checks of " + families.map { "`\($0)`" }.joined(separator: ", "),
              ko: "검사의 갈래: " + families.map { "`\($0)`" }.joined(separator: ", "))
            : .list(of: family)),
      at: location)
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
    let predicate = fields.reading { type.init(&$0) }
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
