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
  /// Whether both files have been read without loss, so that hashes mean something.
  private var isWhole = true
  /// Texts that have been told to be missing.
  private var missing: Set<String> = []
  /// Steps that have another id here than in lab.md: the id here, and the one there.
  private var renamed: [String: String] = [:]

  init(file: String) {
    self.file = file
  }

  /// Fills the Korean texts of `lab` from `text`, and returns what is wrong with them. Unless lab.md
  /// `isWhole`, nothing is said about its texts having changed.
  static func apply(
    _ text: String, file: String, to lab: inout Lab, isWhole: Bool = true
  ) -> [Diagnostic] {
    var reader = TranslationReader(file: file)
    reader.isWhole = isWhole
    reader.apply(text, to: &lab)
    return reader.diagnostics
  }

  private mutating func apply(_ text: String, to lab: inout Lab) {
    guard let matter = FrontMatter(text) else {
      diagnostics.append(FrontMatter.missing(file, in: text))
      return
    }
    head(matter.yaml, &lab)
    let (blocks, found) = MarkdownReader.read(matter.rest, file: file, firstLine: matter.restLine)
    diagnostics += found
    var rest = blocks[...]
    let intro = rest.prefix { !$0.isStepHeading }
    rest = rest.dropFirst(intro.count)
    lab.intro.korean = Array(intro)
    if intro.isEmpty, !lab.intro.english.isEmpty {
      missing.insert("intro")
      report(missing: "the introduction", ko: "머리글", line: matter.restLine)
    } else if let first = intro.first, lab.intro.english.isEmpty {
      diagnostics.append(
        Diagnostic(
          "lab.extra-translation",
          Text("lab.md has no introduction", ko: "lab.md에는 머리글이 없습니다"), at: first.location))
    }
    var seen: [String] = []
    let written = rest.compactMap { block in
      if block.isStepHeading, case .heading(_, let text) = block.kind { text } else { nil }
    }
    while let heading = rest.first {
      let body = rest.dropFirst().prefix { !$0.isStepHeading }
      rest = rest.dropFirst(1 + body.count)
      guard case .heading(_, let text) = heading.kind else { continue }
      diagnostics += heading.misleveled
      let head = StepHeading(text, at: heading.location, number: seen.count + 1, &diagnostics)
      guard let place = place(of: head.id, lab, seen: seen, written, heading.location) else {
        continue
      }
      seen.append(lab.steps[place].id)
      lab.steps[place].title.ko = head.title
      var step = StepTranslation(file: file, step: lab.steps[place], location: heading.location)
      lab.steps[place] = step.apply(Array(body))
      diagnostics += step.diagnostics
      missing.formUnion(step.missing.map { "\(lab.steps[place].id)/\($0)" })
    }
    let expected = lab.steps.map(\.id)
    for id in expected where !seen.contains(id) && !id.hasPrefix("?") {
      missing.formUnion(
        TranslatableTexts.all(of: lab).map(\.id).filter { $0 == id || $0.hasPrefix(id + "/") })
      report(missing: "step `\(id)`", ko: "`\(id)` 단계", line: 1)
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

  /// Which step of lab.md a heading with `id` begins. One whose id is not there is told, and taken for
  /// the step that it is most like, or for the one that stands at its place and nowhere else.
  private mutating func place(
    of id: String, _ lab: Lab, seen: [String], _ written: [String], _ location: SourceLocation
  ) -> Int? {
    let ids = lab.steps.map(\.id)
    if let place = ids.firstIndex(of: id), !seen.contains(id) { return place }
    let here = ids.indices.contains(seen.count) ? ids[seen.count] : ""
    let open = ids.filter { id in
      !seen.contains(id) && !written.contains { $0.contains("{#\(id)}") || $0.contains("{#\(id) ") }
    }
    if ids.filter({ $0 == here }).count > 1 {
      // Two steps of one id in lab.md, which has been told: which is which only their order says.
      renamed[id] = here
      return seen.count
    }
    let taken = Suggestion.nearest(to: id, in: open) ?? (open.contains(here) ? here : nil)
    // One whose id is none has been told already, here or in lab.md.
    if !id.hasPrefix("?"), taken.map({ Identifier.isValid($0) }) ?? true {
      extra(id, "step", ko: "단계", location, taken)
    }
    if let taken { renamed[id] = taken }
    return taken.flatMap { ids.firstIndex(of: $0) }
  }

  private mutating func head(_ yaml: String, _ lab: inout Lab) {
    let top = SourceLocation(file: file, line: 1, column: 1)
    do {
      let node = try YAMLDocument.parse(yaml, file: file)
      var fields = Fields(
        node, of: "front matter", variables: Variables(values: [:]), raw: true)
      hashes = fields.reading { Self.head(&$0, &lab) }
      for pair in node["hashes"]?.mapping ?? [] {
        places[pair.key.text ?? ""] = pair.key.location
      }
      diagnostics += fields.diagnostics
    } catch {
      isWhole = false
      diagnostics.append(Diagnostic(error, at: top))
    }
  }

  /// What the front matter of a translation may say. Returns the hashes.
  static func head(_ fields: inout Fields, _ lab: inout Lab) -> [String: String] {
    let id = fields.requiredString("lab")
    if !id.isEmpty, id != lab.id, Identifier.isValid(lab.id) {
      fields.report(
        "lab.translation-of-another",
        Text(
          "this translates lab `\(id)`, not `\(lab.id)`", ko: "`\(lab.id)`이(가) 아니라 `\(id)`의 번역입니다"
        ),
        at: fields.location(of: "lab"))
    }
    let language = fields.requiredString("language")
    if !language.isEmpty, language != Language.ko.rawValue {
      fields.report(
        "lab.unknown-value",
        Text("`language` cannot be `\(language)`", ko: "`language`에 `\(language)`은(는) 쓸 수 없습니다"),
        hint: .list(of: [Language.ko.rawValue]), at: fields.location(of: "language"))
    }
    lab.title.ko = fields.requiredString("title")
    lab.summary.ko = fields.requiredString("summary")
    if fields.entry("hashes")?.isNull == true { return [:] }
    return Dictionary((fields.texts("hashes") ?? []).map { ($0.key, $0.text) }) { $1 }
  }

  /// Whether what is said about the text `id` only follows from what has been told: from a step that is
  /// called something else in lab.md.
  private func isFollowUp(_ id: String) -> Bool {
    let step = String(id.prefix { $0 != "/" })
    return renamed.keys.contains(step) || renamed.values.contains(step)
  }

  private mutating func judgeAge(_ lab: Lab) {
    guard isWhole else { return }
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
    let unaccepted = texts.map(\.id).filter {
      hashes[$0] == nil && !missing.contains($0) && !isFollowUp($0)
    }
    if let first = unaccepted.first {
      diagnostics.append(
        Diagnostic(
          "lab.unaccepted-translation",
          Text(
            unaccepted.count == 1
              ? "`\(first)` has no hash"
              : "\(unaccepted.count) texts have no hash: \(Self.some(unaccepted))",
            ko: unaccepted.count == 1
              ? "`\(first)`의 해시가 없습니다"
              : "해시가 없는 글이 \(unaccepted.count)개 있습니다: \(Self.some(unaccepted))"),
          hint: Text(
            "when both say the same: `lab lint --accept`",
            ko: "두 글의 내용이 같으면 `lab lint --accept`로 저장합니다"),
          at: top))
    }
    let known = Set(texts.map(\.id))
    let gone = hashes.keys.sorted().filter { !known.contains($0) && !isFollowUp($0) }
    if let first = gone.first {
      diagnostics.append(
        Diagnostic(
          "lab.extra-hash",
          gone.count == 1
            ? Text("`\(first)` is no text of lab.md", ko: "`\(first)`은(는) lab.md에 없는 글입니다")
            : Text(
              "\(gone.count) hashes are of no text of lab.md: \(Self.some(gone))",
              ko: "lab.md에 없는 글의 해시가 \(gone.count)개 있습니다: \(Self.some(gone))"),
          hint: Text("`lab lint --accept` drops it", ko: "`lab lint --accept`로 지웁니다"),
          at: places[first] ?? top))
    }
  }

  private static func some(_ ids: [String]) -> String {
    ids.prefix(3).map { "`\($0)`" }.joined(separator: ", ") + (ids.count > 3 ? " …" : "")
  }

  private mutating func report(missing english: String, ko korean: String, line: Int) {
    diagnostics.append(
      Diagnostic(
        "lab.missing-translation",
        Text("\(english) is not translated", ko: "\(korean)의 번역이 없습니다"),
        at: SourceLocation(file: file, line: line, column: 1)))
  }

  private mutating func extra(
    _ id: String, _ english: String, ko korean: String, _ location: SourceLocation,
    _ meant: String?
  ) {
    diagnostics.append(
      Diagnostic(
        "lab.extra-translation",
        Text("lab.md has no \(english) `\(id)`", ko: "lab.md에 `\(id)` \(korean)이(가) 없습니다"),
        hint: meant.map(Text.meant), at: location, word: "{#\(id)"))
  }
}
