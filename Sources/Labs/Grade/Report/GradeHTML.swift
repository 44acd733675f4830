// The report for a browser: one file, no scripts, nothing loaded from anywhere, readable on paper. First
// what the class stumbled over, then the students, then each submission.
//
// Next: GradeHTML+Submission.swift, GradePage.swift.

import Support

/// Scores as one HTML page.
package struct GradeHTML {
  let scores: [Score]
  let language: Language

  /// The page in `language`.
  package init(_ scores: [Score], language: Language = .current) {
    self.scores = scores
    self.language = language
  }

  package var text: String {
    GradePage.text(
      title: say("Results", "채점 결과"), language: language,
      body: [overview, histogram, checks, students, details])
  }

  func say(_ english: String, _ korean: String) -> String {
    language == .ko ? korean : english
  }

  private var counting: [Score] { scores.filter(\.counts) }
  private var graded: [Score] { counting.filter { $0.result.outcome == .graded } }

  private var overview: String {
    let middle = Scoring.median(graded.map(\.points)).map(Scoring.text) ?? "-"
    let known = Set(counting.map { $0.result.student.id.lowercased() }.filter { !$0.isEmpty })
    let facts: [(String, String)] = [
      (say("submissions", "제출물"), "\(scores.count)"), (say("students", "학생"), "\(known.count)"),
      (say("graded", "채점됨"), "\(graded.count)"),
      (say("refused", "거절됨"), "\(counting.filter { $0.result.outcome == .refused }.count)"),
      (
        say("errors of the grader's", "채점기 오류(점수 없음)"),
        "\(counting.filter { $0.result.outcome == .error }.count)"
      ),
      (say("median score", "점수의 중앙값"), middle),
    ]
    return "<div class=facts>"
      + facts.map { "<div><b>\($0.1)</b><span>\($0.0)</span></div>" }.joined() + "</div>"
  }

  /// How many students have how many percent of the points, in tens.
  private var histogram: String {
    guard graded.count > 1 else { return "" }
    var counts = [Int](repeating: 0, count: 10)
    for score in graded where score.maximum > 0 {
      counts[min(9, max(0, score.points * 10 / score.maximum))] += 1
    }
    let most = max(1, counts.max() ?? 1)
    let columns = counts.enumerated().map { place, count in
      "<div><i style=\"height:\(count * 90 / most)px\"></i><b>\(count == 0 ? "" : "\(count)")</b>"
        + "<span>\(place * 10)</span></div>"
    }
    return "<h2>\(say("Scores, in percent", "점수 분포(퍼센트)"))</h2>"
      + "<div class=columns>\(columns.joined())</div>"
  }

  /// Per step: hints taken. Per check: how many failed, the median time until it first passed.
  private var checks: String {
    var steps: [String] = []
    var names: [String: [String]] = [:]
    var byName: [String: [GradedCheck]] = [:]
    for score in graded {
      for check in score.result.checks {
        let step = "\(score.result.lab) \(check.step)"
        let name = "\(step)/\(check.check)"
        if names[step] == nil { steps.append(step) }
        if byName[name] == nil { names[step, default: []].append(name) }
        byName[name, default: []].append(check)
      }
    }
    let rows = steps.map { step -> String in
      let parts = step.split(separator: " ").map(String.init)
      let mates = graded.filter { $0.result.lab == parts[0] }
      let hints = mates.reduce(0) { sum, score in
        sum + score.result.hints.filter { $0.step == parts.last }.count
      }
      let head =
        "<tr class=step><th>\(GradePage.plain(step))</th><td></td><td></td>"
        + "<td class=n>\(hints == 0 ? "" : "\(hints)")</td><td></td></tr>"
      let own = (names[step] ?? []).compactMap { byName[$0] }
      return head + own.map { row($0, mates) }.joined(separator: "\n")
    }
    return "<h2>\(say("Checks", "검사"))</h2><table><tr><th>\(say("check", "검사"))</th>"
      + "<th class=n>\(say("failed", "실패"))</th><th></th>"
      + "<th class=n>\(say("hints", "힌트"))</th>"
      + "<th class=n>\(say("median minutes until passed", "통과까지 걸린 분(중앙값)"))</th></tr>"
      + rows.joined(separator: "\n") + "</table>"
  }

  private func row(_ found: [GradedCheck], _ mates: [Score]) -> String {
    let first = found[0]
    let failed = found.filter { $0.verdict == .fail }.count
    let percent = failed * 100 / found.count
    let hidden = first.isHidden ? " <i>\(say("hidden", "비공개"))</i>" : ""
    return "<tr><td>\(GradePage.plain(first.check))\(hidden) "
      + "<span class=why>\(GradePage.prose(first.sentence(language)))</span></td>"
      + "<td class=n>\(failed)/\(found.count)</td><td class=share>"
      + "<i class=bar style=\"width:\(percent)px\"></i> \(percent)%</td><td></td>"
      + "<td class=n>\(medianMinutes(mates, first))</td></tr>"
  }

  private func medianMinutes(_ scores: [Score], _ check: GradedCheck) -> String {
    let times = scores.compactMap { score -> Int64? in
      let passed = score.result.milestones.first {
        $0.step == check.step && $0.check == check.check
      }
      guard let time = passed?.time, score.result.started > 0 else { return nil }
      return max(0, time - score.result.started) / 60_000_000_000
    }
    guard let middle = Scoring.median(times) else { return "-" }
    return middle == 0 ? "&lt;1" : "\(middle)"
  }

  private var students: String {
    let rows = scores.enumerated().map { place, score -> String in
      let result = score.result
      let name = result.student.id.isEmpty ? result.file : result.student.id
      let notes =
        (score.daysLate == 0 ? [] : [say("\(score.daysLate) days late", "\(score.daysLate)일 늦음")])
        + (score.counts ? [] : [say("does not count", "반영 안 됨")])
        + (score.observations.isEmpty
          ? []
          : [say("\(score.observations.count) observations", "살펴볼 점 \(score.observations.count)건")])
      return
        "<tr><td><a href=\"#s\(place)\">\(GradePage.plain(name))</a></td>"
        + "<td>\(GradePage.plain(result.student.name))</td><td>\(GradePage.plain(result.lab))</td>"
        + "<td class=n>\(points(score))</td><td>\(notes.joined(separator: " · "))</td></tr>"
    }
    return "<h2>\(say("Students", "학생"))</h2><table><tr><th>\(say("student", "학생"))</th>"
      + "<th>\(say("name", "이름"))</th><th>\(say("lab", "실습"))</th>"
      + "<th class=n>\(say("score", "점수"))</th><th>\(say("notes", "비고"))</th></tr>"
      + rows.joined(separator: "\n") + "</table>"
  }

  /// A score as the student's row and the submission's head have it.
  func points(_ score: Score) -> String {
    switch score.result.outcome {
    case .graded: "\(Scoring.text(score.points))/\(Scoring.text(score.maximum))"
    case .refused: "<b class=refused>\(say("refused", "거절"))</b>"
    case .error: "<b class=error>\(say("error", "오류"))</b>"
    }
  }
}
