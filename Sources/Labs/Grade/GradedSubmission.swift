import Support

/// What grading one submission has brought.
package struct GradedSubmission: Sendable, Codable, Hashable {
  /// How grading came out.
  package enum Outcome: String, Sendable, Codable, CaseIterable {
    /// It was gone through and judged.
    case graded
    /// It is no submission, or of no lab that is graded: that is the student's to mend.
    case refused
    /// The grader failed: nobody's score, to be done again.
    case error
  }

  /// The file's name, and the digest of its content.
  package var file: String
  package var digest: String
  package var outcome: Outcome
  /// Why it was refused, or what went wrong.
  package var reason: Text?
  package var reasonID: String?
  package var lab = ""
  package var student = Submission.Student(id: "", name: "")
  package var course = ""
  package var created: Int64 = 0
  package var started: Int64 = 0
  package var checks: [GradedCheck] = []
  package var hints: [Submission.GivenHint] = []
  /// Steps that the kit has solved.
  package var solvedByKit: [String] = []
  package var milestones: [Submission.Milestone] = []
  package var observations: [Observation] = []
  package var print = Fingerprint()
  /// How many lines were done again, and what that took.
  package var lines = 0
  package var seconds = 0.0

  package init(file: String, digest: String, outcome: Outcome) {
    self.file = file
    self.digest = digest
    self.outcome = outcome
  }

  /// Whose it is and of what, by its own word.
  mutating func identify(_ manifest: Submission.Manifest) {
    lab = manifest.lab
    student = Submission.Student(
      id: manifest.student.id.oneLine, name: manifest.student.name.oneLine)
    course = manifest.course.oneLine
    (created, started) = (manifest.created, manifest.started)
  }

  /// It could not be graded because of `error`: refused when that is of the submission, else an error of
  /// ours.
  mutating func fail(_ error: any Error) {
    let known = error as? DklabError
    outcome = known?.id.hasPrefix("submission.") == true ? .refused : .error
    reason = known?.message ?? Text("\(error)", ko: "\(error)")
    reasonID = known?.id ?? "grade.system"
  }

  /// What submissions are compared by.
  package struct Fingerprint: Sendable, Codable, Hashable {
    /// Lines with the moments at which they were typed: no two students have the same.
    package var moments: [String] = []
    /// The lines alone, with what is drawn for each student left out.
    package var lines: [String] = []
    /// Words this student drew, and words that were typed.
    package var own: [String] = []
    package var words: [String] = []
  }
}

extension GradedSubmission.Fingerprint {
  private static let limit = 4000

  init(_ submission: Submission, of lab: Lab) {
    let typed = submission.journal.map(\.entry).filter { $0.type == "shell" }
    let drawn = lab.variables.filter { $0.isDrawn }.map(\.name) + ["token"]
    own = drawn.compactMap { submission.manifest.variables[$0] }.filter { $0.count >= 5 }.sorted()
    let values = lab.variables.map(\.name) + ["token"]
    for entry in typed.prefix(Self.limit) {
      let text = entry.attributes["argv"] ?? entry.attributes["input"] ?? ""
      moments.append("\(entry.time) \(stableHash(text))")
      var plain = text
      for name in values {
        guard let value = submission.manifest.variables[name], value.count >= 3 else { continue }
        plain = plain.replacing(value, with: "{\(name)}")
      }
      lines.append(String(stableHash(plain.trimmed), radix: 36))
      words += text.split { !($0.isLetter || $0.isNumber || $0 == "-") }.map(String.init)
        .filter { $0.count >= 5 && $0.count <= 40 }
    }
    words = Array(Set(words).sorted().prefix(Self.limit))
  }
}

extension VariableDeclaration {
  /// Whether its value is a word that no other student has by chance.
  var isDrawn: Bool {
    switch source {
    case .name, .token: true
    case .port, .number, .choice, .constant: false
    }
  }
}
