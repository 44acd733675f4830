// The report for a browser: one file, no scripts, nothing loaded from anywhere, readable on paper. First
// what the class stumbled over, then the students, then each submission.

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
    let title = say("Results", "채점 결과")
    return """
      <!DOCTYPE html>
      <html lang="\(language.rawValue)"><head><meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
      <title>\(title)</title><style>\(Self.style)</style></head><body>
      <h1>\(title)</h1>
      \(overview)
      \(checks)
      \(students)
      \(details)
      </body></html>

      """
  }

  private static let style = """
    body{font:15px/1.5 system-ui,"Noto Sans KR",sans-serif;max-width:1100px;margin:2rem auto;padding:0 1rem;
    color:#1a1a1a;background:#fff}table{border-collapse:collapse;width:100%;margin:1rem 0}
    th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ddd;vertical-align:top}
    th{border-bottom:2px solid #888}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
    .bar{display:inline-block;height:.7rem;background:#c0392b;vertical-align:middle}
    .pass::before{content:"\\2713 ";color:#1e7d34}.fail::before{content:"\\2717 ";color:#b00020}
    .error::before{content:"! ";color:#8a5a00}details{margin:.5rem 0;border:1px solid #ddd;padding:.4rem .8rem}
    summary{cursor:pointer}.why{color:#555;font-size:.93em}.note{background:#fff8e1;padding:.2rem .5rem}
    @media(prefers-color-scheme:dark){body{color:#e6e6e6;background:#161616}th,td,details{border-color:#444}
    .why{color:#aaa}.note{background:#3a3216}}@media print{details{break-inside:avoid}}
    """

  private func say(_ english: String, _ korean: String) -> String {
    language == .ko ? korean : english
  }

  private func escaped(_ text: String) -> String {
    text.printable.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
      .replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
  }

  private var counting: [Score] { scores.filter(\.counts) }
  private var graded: [Score] { counting.filter { $0.result.outcome == .graded } }

  private var overview: String {
    let points = graded.map(\.points).sorted()
    let middle = points.isEmpty ? "-" : Scoring.text(points[points.count / 2])
    let rows: [(String, String)] = [
      (say("submissions", "제출물"), "\(scores.count)"),
      (say("students", "학생"), "\(Set(counting.map(\.result.student.id)).count)"),
      (say("graded", "채점됨"), "\(graded.count)"),
      (say("refused", "거절됨"), "\(counting.filter { $0.result.outcome == .refused }.count)"),
      (
        say("errors of the grader's (no score)", "채점기 오류(점수 없음)"),
        "\(counting.filter { $0.result.outcome == .error }.count)"
      ),
      (say("median score", "점수의 중앙값"), middle),
    ]
    return "<table>" + rows.map { "<tr><th>\($0.0)</th><td class=n>\($0.1)</td></tr>" }.joined()
      + "</table>"
  }

  /// Per check: how many failed, hints taken in its step, the median time until its step was done.
  private var checks: String {
    var order: [String] = []
    var byName: [String: [GradedCheck]] = [:]
    for score in graded {
      for check in score.result.checks {
        let name = "\(score.result.lab) \(check.name)"
        if byName[name] == nil { order.append(name) }
        byName[name, default: []].append(check)
      }
    }
    let rows = order.compactMap { name -> String? in
      guard let found = byName[name], let first = found.first else { return nil }
      let failed = found.filter { $0.verdict == .fail }.count
      let percent = failed * 100 / found.count
      let lab = String(name.prefix { $0 != " " })
      let mates = graded.filter { $0.result.lab == lab }
      let hints = mates.reduce(0) { $0 + $1.result.hints.filter { $0.step == first.step }.count }
      return "<tr><td>\(escaped(name))\(first.isHidden ? " <i>\(say("hidden", "비공개"))</i>" : "")"
        + "<br><span class=why>\(escaped(first.sentence(language)))</span></td>"
        + "<td class=n>\(failed)/\(found.count)</td><td class=n>\(percent)% "
        + "<span class=bar style=\"width:\(percent)px\"></span></td><td class=n>\(hints)</td>"
        + "<td class=n>\(medianMinutes(mates, first))</td></tr>"
    }
    return "<h2>\(say("Checks", "검사"))</h2><table><tr><th>\(say("check", "검사"))</th>"
      + "<th class=n>\(say("failed", "실패"))</th><th class=n>\(say("rate", "비율"))</th>"
      + "<th class=n>\(say("hints in its step", "단계에서 본 힌트"))</th>"
      + "<th class=n>\(say("median minutes until it first passed", "처음 통과까지 걸린 시간(분, 중앙값)"))</th></tr>"
      + rows.joined(separator: "\n") + "</table>"
  }

  private func medianMinutes(_ scores: [Score], _ check: GradedCheck) -> String {
    let times = scores.compactMap { score -> Int64? in
      let passed = score.result.milestones.first {
        $0.step == check.step && $0.check == check.check
      }
      guard let time = passed?.time, score.result.started > 0 else { return nil }
      return max(0, time - score.result.started) / 60_000_000_000
    }.sorted()
    return times.isEmpty ? "-" : "\(times[times.count / 2])"
  }

  private var students: String {
    let rows = scores.enumerated().map { place, score -> String in
      let result = score.result
      let name = result.student.id.isEmpty ? result.file : result.student.id
      let points =
        result.outcome == .graded
        ? "\(Scoring.text(score.points))/\(Scoring.text(score.maximum))"
        : say(
          result.outcome == .refused ? "refused" : "error", result.outcome == .refused ? "거절" : "오류"
        )
      return
        "<tr><td><a href=\"#s\(place)\">\(escaped(name))</a></td><td>\(escaped(result.student.name))</td>"
        + "<td>\(escaped(result.lab))</td><td class=n>\(points)</td>"
        + "<td class=n>\(score.daysLate == 0 ? "" : "\(score.daysLate)")</td>"
        + "<td>\(score.counts ? "" : say("does not count", "반영 안 됨"))</td>"
        + "<td class=n>\(score.observations.isEmpty ? "" : "\(score.observations.count)")</td></tr>"
    }
    return "<h2>\(say("Students", "학생"))</h2><table><tr><th>\(say("student", "학생"))</th>"
      + "<th>\(say("name", "이름"))</th><th>\(say("lab", "실습"))</th><th class=n>\(say("score", "점수"))</th>"
      + "<th class=n>\(say("days late", "늦은 날수"))</th><th></th>"
      + "<th class=n>\(say("observations", "살펴볼 점"))</th></tr>" + rows.joined(separator: "\n")
      + "</table>"
  }

  private var details: String {
    "<h2>\(say("Submissions", "제출물"))</h2>"
      + scores.enumerated().map { detail($0, $1) }.joined(separator: "\n")
  }

  private func detail(_ place: Int, _ score: Score) -> String {
    let result = score.result
    let name = [result.student.id, result.student.name, result.lab].filter { !$0.isEmpty }
      .joined(separator: " · ")
    let reason = result.reason.map { "<p class=error>\(escaped($0(language)))</p>" } ?? ""
    let notes = score.observations.map { "<p class=note>\(escaped($0.text(language)))</p>" }
      .joined()
    let rows = result.checks.map { check -> String in
      let why =
        check.verdict == .pass ? [] : ([check.found].compactMap { $0 } + check.causes.map(\.text))
      let lines = why.map { escaped($0(language)) }.joined(separator: "<br>")
      return "<tr><td class=\(check.verdict.rawValue)>\(escaped(check.name))</td>"
        + "<td>\(escaped(check.sentence(language)))"
        + (lines.isEmpty ? "" : "<br><span class=why>\(lines)</span>") + "</td></tr>"
    }
    return
      "<details id=\"s\(place)\"><summary>\(escaped(name.isEmpty ? result.file : name))</summary>"
      + "<p class=why>\(escaped(result.file)) · SHA-256 \(result.digest)</p>\(reason)\(notes)"
      + "<table>\(rows.joined(separator: "\n"))</table></details>"
  }
}
