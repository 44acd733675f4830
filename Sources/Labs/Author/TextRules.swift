import Support

/// Rules about what is there in name only: hints, boxes and scripts with nothing in them.
enum TextRules {
  static func check(_ lab: Lab) -> [Diagnostic] {
    var diagnostics = lab.setup.compactMap { empty($0, "setup") }
    for step in lab.steps {
      for hint in step.hints where hint.text.english.isEmpty {
        diagnostics.append(empty("hint `\(hint.id)`", ko: "`\(hint.id)` 힌트", hint.location))
      }
      for note in step.notes where note.body.trimmed.isEmpty {
        diagnostics.append(empty("a note", ko: "바로잡기", note.location))
      }
      if let debrief = step.debrief, debrief.english.isEmpty {
        diagnostics.append(empty("the debrief", ko: "`debrief`", step.debriefLocation))
      }
      diagnostics += step.commands.compactMap { empty($0, "bash") }
      diagnostics += step.ownSolution.compactMap { empty($0, "solution") }
      diagnostics += (step.setup).compactMap { empty($0, "setup") }
      diagnostics += (step.undo).compactMap { empty($0, "undo") }
      diagnostics += step.alternatives.compactMap { empty($0.script, "alternative \($0.id)") }
      diagnostics += step.wrongs.compactMap { empty($0.script, "wrong \($0.id)") }
    }
    return diagnostics
  }

  /// That a script has no command; nil when it has one.
  static func empty(_ script: Script, _ name: String) -> Diagnostic? {
    let lines = script.text.split(separator: "\n").map(\.trimmed)
    guard lines.allSatisfy({ $0.isEmpty || $0.hasPrefix("#") }) else { return nil }
    return Diagnostic(
      "lab.empty", Text("`\(name)` has no command", ko: "`\(name)`에 명령이 없습니다"),
      hint: name.hasPrefix("wrong")
        ? Text("`true`, where doing nothing is the mistake", ko: "아무것도 하지 않는 실수라면 `true`라고 씁니다")
        : nil,
      at: script.location)
  }

  /// That something has no text.
  static func empty(
    _ english: String, ko korean: String, _ location: SourceLocation
  ) -> Diagnostic {
    Diagnostic(
      "lab.empty", Text("\(english) is empty", ko: "\(korean)이(가) 비어 있습니다"), at: location)
  }
}
