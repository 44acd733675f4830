import Engine
import Images
import Linux

@testable import Labs

/// Submissions of three labs, made of what their authors have written down: every solution, every
/// alternative, every wrong answer; and what else comes in when a class hands in. Each has a label that
/// says what is to come of it.
struct GradeCorpus {
  /// What kind of submission it is.
  enum Kind: String, CaseIterable {
    case right, alternative, wrong, empty, broken, late, otherPerson, edited, cut, headless, forged
  }

  /// One of them, and what is to come of it.
  struct Item {
    var name: String
    var lab: String
    var kind: Kind
    var outcome = "graded"
    /// The beginning of the reason for which it is refused.
    var reason = ""
    /// Of these everything passes.
    var solved: [String] = []
    /// These fail.
    var fails: [String] = []
    /// Nothing passes of these.
    var untouched: [String] = []
    var observed: [String] = []
    var score: Double?
    var daysLate = 0
    var write: (String) throws -> Void
  }

  static let labs = ["day42", "day43", "day44"]
  /// Until when work is in time, and when it was made unless it is late: RFC 3339 and nanoseconds.
  static let due = "2027-01-16T00:00:00Z"
  static let secret = "a-secret-that-only-the-corpus-knows"

  private(set) var items: [Item] = []

  init() throws {
    for id in Self.labs { try add(try GradeBench.lab(id)) }
  }

  private func seed(_ lab: Lab, _ student: String) -> UInt64 {
    CourseSeed.seed(secret: Self.secret, student: student, lab: lab.id)
  }

  private func factory(_ lab: Lab, _ student: String) throws -> SubmissionFactory {
    try SubmissionFactory(lab, student: student, seed: seed(lab, student))
  }

  private mutating func add(_ lab: Lab) throws {
    for number in 1...4 { try add(right: lab, "\(lab.id)-right-\(number)") }
    for step in lab.steps {
      for alternative in step.alternatives { try add(alternative, step, lab) }
      for wrong in step.wrongs { try add(wrong, step, lab) }
    }
    try addIdle(lab)
    try addDishonest(lab)
  }

  /// The steps that `step` builds on, solved and claimed.
  private func begun(_ step: Step, _ lab: Lab, _ student: String) throws -> SubmissionFactory {
    var work = try factory(lab, student)
    for earlier in LabTestPlan.foundations(of: step, in: lab) { try work.solve(earlier) }
    return work
  }

  private mutating func add(right lab: Lab, _ name: String) throws {
    var work = try factory(lab, name)
    for step in lab.steps { try work.solve(step) }
    let whole = work
    items.append(
      Item(
        name: name, lab: lab.id, kind: .right, solved: lab.steps.map(\.id), score: 100,
        write: { try whole.write(to: $0) }))
  }

  private mutating func add(_ alternative: NamedScript, _ step: Step, _ lab: Lab) throws {
    let name = "\(lab.id)-\(step.id)-alternative-\(alternative.id)"
    var work = try begun(step, lab, name)
    work.enter(step)
    try work.play(alternative.script)
    work.answer(quizzesOf: step)
    work.claim(step)
    let whole = work
    items.append(
      Item(
        name: name, lab: lab.id, kind: .alternative, solved: [step.id],
        write: { try whole.write(to: $0) }))
  }

  private mutating func add(_ wrong: WrongAnswer, _ step: Step, _ lab: Lab) throws {
    let name = "\(lab.id)-\(step.id)-wrong-\(wrong.id)"
    var work = try begun(step, lab, name)
    work.enter(step)
    if wrong.afterSolution { for script in step.solution { try work.play(script) } }
    // What a shell would have found out stands for something else in the wrong answer than in the right.
    let right = try work.rightAnswers(step).mapValues { said in
      said == SubmissionFactory.standIn ? "fedcba543210" : said
    }
    try work.play(wrong.script, right: right)
    let whole = work
    items.append(
      Item(
        name: name, lab: lab.id, kind: .wrong, fails: ["\(step.id)/\(wrong.expect)"],
        write: { try whole.write(to: $0) }))
  }

  /// Nothing done, or no submission at all.
  private mutating func addIdle(_ lab: Lab) throws {
    let idle = lab.steps.map(\.id)
    let nothing = try factory(lab, "\(lab.id)-empty")
    items.append(
      Item(
        name: "\(lab.id)-empty", lab: lab.id, kind: .empty, untouched: idle, score: 0,
        write: { try nothing.write(to: $0) }))
    let bytes = try nothing.submission().archive()
    let broken: [(String, [UInt8], String)] = [
      ("half", Array(bytes.prefix(bytes.count / 2)), "submission."),
      ("text", Array("I did everything, trust me.\n".utf8), "submission.not-an-archive"),
      ("zero", [UInt8](repeating: 0, count: 4096), "submission."),
    ]
    for (word, content, reason) in broken {
      items.append(
        Item(
          name: "\(lab.id)-broken-\(word)", lab: lab.id, kind: .broken, outcome: "refused",
          reason: reason, write: { try File.replace($0, content, durable: false) }))
    }
  }

  /// The first step that builds on nothing.
  private func basis(_ lab: Lab, _ name: String) throws -> (SubmissionFactory, Step) {
    let step = lab.steps[0]
    var work = try factory(lab, name)
    try work.solve(step)
    return (work, step)
  }

  /// Late, somebody else's, edited, forged.
  private mutating func addDishonest(_ lab: Lab) throws {
    for days in [1, 3] {
      let name = "\(lab.id)-late-\(days)"
      var (work, step) = try basis(lab, name)
      work.created += Int64(days) * 86_400_000_000_000
      let late = work
      items.append(
        Item(
          name: name, lab: lab.id, kind: .late, solved: [step.id], daysLate: days,
          write: { try late.write(to: $0) }))
    }
    // A neighbour's file with one's own name on it: not these values, not in this hand.
    let theirs = try basis(lab, "\(lab.id)-right-1").0
    let name = "\(lab.id)-other-person"
    items.append(
      Item(
        name: name, lab: lab.id, kind: .otherPerson, observed: ["seed.foreign"],
        write: { path in
          try theirs.write(to: path) { $0.manifest.student.id = name }
        }))
    let (honest, step) = try basis(lab, "\(lab.id)-edited")
    items.append(
      Item(
        name: "\(lab.id)-edited", lab: lab.id, kind: .edited, solved: [step.id],
        observed: ["journal.edited"],
        write: { path in
          try honest.write(to: path) { submission in
            let old = submission.journal[1].entry
            submission.journal[1].entry = JournalEntry(
              id: old.id, time: old.time, type: old.type, action: old.action, actor: old.actor,
              name: old.name, attributes: old.attributes.merging(["note": "put in later"]) { $1 })
          }
        }))
    items.append(
      Item(
        name: "\(lab.id)-cut", lab: lab.id, kind: .cut, observed: ["journal.gap"],
        write: { path in
          try honest.write(to: path) { submission in
            submission.manifest.student.id = "\(lab.id)-cut"
            submission.journal.remove(at: 1)
          }
        }))
    items.append(
      Item(
        name: "\(lab.id)-headless", lab: lab.id, kind: .headless, observed: ["journal.head"],
        write: { path in
          try honest.write(to: path) { submission in
            submission.manifest.student.id = "\(lab.id)-headless"
            submission.manifest.entries += 7
          }
        }))
    // Says that all of it passed, and has done nothing.
    var claims = try factory(lab, "\(lab.id)-forged")
    for step in lab.steps { claims.claim(step) }
    let forged = claims
    items.append(
      Item(
        name: "\(lab.id)-forged", lab: lab.id, kind: .forged, untouched: lab.steps.map(\.id),
        observed: ["claim.unconfirmed"], score: 0,
        write: { path in
          try forged.write(to: path) { $0.state = ["score": 100, "passed": true] }
        }))
  }

  /// A few of every kind and lab, always the same ones.
  var sample: [Item] {
    var taken: [String: Int] = [:]
    return items.filter { item in
      let key = "\(item.lab) \(item.kind)"
      taken[key, default: 0] += 1
      let number = taken[key] ?? 0
      switch item.kind {
      // Whole labs take longest.
      case .right: return number == 1 && item.lab == "day44"
      case .wrong: return number % 12 == 1
      case .edited, .cut, .headless, .late: return number == 1 && item.lab == "day44"
      default: return number == 1
      }
    }
  }
}
