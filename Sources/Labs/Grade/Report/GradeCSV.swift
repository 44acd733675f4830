import Support

/// Scores as comma-separated values, for spreadsheets and learning platforms.
package enum GradeCSV {
  /// How the file is laid out.
  package enum Preset: String, Sendable, CaseIterable {
    /// Everything, one row a submission.
    case full
    /// The same with the mark in front without which Excel takes Korean names for something else.
    case excel
    /// What Canvas imports: its own columns first, one for each lab.
    case canvas
    /// What Moodle imports: id number, grade and feedback.
    case moodle
  }

  /// The file; with a roster, students who handed in nothing are in it, too.
  package static func text(
    _ scores: [Score], roster: Roster = Roster(), preset: Preset = .full,
    language: Language = .current
  ) -> String {
    switch preset {
    case .full: full(scores, roster, language)
    case .excel: "\u{FEFF}" + full(scores, roster, language)
    case .canvas: canvas(scores, roster)
    case .moodle: moodle(scores, roster, language)
    }
  }

  private static func labs(_ scores: [Score]) -> [String] {
    Array(Set(scores.map(\.result.lab).filter { !$0.isEmpty })).sorted()
  }

  /// The score of a student in a lab that counts, and is one.
  private static func counting(_ scores: [Score], _ id: String, _ lab: String) -> Score? {
    scores.first {
      $0.counts && $0.result.lab == lab && $0.result.outcome == .graded
        && $0.result.student.id.lowercased() == id.lowercased()
    }
  }

  private static func full(_ scores: [Score], _ roster: Roster, _ language: Language) -> String {
    let extra = roster.columns
    var text = CSV.line(
      [
        "student", "name", "lab", "score", "of", "passed", "checks", "hints", "days_late", "counts",
        "outcome", "observations", "file", "reason",
      ] + extra)
    for score in scores {
      let result = score.result
      let known = roster.student(result.student.id)
      let isGraded = result.outcome == .graded
      text += CSV.line(
        [
          result.student.id, known?.name.isEmpty == false ? known?.name ?? "" : result.student.name,
          result.lab, isGraded ? Scoring.text(score.points) : "", Scoring.text(score.maximum),
          "\(result.checks.filter { $0.verdict == .pass }.count)", "\(result.checks.count)",
          "\(score.steps.reduce(0) { $0 + $1.hints })", "\(score.daysLate)",
          score.counts ? "yes" : "no", result.outcome.rawValue,
          score.observations.map(\.kind.rawValue).joined(separator: " "), result.file,
          result.reason?(language) ?? "",
        ] + extra.map { known?.fields[$0] ?? "" })
    }
    let handedIn = Set(scores.map { $0.result.student.id.lowercased() })
    for student in roster.students where !handedIn.contains(student.id.lowercased()) {
      text += CSV.line(
        [student.id, student.name, "", "", "", "", "", "", "", "", "missing", "", "", ""]
          + extra.map { student.fields[$0] ?? "" })
    }
    return text
  }

  private static func canvas(_ scores: [Score], _ roster: Roster) -> String {
    let own = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    let labs = labs(scores)
    var text = CSV.line(own + labs)
    for (id, name, fields) in students(scores, roster) {
      let known = own.map { column -> String in
        fields[column] ?? (column == "Student" ? name : column == "SIS User ID" ? id : "")
      }
      text += CSV.line(
        known + labs.map { lab in counting(scores, id, lab).map { Scoring.text($0.points) } ?? "" })
    }
    return text
  }

  private static func moodle(_ scores: [Score], _ roster: Roster, _ language: Language) -> String {
    let labs = labs(scores)
    let hasEmail = roster.columns.contains("Email address")
    var text = CSV.line(
      ["ID number"] + (hasEmail ? ["Email address"] : [])
        + labs.flatMap { ["\($0) (Real)", "\($0) (Feedback)"] })
    for (id, _, fields) in students(scores, roster) {
      text += CSV.line(
        [id] + (hasEmail ? [fields["Email address"] ?? ""] : [])
          + labs.flatMap { lab -> [String] in
            guard let score = counting(scores, id, lab) else { return ["", ""] }
            return [Scoring.text(score.points), feedback(score, language)]
          })
    }
    return text
  }

  private static func students(
    _ scores: [Score], _ roster: Roster
  ) -> [(id: String, name: String, fields: [String: String])] {
    var found = roster.students.map { ($0.id, $0.name, $0.fields) }
    for score in scores where score.counts && score.result.outcome == .graded {
      let student = score.result.student
      guard !found.contains(where: { $0.0.lowercased() == student.id.lowercased() }) else {
        continue
      }
      found.append((student.id, student.name, [:]))
    }
    return found.map { (id: $0.0, name: $0.1, fields: $0.2) }
  }

  /// What a student reads beside the grade: what failed, without the hidden checks' names.
  static func feedback(_ score: Score, _ language: Language) -> String {
    let failed = score.result.checks.filter { $0.verdict == .fail }
    let open = failed.filter { !$0.isHidden }.prefix(12).map { check in
      let why = check.causes.first?.text ?? check.found
      return "\(check.name): \(check.sentence(language))"
        + (why.map { " (\($0(language)))" } ?? "")
    }
    let hidden = failed.filter(\.isHidden).count
    let rest =
      hidden > 0
      ? [Text("\(hidden) further checks failed", ko: "그 밖의 검사 \(hidden)개 실패")(language)] : []
    return (open + rest).joined(separator: "; ")
  }
}
