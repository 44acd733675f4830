import Support

/// What was found of one check in one submission.
package struct GradedCheck: Sendable, Codable, Hashable {
  /// The three things a grader can say. What cannot be said is an error, and no points are taken or
  /// given for it.
  package enum Verdict: String, Sendable, Codable, CaseIterable { case pass, fail, error }

  package var step: String
  package var check: String
  package var verdict: Verdict
  /// What is to be true.
  package var sentence: Text
  package var expected: Text?
  package var found: Text?
  /// Causes by their ids, nearest first, with their texts.
  package var causes: [Cause]
  /// Whether the student does not know of the check.
  package var isHidden: Bool
  /// Whether it holds at the end; a check counts once it has held.
  package var holdsAtEnd: Bool

  package struct Cause: Sendable, Codable, Hashable {
    package var id: String
    package var text: Text
  }

  /// The check's name within the lab.
  package var name: String { "\(step)/\(check)" }
}

extension GradedCheck {
  init(_ verdict: Labs.Verdict, step: String, isHidden: Bool) {
    self.step = step
    check = verdict.check
    sentence = verdict.sentence
    self.isHidden = isHidden
    causes = []
    holdsAtEnd = verdict.passed
    switch verdict.kind {
    case .pass(let found):
      self.verdict = .pass
      self.found = found
    case .fail(let failure):
      self.verdict = .fail
      expected = failure.expected
      found = failure.found
      causes = failure.causes.map { Cause(id: $0.id, text: $0.text) }
    case .blocked(let others):
      self.verdict = .fail
      let list = others.joined(separator: ", ")
      found = Text("needs \(list) first", ko: "먼저 필요한 것: \(list)")
    case .error(let reason):
      self.verdict = .error
      found = reason
    }
  }

  /// The same without anything that would move a cursor or that a student could fill pages with.
  var plain: GradedCheck {
    func plain(_ text: Text) -> Text { Text(text.en.bounded, ko: text.ko.bounded) }
    var copy = self
    copy.sentence = plain(sentence)
    copy.expected = expected.map(plain)
    copy.found = found.map(plain)
    copy.causes = causes.prefix(8).map { Cause(id: $0.id, text: plain($0.text)) }
    return copy
  }
}

extension String {
  /// Printable, and of a length that a table can bear.
  fileprivate var bounded: String {
    let text = printable
    return text.count <= 400 ? text : String(text.prefix(400)) + "…"
  }
}
