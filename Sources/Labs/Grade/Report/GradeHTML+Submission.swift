import Support

/// Each submission on the page: closed until somebody opens it, comes from its student's row, or prints.
extension GradeHTML {
  var details: String {
    "<h2>\(say("Submissions", "제출물"))</h2>"
      + scores.enumerated().map { detail($0, $1) }.joined(separator: "\n")
  }

  private func detail(_ place: Int, _ score: Score) -> String {
    let result = score.result
    let name = [result.student.id, result.student.name, result.lab].filter { !$0.isEmpty }
      .joined(separator: " · ")
    let reason = result.reason.map { "<p class=error>\(GradePage.prose($0(language)))</p>" } ?? ""
    let notes = score.observations.map {
      "<p class=note>\(GradePage.prose($0.text(language))) <code>\($0.kind.rawValue)</code></p>"
    }.joined()
    let rows = score.steps.map { step in
      stepRow(step) + result.checks.filter { $0.step == step.step }.map(checkRow).joined()
    }
    let table = rows.isEmpty ? "" : "<table>\(rows.joined(separator: "\n"))</table>"
    // A link to what stands in a closed part opens it; a link to the part itself does not.
    return
      "<details><summary>\(GradePage.plain(name.isEmpty ? result.file : name))"
      + "<span class=points>\(points(score))</span></summary><div id=\"s\(place)\">"
      + "<p class=why>\(GradePage.plain(result.file)) · SHA-256 \(result.digest)</p>"
      + "\(reason)\(notes)\(late(score))\(table)</div></details>"
  }

  private func late(_ score: Score) -> String {
    guard score.latePenalty > 0 else { return "" }
    let less = Scoring.text(score.latePenalty)
    return "<p class=why>"
      + say("\(score.daysLate) days late: −\(less)", "\(score.daysLate)일 늦음: −\(less)") + "</p>"
  }

  private func stepRow(_ step: Score.StepScore) -> String {
    let hints =
      step.hints == 0
      ? ""
      : " · " + say("\(step.hints) hints", "힌트 \(step.hints)개")
        + (step.hintPenalty > 0 ? " (−\(Scoring.text(step.hintPenalty)))" : "")
    let kit = step.solvedByKit ? " · " + say("solved by the kit", "키트가 풂") : ""
    return "<tr class=step><th>\(GradePage.plain(step.step))</th><td>"
      + "\(Scoring.text(step.points))/\(Scoring.text(step.maximum))\(hints)\(kit)</td></tr>"
  }

  private func checkRow(_ check: GradedCheck) -> String {
    var lines: [String] = []
    if check.verdict != .pass {
      let found = check.found.map { $0(language) } ?? ""
      if !found.isEmpty { lines.append(found) }
      lines += check.causes.map { "← " + $0.text(language) }
    }
    let hidden = check.isHidden ? " <i>\(say("hidden", "비공개"))</i>" : ""
    let why = lines.map { "<br><span class=why>\(GradePage.prose($0))</span>" }.joined()
    return "<tr><td class=\(check.verdict.rawValue)>\(GradePage.plain(check.check))\(hidden)</td>"
      + "<td>\(GradePage.prose(check.sentence(language)))\(why)</td></tr>"
  }
}
