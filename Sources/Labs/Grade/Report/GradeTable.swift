import Support

/// Scores for the terminal.
package enum GradeTable {
  /// A table, one row for each submission that counts, then what is to be looked at.
  package static func lines(
    _ scores: [Score], facts: TerminalFacts, language: Language = .current
  ) -> [String] {
    let header = [
      Text("STUDENT", ko: "학생"), Text("NAME", ko: "이름"), Text("LAB", ko: "실습"),
      Text("SCORE", ko: "점수"), Text("CHECKS", ko: "검사"), Text("NOTES", ko: "비고"),
    ].map { $0(language) }
    let rows = scores.filter(\.counts).map { score in
      let result = score.result
      let passed = result.checks.filter { $0.verdict == .pass }.count
      return [
        result.student.id.isEmpty ? result.file.oneLine : result.student.id,
        result.student.name.oneLine, result.lab, points(score),
        result.checks.isEmpty ? "-" : "\(passed)/\(result.checks.count)",
        notes(score).map { $0(language) }.joined(separator: "; "),
      ]
    }
    var lines = TabWriter.align(([header] + rows).map { $0.joined(separator: "\t") })
    let looked = scores.filter { !$0.observations.isEmpty }
    if !looked.isEmpty {
      lines += [
        "", Text("Observations (not accusations):", ko: "살펴볼 점(부정행위라는 뜻이 아닙니다):")(language),
      ]
      for score in looked {
        let who =
          score.result.student.id.isEmpty ? score.result.file.oneLine : score.result.student.id
        for observation in score.observations {
          lines += "\(who): \(observation.text(language))".wrapped(
            to: max(40, facts.columns - 2), indent: "  ")
        }
      }
    }
    return lines
  }

  /// What the grader failed on, for who does not want the table; nil when it failed on nothing.
  package static func errors(_ scores: [Score]) -> Text? {
    let failed = scores.filter { $0.result.outcome == .error }
    guard let reason = failed.first?.result.reason else { return nil }
    return Text(
      "no score for \(failed.count), by errors of the grader's: \(reason.en.oneLine)",
      ko: "채점기의 오류로 점수가 없는 제출물 \(failed.count)개: \(reason.ko.oneLine)")
  }

  private static func points(_ score: Score) -> String {
    switch score.result.outcome {
    case .graded: "\(Scoring.text(score.points))/\(Scoring.text(score.maximum))"
    case .refused, .error: "-"
    }
  }

  private static func notes(_ score: Score) -> [Text] {
    var notes: [Text] = []
    switch score.result.outcome {
    case .graded: break
    case .refused:
      notes.append(score.result.reason ?? Text("refused", ko: "거절됨"))
    case .error:
      let reason = score.result.reason ?? Text("", ko: "")
      notes.append(
        Text(
          "error of the grader's, no score: \(reason.en)", ko: "채점기의 오류, 점수 없음: \(reason.ko)"))
    }
    if score.daysLate > 0 {
      notes.append(Text("\(score.daysLate) days late", ko: "\(score.daysLate)일 늦음"))
    }
    let hints = score.steps.reduce(0) { $0 + $1.hints }
    if hints > 0 { notes.append(Text("\(hints) hints", ko: "힌트 \(hints)개")) }
    if !score.observations.isEmpty {
      notes.append(
        Text("\(score.observations.count) observations", ko: "살펴볼 점 \(score.observations.count)건"))
    }
    return notes.map { Text($0.en.oneLine, ko: $0.ko.oneLine) }
  }
}
