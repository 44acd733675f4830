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

  /// Parses `running and not published`.
  static func conditions(_ text: String) throws(BadCondition) -> [Condition] {
    var words = text.split(whereSeparator: \.isWhitespace).map(String.init)[...]
    var conditions: [Condition] = []
    while let word = words.popFirst() {
      if !conditions.isEmpty {
        guard word == "and" else { throw BadCondition(between: word) }
        guard !words.isEmpty else { throw BadCondition(nothingBehind: word) }
      }
      var id = conditions.isEmpty ? word : words.removeFirst()
      let negated = id == "not"
      if negated {
        guard let next = words.popFirst() else { throw BadCondition(nothingBehind: id) }
        id = next
      }
      guard id != "and", id != "not", BadCondition.letters(of: id) == id else {
        throw BadCondition(insteadOfID: id)
      }
      conditions.append(Condition(id: id, holds: !negated))
    }
    return conditions
  }
}

/// What is wrong with the condition of a hint.
struct BadCondition: Error {
  /// The word at fault.
  var word: String
  var message: Text
  var advice: Text

  /// What of `word` can stand in an id.
  static func letters(of word: String) -> String {
    word.filter { $0.isLetter || $0.isNumber || "-_.".contains($0) }
  }

  private static let example = Text(
    "such as `running and not published`", ko: "예: `running and not published`")

  /// `word` stands where `and` should.
  init(between word: String) {
    self.word = word
    let isOr = ["or", "||", "|"].contains(word)
    let isSign = isOr || !word.contains { $0.isLetter || $0.isNumber }
    message =
      isSign
      ? Text(
        "conditions are joined by `and`, not by `\(word)`", ko: "조건은 `\(word)`이(가) 아니라 `and`로 잇습니다")
      : Text("`and` is missing before `\(word)`", ko: "`\(word)` 앞에 `and`가 빠졌습니다")
    advice =
      isOr ? Text("write a hint for each of the cases", ko: "경우마다 힌트를 하나씩 씁니다") : Self.example
  }

  /// Something has to follow `word`, and does not.
  init(nothingBehind word: String) {
    self.word = word
    message = Text("nothing stands behind `\(word)`", ko: "`\(word)` 뒤에 아무것도 없습니다")
    advice = Self.example
  }

  /// `word` stands where an id should.
  init(insteadOfID word: String) {
    self.word = word
    message = Text("`\(word)` is not the id of a check", ko: "`\(word)`은(는) 검사의 id가 아닙니다")
    let bare = Self.letters(of: word)
    advice =
      word.hasPrefix("!") && word.dropFirst() == bare
      ? Text("`not \(bare)`", ko: "`not \(bare)`(으)로 씁니다")
      : word.hasSuffix(",") && word.dropLast() == bare
        ? Text("`\(bare) and …`", ko: "`\(bare) and …`처럼 잇습니다") : Self.example
  }
}
