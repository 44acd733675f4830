// lab.md, from text to `Lab`. Markdown blocks come from MarkdownReader; this file reads the front
// matter and cuts the blocks into introduction and steps, StepReader gives the fences of a step
// their meaning, CheckReader reads checks. Whatever is wrong is collected, so that an author sees
// all of it at once.
//
// Next: StepReader.swift, then Author/Linter.swift for the rules that span the whole lab.

import Documents
import Support

/// Reads a lab's own file. The translation is laid over it by `TranslationReader`.
struct LabReader {
  /// The version of the format this reader knows.
  static let version = 1

  let file: String
  var diagnostics: [Diagnostic] = []

  /// The lab in `text`, when enough of it could be read, and everything that is wrong with it.
  static func read(_ text: String, file: String, folder: String = "") -> (Lab?, [Diagnostic]) {
    var reader = LabReader(file: file)
    let lab = reader.lab(text, folder)
    return (lab, reader.diagnostics)
  }

  private mutating func lab(_ text: String, _ folder: String) -> Lab? {
    guard let matter = FrontMatter(text) else {
      diagnostics.append(FrontMatter.missing(file, in: text))
      return nil
    }
    var lab = head(matter.yaml, folder)
    let (blocks, found) = MarkdownReader.read(matter.rest, file: file, firstLine: matter.restLine)
    diagnostics += found
    cut(blocks, into: &lab)
    return lab
  }

  /// The front matter as a lab without steps. One that is no YAML does not hide what is wrong with
  /// the steps.
  private mutating func head(_ yaml: String, _ folder: String) -> Lab {
    do {
      let node = try YAMLDocument.parse(yaml, file: file)
      var fields = Fields(
        node, of: "front matter", variables: Variables(values: [:]), raw: true)
      let lab = fields.reading { Self.head(&$0, folder) }
      diagnostics += fields.diagnostics
      return lab
    } catch {
      diagnostics.append(Diagnostic(error, at: SourceLocation(file: file, line: 1, column: 1)))
      var none = Fields(
        YAMLNode(.mapping([]), at: SourceLocation(file: file)), of: "front matter",
        variables: Variables(values: [:]), raw: true)
      var lab = Self.head(&none, folder)
      lab.isHeadless = true
      return lab
    }
  }

  /// What the front matter may say. The schema is made by reading nothing with this.
  static func head(_ fields: inout Fields, _ folder: String) -> Lab {
    FormatVersion.read(&fields)
    let id = fields.requiredString("id")
    if !id.isEmpty, !Identifier.isValid(id) {
      fields.add(.badID(id, at: fields.location(of: "id")))
    }
    let title = fields.requiredString("title")
    let summary = fields.requiredString("summary")
    var lab = Lab(
      id: id, title: Text(title, ko: title), summary: Text(summary, ko: summary),
      minutes: fields.requiredInteger("minutes"), kind: fields.choice("kind") ?? .lab,
      images: fields.strings("images") ?? [], needs: fields.choices("needs"),
      prerequisites: fields.strings("prerequisites") ?? [],
      sources: fields.strings("sources") ?? [],
      languages: languages(&fields),
      variables: VariableReader.read(&fields), intro: Prose(english: []), setup: [], steps: [],
      folder: folder)
    if fields.has("minutes"), lab.minutes < 1 {
      // What is no number at all has been told.
      if fields.entry("minutes")?.resolved.int != nil {
        fields.report(
          "lab.minutes",
          Text("`minutes` is 1 or more", ko: "`minutes`에는 1 이상의 수를 씁니다"),
          at: fields.location(of: "minutes"))
      }
    }
    for key in ["images", "sources", "prerequisites"] {
      for text in fields.strings(key) ?? [] {
        lab.listPlaces[key, default: [:]][text] = fields.location(of: text, in: key)
      }
    }
    lab.unreadVariables = VariableReader.unread(fields, lab.variables)
    return lab
  }

  private static func languages(_ fields: inout Fields) -> [Language] {
    let chosen: [Language] = fields.choices("languages")
    guard fields.has("languages") else { return Language.allCases }
    if chosen.isEmpty || Set(chosen).count < chosen.count {
      fields.report(
        "lab.languages",
        Text("`languages` is a list without repetition", ko: "`languages`는 중복 없는 목록입니다"),
        hint: .list(of: Language.allCases.map(\.rawValue)), at: fields.location(of: "languages"))
    }
    return chosen.isEmpty ? Language.allCases : chosen
  }

  private mutating func cut(_ blocks: [Block], into lab: inout Lab) {
    var rest = blocks[...]
    let intro = rest.prefix { !$0.isStepHeading }
    rest = rest.dropFirst(intro.count)
    for block in intro {
      switch block.kind {
      case .fence(let fence) where fence.kind == "setup":
        diagnostics += FenceKind.problems(fence)
        lab.setup.append(Script(text: fence.body, location: fence.location))
      case .fence(let fence) where !FenceKind.isShown(fence.kind):
        diagnostics.append(
          FenceKind.misplaced(fence, "the introduction", ko: "머리글"))
      default:
        diagnostics += NestedFences.problems(in: [block])
        lab.intro.english.append(block)
      }
    }
    while let heading = rest.first {
      let body = rest.dropFirst().prefix { !$0.isStepHeading }
      rest = rest.dropFirst(1 + body.count)
      diagnostics += heading.misleveled
      var reader = StepReader(
        file: file, previous: lab.steps.last?.id, number: lab.steps.count + 1)
      if let step = reader.read(heading, Array(body)) { lab.steps.append(step) }
      diagnostics += reader.diagnostics
    }
    if lab.steps.isEmpty {
      diagnostics.append(
        Diagnostic(
          "lab.no-steps",
          Text("a lab has steps: `## Title {#id}`", ko: "실습에는 단계가 있어야 합니다: `## 제목 {#id}`"),
          at: SourceLocation(file: file, line: 1, column: 1)))
    }
  }
}

extension Block {
  /// Whether this begins a step, be it with a mark too many or too few.
  var isStepHeading: Bool {
    switch kind {
    case .heading(2, _): true
    case .heading(_, let text): text.hasSuffix("}") && text.contains(" {#")
    default: false
    }
  }

  /// That the heading of a step is of another level than the second.
  var misleveled: [Diagnostic] {
    guard case .heading(let level, let text) = kind, level != 2 else { return [] }
    return [
      Diagnostic(
        "lab.step-level",
        Text("a step is a heading of the second level", ko: "단계는 둘째 수준의 제목입니다"),
        hint: Text("`## \(text)`", ko: "`## \(text)`"), at: location)
    ]
  }
}

/// Ids of labs, steps and what is in them.
enum Identifier {
  static func isValid(_ id: String, dots: Bool = false) -> Bool {
    guard let first = id.first, first.isASCII, first.isLowercase else { return false }
    return id.allSatisfy { character in
      character.isASCII
        && (character.isLowercase || character.isNumber || "-_".contains(character)
          || (dots && character == "."))
    }
  }
}

extension Diagnostic {
  static func badID(_ id: String, at location: SourceLocation, word: String? = nil) -> Diagnostic {
    Diagnostic(
      "lab.bad-id", Text("`\(id)` is not an id", ko: "`\(id)`은(는) id로 쓸 수 없습니다"),
      hint: Text(
        "lower case letters, digits, `-` and `_`, beginning with a letter",
        ko: "소문자로 시작하고 소문자, 숫자, `-`, `_`만 씁니다"), at: location, word: word)
  }
}

extension Fields {

  /// A list of texts that must be among the cases of `Choice`.
  mutating func choices<Choice: RawRepresentable & CaseIterable>(_ key: String) -> [Choice]
  where Choice.RawValue == String {
    let known = Choice.allCases.map(\.rawValue)
    let written = strings(key) ?? []
    shape.note(key, .choices(known))
    return written.compactMap { text in
      if let choice = Choice(rawValue: text) { return choice }
      report(
        "lab.unknown-value",
        Text("`\(key)` cannot have `\(text)`", ko: "`\(key)`에 `\(text)`은(는) 쓸 수 없습니다"),
        hint: Suggestion.nearest(to: text, in: known).map(Text.meant) ?? .list(of: known),
        at: location(of: text, in: key))
      return nil
    }
  }
}
