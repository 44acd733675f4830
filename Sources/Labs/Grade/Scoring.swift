// From verdicts to points: pure, in whole hundredths, so that the same results give the same score on
// every machine. Nothing that a submission claims of itself takes part.

import Support

/// What one submission is worth.
package struct Score: Sendable, Hashable {
  package var result: GradedSubmission
  /// Hundredths of a point, of how many.
  package var points: Int
  package var maximum: Int
  package var steps: [StepScore]
  package var daysLate: Int
  /// Hundredths taken off for being late.
  package var latePenalty: Int
  /// Whether it is the one that counts of those of its student in its lab.
  package var counts = true
  /// What else is to be said of it, from comparing it with others.
  package var observations: [Observation]

  package struct StepScore: Sendable, Hashable {
    package var step: String
    package var points: Int
    package var maximum: Int
    package var hints: Int
    /// Hundredths taken off for hints.
    package var hintPenalty: Int
    package var solvedByKit: Bool
    package var passed: Int
    package var checks: Int
  }
}

/// Makes scores of results.
package struct Scoring {
  let rubric: Rubric
  private static let day: Int64 = 86_400_000_000_000
  private static let minute: Int64 = 60_000_000_000

  package init(_ rubric: Rubric) {
    self.rubric = rubric
  }

  /// The score of `result`. `received` is when its file came, in nanoseconds since 1970.
  package func score(_ result: GradedSubmission, received: Int64? = nil) -> Score {
    var order: [String] = []
    for check in result.checks where !order.contains(check.step) { order.append(check.step) }
    let weights = order.map { rubric.steps[$0] ?? 1 }
    let whole = rubric.points * 100
    let shares = Self.split(whole, weights)
    let steps = zip(order, shares).map { stepScore($0, $1, result) }
    let earned = steps.reduce(0) { $0 + $1.points }
    let days = daysLate(rubric.lateBy == .file ? received ?? result.created : result.created)
    let percent = min(days * rubric.latePerDay, rubric.lateLimit)
    let penalty = earned * percent / 100
    return Score(
      result: result, points: result.outcome == .graded ? earned - penalty : 0, maximum: whole,
      steps: steps, daysLate: days, latePenalty: penalty, observations: result.observations)
  }

  private func stepScore(_ step: String, _ share: Int, _ result: GradedSubmission)
    -> Score.StepScore
  {
    let checks = result.checks.filter { $0.step == step }
    let worth = Self.split(share, checks.map { rubric.checks[$0.name] ?? 1 })
    var points = zip(checks, worth).reduce(0) { $0 + ($1.0.verdict == .pass ? $1.1 : 0) }
    let isSolved = result.solvedByKit.contains(step)
    if isSolved { points = points * rubric.solvedWorth / 100 }
    let hints = result.hints.filter { $0.step == step }
    let hasSolution = hints.contains { $0.hint == "solution" }
    let cost = min(
      hints.filter { $0.hint != "solution" }.count * rubric.hintCost
        + (hasSolution ? rubric.solutionCost : 0), rubric.hintLimit)
    let penalty = points * cost / 100
    return Score.StepScore(
      step: step, points: points - penalty, maximum: share, hints: hints.count,
      hintPenalty: penalty, solvedByKit: isSolved,
      passed: checks.filter { $0.verdict == .pass }.count, checks: checks.count)
  }

  private func daysLate(_ time: Int64) -> Int {
    guard let due = rubric.due else { return 0 }
    let over = time - due - Int64(rubric.graceMinutes) * Self.minute
    return over <= 0 ? 0 : Int((over + Self.day - 1) / Self.day)
  }

  /// `whole` in parts by `weights`, none lost: what does not divide goes to the first ones.
  static func split(_ whole: Int, _ weights: [Int]) -> [Int] {
    let sum = weights.reduce(0, +)
    guard sum > 0 else { return weights.map { _ in 0 } }
    var parts = weights.map { whole * $0 / sum }
    var rest = whole - parts.reduce(0, +)
    for place in parts.indices where rest > 0 && weights[place] > 0 {
      parts[place] += 1
      rest -= 1
    }
    return parts
  }

  /// The scores of `results` in their order: one of each student and lab counts, and what submissions
  /// say of each other is observed.
  package func scores(_ results: [GradedSubmission], received: [Int64?] = []) -> [Score] {
    var scores = results.enumerated().map { place, result in
      score(result, received: received.indices.contains(place) ? received[place] : nil)
    }
    let groups = Dictionary(grouping: scores.indices) { place in
      "\(scores[place].result.lab)\u{0}\(scores[place].result.student.id.lowercased())"
    }
    for (_, places) in groups where places.count > 1 {
      let best = places.max { left, right in
        let (a, b) = (scores[left], scores[right])
        if a.result.outcome != b.result.outcome { return b.result.outcome == .graded }
        if rubric.keep == .best, a.points != b.points { return a.points < b.points }
        return (a.result.created, left) < (b.result.created, right)
      }
      for place in places { scores[place].counts = place == best }
    }
    for (place, found) in Comparing.observations(results) { scores[place].observations += found }
    return scores
  }

  /// The one in the middle of `numbers`; of an even count what lies half way between the two. nil of none.
  static func median<Number: BinaryInteger>(_ numbers: [Number]) -> Number? {
    let sorted = numbers.sorted()
    guard !sorted.isEmpty else { return nil }
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }

  /// `hundredths` as people write it: `87.5`.
  package static func text(_ hundredths: Int) -> String {
    let (whole, rest) = (hundredths / 100, hundredths % 100)
    if rest == 0 { return "\(whole)" }
    return rest % 10 == 0 ? "\(whole).\(rest / 10)" : "\(whole).\(rest < 10 ? "0" : "")\(rest)"
  }
}
