import Support

/// What `lab hint` gives.
package enum GivenHint: Sendable {
  /// A rung, its number, and how many there are with the worked solution.
  case rung(Hint, number: Int, of: Int)
  /// The last rung: the commands that solve the step, and what they teach.
  case solution([Script], debrief: Prose?)
}

extension LabSession {
  /// The next rung of the ladder, chosen by what is true now.
  package func hint(for step: Step) throws -> GivenHint {
    let given = try progress.hints(step.id)
    guard let hint = Hint.next(of: step.hints, given: given, holding: try holding(step)) else {
      try note("hint", step.id, ["hint": "solution"])
      return .solution(step.solution, debrief: step.debrief)
    }
    try progress.addHint(step.id, hint.id)
    try note("hint", step.id, ["hint": hint.id])
    return .rung(hint, number: given.count + 1, of: step.hints.count + 1)
  }
}
