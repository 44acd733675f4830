import Support

/// What is known of one step after a look.
package struct StepReport: Sendable {
  package var step: Step
  package var verdicts: [Verdict]
  /// When the step was first done.
  package var doneAt: Int64?
  /// Whether it became done by this very look.
  package var isNewlyDone: Bool
  /// Checks that had passed and no longer do, since when; only while that matters.
  package var brokenSince: [String: Int64]
  /// When what it had built was put away, by going back to another step; nil while it is there.
  package var awayAt: Int64?

  /// Whether everything passes now.
  package var passes: Bool { !verdicts.isEmpty && verdicts.allSatisfy(\.passed) }

  /// Whether a verdict is the kit's own fault.
  package var hasErrors: Bool { verdicts.contains { $0.word == "error" } }

  /// What broke, since when, in a few words: "container `web1`: it was removed at 14:02:11".
  package func breakage(_ check: String) -> Text {
    let failure = verdicts.first { $0.check == check }?.failure
    return failure?.causes.first?.text ?? failure?.found ?? Text(check, ko: check)
  }
}
