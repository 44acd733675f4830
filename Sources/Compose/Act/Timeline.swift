import Linux
import Support

/// When each step of a plan began and ended: who waited for whom.
package struct Timeline: Sendable {
  private let start = monotonicMilliseconds()
  private var began: [Int: Int64] = [:]
  private var ended: [Int: Int64] = [:]

  mutating func begin(_ step: Int) { began[step] = monotonicMilliseconds() - start }
  mutating func end(_ step: Int) { ended[step] = monotonicMilliseconds() - start }

  /// One line a step, in the order of their ends: when it was done, how long it took, and what it had
  /// waited for last.
  package func text(_ plan: ComposePlan, _ language: Language = .current) -> String {
    var lines: [String] = []
    for (step, end) in ended.sorted(by: { ($0.value, $0.key) < ($1.value, $1.key) }) {
      let begin = began[step] ?? end
      let last = plan.steps[step].after.max { (ended[$0] ?? 0, $0) < (ended[$1] ?? 0, $1) }
      var line = "\(Self.seconds(end))\t\(Self.seconds(end - begin))\t"
      line += plan.steps[step].operation.text(language)
      if let last {
        let what = plan.steps[last].operation.text(language)
        line += "\t" + Text("waited for: \(what)", ko: "기다린 것: \(what)")(language)
      }
      lines.append(line)
    }
    let head = Text("AT\tTOOK\tSTEP\tAFTER", ko: "시각\t걸린 시간\t단계\t앞선 것")(language)
    return TabWriter.align([head] + lines, minimumWidth: 0).map { $0 + "\n" }.joined()
  }

  private static func seconds(_ milliseconds: Int64) -> String {
    let digits = "\(1000 + milliseconds % 1000)".dropFirst()
    return "\(milliseconds / 1000).\(digits)s"
  }
}
