// The rules a lab must keep before it is played. LabReader has already reported what it could not
// read; here stand the rules that span a step or the whole lab. Each rule group is a file:
// StepRules.swift (ids, references, counts), VariableRules.swift, MentionRule.swift, ImageRules.swift,
// CitationRules.swift, TextRules.swift. What looks beyond the lab's own two files: AnchorRule.swift,
// PrerequisiteRule.swift, MistakeReader.swift.

import Linux
import Support

/// Holds a lab folder to the format.
package enum Linter {
  /// What a folder gives: the lab, when it could be read, and everything wrong with it.
  package struct Result: Sendable {
    package var lab: Lab?
    package var diagnostics: [Diagnostic]

    /// Whether nothing refuses the lab.
    package var isClean: Bool { !diagnostics.contains { $0.severity == .error } }
  }

  /// Lints `folder`, which holds lab.md and its translation. With `thoroughly`, also what a student's
  /// look has no time for: mistakes.md, and what the lab says of other labs and of the source tree it
  /// lies in.
  package static func lint(folder: String, thoroughly: Bool = false) throws -> Result {
    let file = "\(folder)/lab.md"
    let korean = "\(folder)/lab.ko.md"
    var result = lint(
      try SourceText.read(file), file: file,
      translation: File.exists(korean) ? try SourceText.read(korean) : nil,
      translationFile: korean, folder: folder)
    if thoroughly, let lab = result.lab {
      let mistakes = try MistakeReader.problems(lab)
      result.diagnostics = sorted(
        result.diagnostics + AnchorRule.check(lab) + PrerequisiteRule.check(lab) + mistakes)
    }
    return result
  }

  /// The same over texts; `translation` nil means that there is none, which is an error too.
  static func lint(
    _ text: String, file: String, translation: String?, translationFile: String,
    folder: String = ""
  ) -> Result {
    var (lab, diagnostics) = LabReader.read(text, file: file, folder: folder)
    var isWhole = !diagnostics.contains { $0.severity == .error }
    func result(_ lab: Lab?) -> Result {
      guard !diagnostics.isEmpty else { return Result(lab: lab, diagnostics: []) }
      let sources = [translationFile: SourceLines(translation ?? "")]
        .merging([file: SourceLines(text)]) { $1 }
      let placed = diagnostics.map { sources[$0.location.file]?.placing($0) ?? $0 }
      return Result(lab: lab, diagnostics: sorted(placed))
    }
    if var read = lab {
      diagnostics += StepRules.check(read) + CitationRules.check(read) + TextRules.check(read)
      isWhole = isWhole && !diagnostics.contains { $0.id == "lab.duplicate-id" }
      if read.isHeadless { return result(nil) }
      diagnostics += VariableRules.check(read) + ImageRules.check(read)
      if read.languages.count < 2 {
        if translation != nil { diagnostics.append(unwanted(read, translationFile)) }
      } else if let translation {
        diagnostics += TranslationReader.apply(
          translation, file: translationFile, to: &read, isWhole: isWhole)
        diagnostics += VariableRules.checkTranslation(read, file: translationFile)
        lab = read
      } else {
        diagnostics.append(
          Diagnostic(
            "lab.missing-translation",
            Text("there is no translation `lab.ko.md`", ko: "번역 파일 `lab.ko.md`가 없습니다"),
            hint: Text(
              "write it, or say `languages: [en]` in the front matter",
              ko: "번역을 쓰거나, 머리말에 `languages: [ko]`처럼 적습니다"),
            at: SourceLocation(file: translationFile)))
      }
    }
    return result(lab)
  }

  private static func unwanted(_ lab: Lab, _ file: String) -> Diagnostic {
    let only = lab.languages[0].rawValue
    return Diagnostic(
      "lab.extra-translation",
      Text(
        "the lab is in `\(only)` only, and yet there is a translation",
        ko: "실습의 언어는 `\(only)`뿐인데 번역 파일이 있습니다"),
      hint: Text(
        "`languages: [en, ko]`, or no `lab.ko.md`",
        ko: "`languages: [en, ko]`로 쓰거나 `lab.ko.md`를 지웁니다"),
      at: SourceLocation(file: file))
  }

  /// In the order in which they are best mended: lab.md first, for what is wrong there may be the reason
  /// for what is wrong in its translation.
  private static func sorted(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
    func rank(_ file: String) -> Int {
      file.hasSuffix("lab.md") ? 0 : file.hasSuffix("lab.ko.md") ? 1 : 2
    }
    var seen: Set<Diagnostic> = []
    return diagnostics.filter { seen.insert($0).inserted }.sorted { a, b in
      (rank(a.location.file), a.location.line, a.location.column)
        < (rank(b.location.file), b.location.line, b.location.column)
    }
  }
}
