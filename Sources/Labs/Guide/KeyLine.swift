import Support

/// The line of keys at the bottom: `day44 2/7 3/5   c check  h hint  …`, never wider than the
/// terminal. What does not fit loses its words first, and the rarer keys after that.
struct KeyLine {
  var state: GuideState
  /// How much of a long text has been shown, in percent; nil when all of it has.
  var shown: Int?
  var language: Language

  private var commands: [GuideCommand] {
    [.check, .hint] + (state.asks ? [.quiz] : []) + [.shell, .next, .back, .help, .leave]
  }

  /// What is left out first where not all fit.
  private static let rare: [GuideCommand] = [.back, .leave, .shell, .hint, .quiz, .next]

  /// The line for `facts`, one cell less than the terminal has.
  func text(_ facts: TerminalFacts) -> String {
    let room = max(10, facts.columns - 1)
    let place = Style.dim(state.place, on: facts)
    func line(_ offered: [GuideCommand], words: Bool) -> String? {
      let parts = [place] + parts(offered, words: words, facts)
      return [parts.joined(separator: "  "), parts.joined(separator: " ")]
        .first { $0.displayWidth <= room }
    }
    var offered = commands
    if let all = line(offered, words: true) { return all }
    for command in Self.rare.prefix(4) {
      offered.removeAll { $0 == command }
      if let fewer = line(offered, words: true) { return fewer }
    }
    offered = commands
    for command in Self.rare {
      if let keys = line(offered, words: false) { return keys }
      offered.removeAll { $0 == command }
    }
    return place.truncated(to: room)
  }

  private func parts(
    _ commands: [GuideCommand], words: Bool, _ facts: TerminalFacts
  ) -> [String] {
    var parts: [String] = []
    if let shown {
      let more = Text("more \(shown)%", ko: "계속 \(shown)%")(language)
      parts.append(Style.bold(Text("Space", ko: "스페이스")(language), on: facts) + " " + more)
    }
    return parts
      + commands.map { command in
        let isNext = command == .next && state.isDone
        let key = (isNext ? Style.bold + .green : .bold)(String(command.key), on: facts)
        guard words else { return key }
        let label = command.label(language)
        return key + " " + (isNext ? Style.green(label, on: facts) : label)
      }
  }

  /// The list behind `?`; where nothing is drawn over, with the words to type.
  static func help(_ language: Language, _ facts: TerminalFacts, words: Bool) -> [String] {
    let room = max(20, min(facts.columns, 100) - 2)
    let rows = GuideCommand.allCases.flatMap { command -> [String] in
      guard !words else {
        let names = language == .ko ? [command.label.ko, command.rawValue] : [command.rawValue]
        return "  \(names.joined(separator: ", ")): \(command.meaning(language))"
          .wrapped(to: room, indent: "    ")
      }
      let key = command.koreanKey.map { "\(command.key) \($0)" } ?? "\(command.key)"
      let lead = "  " + Style.bold(key.padded(to: 5), on: facts)
      return (lead + command.meaning(language)).wrapped(to: room, indent: "       ")
    }
    guard !words else { return rows }
    let more = Text("the next page of a long text", ko: "긴 글의 다음 쪽을 봅니다")(language)
    let space = Text("Space", ko: "스페이스")(language)
    return rows + ["  " + Style.bold(space, on: facts) + "  " + more]
  }
}
