// lab.ko.md laid over a lab. The translation has the same steps with the same ids; this file walks
// both side by side, fills in the Korean of every text, and reports what is missing, extra or older
// than the English it was made from.

import Documents
import Support

/// Reads a translation into a lab.
struct TranslationReader {
  let file: String
  var diagnostics: [Diagnostic] = []
  /// The hash each text was made from.
  private var hashes: [String: String] = [:]
  /// Where each of them stands.
  private var places: [String: SourceLocation] = [:]

  init(file: String) {
    self.file = file
  }

  /// Fills the Korean texts of `lab` from `text`, and returns what is wrong with them.
  static func apply(_ text: String, file: String, to lab: inout Lab) -> [Diagnostic] {
    var reader = TranslationReader(file: file)
    reader.apply(text, to: &lab)
    return reader.diagnostics
  }

  private mutating func apply(_ text: String, to lab: inout Lab) {
    guard let matter = FrontMatter(text) else {
      diagnostics.append(FrontMatter.missing(file))
      return
    }
    head(matter.yaml, &lab)
    let (blocks, found) = MarkdownReader.read(matter.rest, file: file, firstLine: matter.restLine)
    diagnostics += found
    var rest = blocks[...]
    let intro = rest.prefix { !$0.isStepHeading }
    rest = rest.dropFirst(intro.count)
    lab.intro.korean = Array(intro)
    if intro.isEmpty != lab.intro.english.isEmpty {
      missing("intro", "the introduction", ko: "머리글", line: 1)
    }
    var seen: [String] = []
    while let heading = rest.first {
      let body = rest.dropFirst().prefix { !$0.isStepHeading }
      rest = rest.dropFirst(1 + body.count)
      guard case .heading(_, let written) = heading.kind else { continue }
      let head = StepHeading(written, at: heading.location, number: seen.count + 1, &diagnostics)
      guard let place = lab.steps.firstIndex(where: { $0.id == head.id }) else {
        // One without an id has been reported already.
        if head.id.hasPrefix("?") { continue }
        extra(head.id, "step", ko: "단계", heading.location, lab.steps.map(\.id))
        continue
      }
      seen.append(head.id)
      lab.steps[place].title.ko = head.title
      var step = StepTranslation(file: file, step: lab.steps[place], location: heading.location)
      lab.steps[place] = step.apply(Array(body))
      diagnostics += step.diagnostics
    }
    let expected = lab.steps.map(\.id).filter { !$0.hasPrefix("?") }
    for id in expected where !seen.contains(id) {
      missing(id, "step `\(id)`", ko: "`\(id)` 단계", line: 1)
    }
    if seen.count == expected.count, seen != expected {
      diagnostics.append(
        Diagnostic(
          "lab.translation-order",
          Text("the steps stand in another order than in lab.md", ko: "단계의 순서가 lab.md와 다릅니다"),
          at: SourceLocation(file: file, line: 1, column: 1)))
    }
    judgeAge(lab)
  }

  private mutating func head(_ yaml: String, _ lab: inout Lab) {
    let top = SourceLocation(file: file, line: 1, column: 1)
    do {
      let node = try YAMLDocument.parse(yaml, file: file)
      var fields = Fields(
        node, of: "front matter", variables: Variables(values: [:]), raw: true)
      hashes = Self.head(&fields, &lab)
      for pair in node["hashes"]?.mapping ?? [] {
        places[pair.key.text ?? ""] = pair.key.location
      }
      fields.finish()
      diagnostics += fields.diagnostics
    } catch {
      diagnostics.append(Diagnostic(error, at: top))
    }
  }

  /// What the front matter of a translation may say. Returns the hashes.
  static func head(_ fields: inout Fields, _ lab: inout Lab) -> [String: String] {
    let id = fields.requiredString("lab")
    if fields.has("lab"), id != lab.id {
      fields.report(
        "lab.translation-of-another",
        Text(
          "this translates lab `\(id)`, not `\(lab.id)`", ko: "`\(lab.id)`이(가) 아니라 `\(id)`의 번역입니다"
        ),
        at: fields.location(of: "lab"))
    }
    let language = fields.requiredString("language")
    if fields.has("language"), language != Language.ko.rawValue {
      fields.report(
        "lab.unknown-value",
        Text("`language` cannot be `\(language)`", ko: "`language`에 `\(language)`은(는) 쓸 수 없습니다"),
        hint: .list(of: [Language.ko.rawValue]), at: fields.location(of: "language"))
    }
    lab.title.ko = fields.requiredString("title")
    lab.summary.ko = fields.requiredString("summary")
    return Dictionary((fields.texts("hashes") ?? []).map { ($0.key, $0.text) }) { $1 }
  }

  private mutating func judgeAge(_ lab: Lab) {
    let texts = TranslatableTexts.hashes(of: lab)
    let top = SourceLocation(file: file, line: 1, column: 1)
    let stale = texts.filter { hashes[$0.id] != nil && hashes[$0.id] != $0.hash }
    for text in stale {
      diagnostics.append(
        Diagnostic(
          "lab.stale-translation",
          Text("the English of `\(text.id)` has changed", ko: "`\(text.id)`의 영어 원문이 바뀌었습니다"),
          hint: Text(
            "look at it, then `lab lint --accept`", ko: "확인한 뒤 `lab lint --accept`를 실행합니다"),
          at: places[text.id] ?? top))
    }
    let unaccepted = texts.filter { hashes[$0.id] == nil }
    if !unaccepted.isEmpty {
      diagnostics.append(
        Diagnostic(
          "lab.unaccepted-translation",
          Text(
            "\(unaccepted.count) texts have no hash: \(unaccepted[0].id) …",
            ko: "해시가 없는 글이 \(unaccepted.count)개 있습니다: \(unaccepted[0].id) …"),
          hint: Text("`lab lint --accept` stores them", ko: "`lab lint --accept`로 저장합니다"), at: top))
    }
    let known = Set(texts.map(\.id))
    for id in hashes.keys.sorted() where !known.contains(id) {
      diagnostics.append(
        Diagnostic(
          "lab.extra-hash", Text("`\(id)` is no text of lab.md", ko: "`\(id)`은(는) lab.md에 없는 글입니다"),
          hint: Text("`lab lint --accept` drops it", ko: "`lab lint --accept`로 지웁니다"),
          at: places[id] ?? top))
    }
  }

  private mutating func missing(_ id: String, _ english: String, ko korean: String, line: Int) {
    diagnostics.append(
      Diagnostic(
        "lab.missing-translation",
        Text("\(english) is not translated", ko: "\(korean)의 번역이 없습니다"),
        at: SourceLocation(file: file, line: line, column: 1)))
  }

  private mutating func extra(
    _ id: String, _ english: String, ko korean: String, _ location: SourceLocation,
    _ known: [String]
  ) {
    diagnostics.append(
      Diagnostic(
        "lab.extra-translation",
        Text("lab.md has no \(english) `\(id)`", ko: "lab.md에 `\(id)` \(korean)이(가) 없습니다"),
        hint: Suggestion.nearest(to: id, in: known).map {
          Text("did you mean `\($0)`?", ko: "`\($0)`을(를) 쓰려고 했습니까?")
        }, at: location))
  }
}
