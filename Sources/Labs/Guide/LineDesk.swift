import Linux
import Support

/// The guide line by line: for pipes, `TERM=dumb`, and readers who listen. Words and Enter; nothing
/// is drawn over, and nothing rests on a sign or a colour.
final class LineDesk: GuideDesk {
  private let language: Language
  private let ownsTerminal: Bool

  init(_ language: Language) {
    self.language = language
    ownsTerminal = Terminal.isTerminal(0)
  }

  func show(_ lines: [String]) {
    try? writeAll(1, lines.map { $0 + "\n" }.joined())
  }

  func request(_ state: GuideState, look: () -> GuideState?) -> GuideRequest {
    while true {
      guard let line = line("\(state.place)> ") else { return .end }
      let words = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
      guard let word = words.first.map(String.init) else { continue }
      let rest = words.count > 1 ? String(words[1]).trimmed : ""
      if let command = GuideCommand(word: word) { return .command(command, rest) }
      if ["docker", "podman", "dklab"].contains(word) { return .line(line) }
      return .unknown(word)
    }
  }

  func line(_ prompt: String) -> String? {
    try? writeAll(1, prompt)
    let line = readOneLine(0)
    // Without an echo the next output would begin behind the prompt.
    if !ownsTerminal || line == nil { try? writeAll(1, "\n") }
    return line?.trimmed
  }

  func choice(_ prompt: String) -> String? {
    line(prompt).flatMap { $0.isEmpty ? nil : $0 }
  }

  func confirm(_ question: String) -> Bool {
    YesNo.isYes(line(question + Text(" (yes/no) ", ko: " (예/아니요) ")(language)) ?? "")
  }

  /// Nothing is drawn while nobody types.
  func watch(_ directories: [String]) {}

  func child(_ body: () -> Never) throws {
    try inChildProgram(body)
  }
}

/// Yes in both languages, and on both keyboards.
package enum YesNo {
  /// Whether `text` says yes.
  package static func isYes(_ text: String) -> Bool {
    let word = text.trimmed.lowercased()
    return ["예", "네", "y", "yes"].contains(word)
      || ["y", "yes"].contains(KoreanKeyboard.latin(word).lowercased())
  }
}
