import Documents
import Glibc
import Images
import Linux
import Support

@testable import Engine
@testable import Labs

/// Makes submissions without a student: the journal that lines would have left, sealed as the kit does.
struct SubmissionFactory {
  let lab: Lab
  var student = "s1"
  var seed: UInt64 = 1
  var created: Int64 = 1_800_000_000_000_000_000
  /// The way, in order.
  private var entries: [JournalEntry] = []
  private var milestones: [Submission.Milestone] = []
  private var files: [String: [UInt8]] = [:]
  private var time: Int64 = 1_790_000_000_000_000_000

  init(_ lab: Lab, student: String = "s1", seed: UInt64 = 1) throws {
    self.lab = lab
    self.student = student
    self.seed = seed
    // Nobody types at the same moment as somebody else.
    time += Int64(stableHash(student) % 1_000_000_000) * 1_000_000
    add("lab", "start", lab.id)
  }

  var variables: Variables {
    get throws { try Variables(lab.variables, seed: seed, kernel: "0") }
  }

  private mutating func add(
    _ type: String, _ action: String, _ name: String, _ attributes: [String: String] = [:]
  ) {
    time += 1_000_000_000
    entries.append(
      JournalEntry(
        id: Int64(entries.count + 1), time: time, type: type, action: action, actor: "", name: name,
        attributes: attributes))
  }

  /// A line somebody types.
  mutating func type(_ line: String, interrupted: Bool = false) {
    add("shell", "line", "sh", ["argv": line])
    add("command", "run", "sh", ["argv": line, "exit": interrupted ? "130" : "0"])
  }

  mutating func enter(_ step: Step) { add("lab", "enter", step.id) }

  /// Plays `script` as if it had been typed, with the answers it gives. `right` are the answers of the
  /// reference solution: what the kit would have seen to be right.
  mutating func play(_ script: Script, right: [String: String] = [:]) throws {
    let text = try variables.fillExactly(script.text)
    type(text)
    for (id, said) in Self.answers(in: text) {
      add("lab", "answer", id, ["id": id, "text": said, "live": right[id] ?? said])
    }
  }

  /// Solves `step` as its author does, and claims that it passed.
  mutating func solve(_ step: Step) throws {
    enter(step)
    for script in step.solution { try play(script) }
    answer(quizzesOf: step)
    claim(step)
  }

  /// Answers the quizzes of `step` as its author does.
  mutating func answer(quizzesOf step: Step) {
    for quiz in step.quizzes {
      add("lab", "answer", step.id, ["id": quiz.id, "text": quiz.solution.reference])
    }
  }

  /// What the student's kit is said to have seen pass.
  mutating func claim(_ step: Step) {
    for check in step.checkIDs + [""] {
      milestones.append(Submission.Milestone(step: step.id, check: check, time: time + 1))
    }
  }

  mutating func change(file path: String, to content: String) throws {
    let bytes = Array(content.utf8)
    let digest = try LabBundle.digest(bytes).hex
    files[digest] = bytes
    add("file", "change", path, ["digest": digest, "mode": "644", "size": "\(bytes.count)"])
  }

  /// Stands for what only a shell can find out.
  static let standIn = "abcdef012345"

  /// `lab answer ID VALUE` in a script. A value that the shell would find out has a stand-in that looks
  /// like one.
  static func answers(in text: String) -> [(String, String)] {
    text.split(separator: "\n").compactMap { line in
      guard let match = line.firstMatch(of: /(?:^|; *|&& *)lab answer ([a-z0-9_-]+) (.+)$/) else {
        return nil
      }
      let value = String(match.2)
      return (String(match.1), value.contains("$(") || value.contains("`") ? standIn : value)
    }
  }

  /// What the author's solutions answer in `step`.
  func rightAnswers(_ step: Step) throws -> [String: String] {
    var found: [String: String] = [:]
    for script in step.solution {
      for (id, said) in Self.answers(in: try variables.fillExactly(script.text)) {
        found[id] = said
      }
    }
    return found
  }

  /// The submission.
  func submission() throws -> Submission {
    var previous = try JournalSeal.beginning(lab: lab.id, seed: String(seed))
    let journal = try entries.map { entry in
      previous = try JournalSeal.hash(previous, entry)
      return Submission.SealedEntry(
        entry: entry, seal: JournalSeal(entry: entry.id, hash: previous, time: entry.time + 1))
    }
    let values = try variables.values
    let manifest = Submission.Manifest(
      submission: 1, format: 1, kit: "test", lab: lab.id,
      labDigest: try SubmissionWriter.digest(of: lab), student: .init(id: student, name: "이름"),
      course: "", language: "en", seed: String(seed), variables: values, kernel: "0", host: "h",
      started: entries.first?.time ?? 0, created: created, restarts: 0, answers: [:],
      milestones: milestones, hints: [],
      files: files.map { Submission.File(digest: $0.key, size: $0.value.count) },
      entries: journal.count,
      head: previous)
    return Submission(manifest: manifest, journal: journal, files: files, state: [:])
  }

  /// Writes it to `path`, after `change`.
  func write(to path: String, _ change: (inout Submission) throws -> Void = { _ in }) throws {
    var submission = try submission()
    try change(&submission)
    try File.replace(path, try submission.archive(), durable: false)
  }
}
