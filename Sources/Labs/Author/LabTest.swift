// `lab test`: a lab is refused unless it teaches what it claims. For every step, in throw-away
// instances: (a) nothing done does not pass, (b) the reference solution passes, (c) so does each
// alternative, (d) each wrong answer is caught by the check named for it, (e) each hint fits its own
// example, (f) what it takes away of earlier steps is what it says it undoes. Then the whole lab is
// played through, twice in a row, and nothing may be left of it.
//
// The plays are independent of each other, so they are shuffled and carried out by several processes
// (TestWorker.swift): the plan says what is played, LabTestRun hands it out, LabPlayer plays.
//
// Next: LabTestPlan.swift, LabTestRun.swift, LabPlayer.swift, LabPlayer+Rules.swift, LeakCheck.swift.

import Support

/// The words that the parts of `lab test` share.
package enum LabTest {
  /// One rule held to one part of a lab.
  package struct Case: Sendable, Codable {
    package var lab: String
    package var step: String
    /// `lint`, `solution`, `alternative ID`, `wrong ID`, `through N`, `seed N`, `leaks`.
    package var name: String
    package var seconds: Double
    /// nil when the lab keeps the rule.
    package var failure: Text?

    package init(
      lab: String, step: String, name: String, seconds: Double, failure: Text? = nil
    ) {
      self.lab = lab
      self.step = step
      self.name = name
      self.seconds = seconds
      self.failure = failure
    }
  }

  /// One thing to be played, in instances of its own.
  struct Play: Sendable, Hashable, Codable {
    enum Kind: String, Sendable, Codable {
      case solution, alternative, wrong
      /// One of the lab's mistakes.md.
      case mistake
      /// The whole lab, from the first step to the last, twice in a row.
      case through
      /// The same once, with nothing else held to it.
      case seed
    }

    var folder: String
    var lab: String
    /// Empty for the whole lab.
    var step = ""
    var kind: Kind
    /// The alternative, the wrong answer, the number of the playing through, or the seed.
    var id = ""
    /// Its place in the plan before that was shuffled.
    var number = 0
    /// The seed of the variables.
    var seed: UInt64 = 0
    /// The Docker Engine to play on; nil for our own.
    var docker: String?
    /// Ports of the host that the commands name themselves: no two such plays run beside each other.
    var ports: Set<Int> = []
    /// How many seconds the commands of one fence may take.
    var limit = LabSession.defaultLimit

    /// How the case is called.
    var name: String { id.isEmpty ? kind.rawValue : "\(kind.rawValue) \(id)" }
  }

  /// What a player says when it has played.
  struct Outcome: Sendable, Codable {
    var failure: Text?
    var seconds: Double
    /// The instances it made and has taken away again.
    var instances: [String]
  }
}
