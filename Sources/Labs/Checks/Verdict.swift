import Support

/// What the kit says about one check.
package struct Verdict: Sendable, Hashable {
  /// The four kinds. Only `pass` counts as done, and only `fail` is held against the student.
  package enum Kind: Sendable, Hashable {
    case pass(found: Text)
    case fail(Failure)
    /// Cannot be judged yet: these come first.
    case blocked([String])
    /// The kit or the lab is at fault.
    case error(Text)
  }

  /// The check's id within its step.
  package var check: String
  /// What is to be true.
  package var sentence: Text
  package var kind: Kind

  package init(check: String, sentence: Text, kind: Kind) {
    self.check = check
    self.sentence = sentence
    self.kind = kind
  }

  /// Whether this is a pass.
  package var passed: Bool { if case .pass = kind { true } else { false } }

  /// Whether this is a fail, and nothing milder or stranger.
  package var failed: Bool { if case .fail = kind { true } else { false } }

  /// The failure, when there is one.
  package var failure: Failure? { if case .fail(let failure) = kind { failure } else { nil } }

  /// The kind as one word, as the record and reports have it.
  package var word: String {
    switch kind {
    case .pass: "pass"
    case .fail: "fail"
    case .blocked: "blocked"
    case .error: "error"
    }
  }
}
