import Support

/// What is to be true, what must be observed for it, and how that is judged.
///
/// A predicate is a value with its arguments filled in. It looks at nothing but the snapshot it is
/// given, so judging can neither wait nor fail half-way.
protocol Predicate: Sendable {
  /// What is to be true, for the student: "container `web1` is running".
  var sentence: Text { get }
  /// What must be looked at besides containers, images, networks, journal and answers.
  var probes: [Probe] { get }
  /// The containers it is about.
  var subjects: [String] { get }
  /// How long it may take to come true when the author says nothing.
  var patience: Duration { get }

  func judge(_ snapshot: Snapshot) -> Finding
}

extension Predicate {
  var probes: [Probe] { [] }
  var subjects: [String] { [] }
  var patience: Duration { .zero }
}

/// A predicate that an author writes in a `check` fence. A new type is a new file and a line in
/// CheckTypes.swift.
protocol CheckType: Predicate {
  /// The key that stands for it.
  static var type: String { get }
  /// The argument that a bare value stands for.
  static var shorthand: String? { get }

  /// Reads the arguments; what is wrong with them is reported to `fields`.
  init(_ fields: inout Fields)
}

extension CheckType {
  static var shorthand: String? { nil }
}

/// What a predicate says about a snapshot.
enum Finding: Sendable, Hashable {
  case pass(found: Text)
  case fail(Failure)
  /// Our fault: the observation itself did not work. Never counted for or against the student.
  case error(Text)
}

/// Why a check failed: what should be, what is, why it is so, and where to look.
package struct Failure: Sendable, Hashable {
  package var expected: Text
  package var found: Text
  /// From the nearest cause to the farthest.
  package var causes: [Cause]
  /// A command that shows it.
  package var look: String?

  init(expected: Text, found: Text, causes: [Cause] = [], look: String? = nil) {
    self.expected = expected
    self.found = found
    // Two ways may lead to one cause; it is told once.
    var told: Set<Text> = []
    self.causes = causes.filter { told.insert($0.text).inserted }
    self.look = look
  }

  /// The cause that is the kit's own, when there is one: what the student built was right, and the
  /// kit has lost it.
  var ourFault: Text? { causes.first { $0.id == "container.lost" }?.text }
}

/// One link of the chain that leads to a failure, read from state or journal.
package struct Cause: Sendable, Hashable {
  /// The same in every language, such as `port.reversed`; the lab format page lists them.
  package var id: String
  package var text: Text
  /// Whether it says what to do rather than why: an answer that is missing has no reason.
  var isAdvice: Bool

  init(_ id: String, _ english: String, ko korean: String, isAdvice: Bool = false) {
    self.id = id
    text = Text(english, ko: korean)
    self.isAdvice = isAdvice
  }
}
