import Support

/// One rung of a step's ladder of hints.
package struct Hint: Sendable {
  package var id: String
  package var text: Prose
  /// All of these must hold; empty for a hint that always fits.
  package var when: [Condition]
  /// The wrong answer after which it must be chosen; nil for the step's start.
  package var example: String?
  package var location: SourceLocation
  /// Where `when=` and `example=` stand.
  var whenLocation: SourceLocation
  var exampleLocation: SourceLocation

  /// A check or state that must hold, or must not.
  package struct Condition: Sendable, Hashable {
    package var id: String
    package var holds: Bool
  }

  /// Whether the hint fits, given which checks and states hold.
  package func fits(_ holding: Set<String>) -> Bool {
    when.allSatisfy { holding.contains($0.id) == $0.holds }
  }

  /// The hint to give next: the first not `given` that fits; those with a condition come first,
  /// for they speak of what the student really did. Nil when all have been given.
  package static func next(
    of hints: [Hint], given: Set<String>, holding: Set<String>
  ) -> Hint? {
    let open = hints.filter { !given.contains($0.id) && $0.fits(holding) }
    return open.first { !$0.when.isEmpty } ?? open.first
  }

  /// Parses `running and not published`; nil when it is not of that form.
  static func conditions(_ text: String) -> [Condition]? {
    let words = text.split(separator: " ").map(String.init)
    var conditions: [Condition] = []
    var index = 0
    while index < words.count {
      if !conditions.isEmpty {
        guard words[index] == "and" else { return nil }
        index += 1
      }
      let negated = index < words.count && words[index] == "not"
      if negated { index += 1 }
      guard index < words.count, words[index] != "and" else { return nil }
      conditions.append(Condition(id: words[index], holds: !negated))
      index += 1
    }
    return conditions
  }
}
