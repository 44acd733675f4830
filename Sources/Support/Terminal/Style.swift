/// Colour and weight of a text. It vanishes where the reader's terminal does not want it, so
/// meaning never rests on it alone.
package struct Style: Sendable, Equatable {
  private var codes: [Int]

  package static let plain = Style(codes: [])
  package static let bold = Style(codes: [1])
  package static let dim = Style(codes: [2])
  package static let underlined = Style(codes: [4])
  package static let red = Style(codes: [31])
  package static let green = Style(codes: [32])
  package static let yellow = Style(codes: [33])
  package static let blue = Style(codes: [34])
  package static let magenta = Style(codes: [35])
  package static let cyan = Style(codes: [36])

  /// Both at once: `.bold + .red`.
  package static func + (left: Style, right: Style) -> Style {
    Style(codes: left.codes + right.codes)
  }

  /// `text` in this style where `facts` allow it, else `text`.
  package func callAsFunction(_ text: String, on facts: TerminalFacts) -> String {
    guard facts.hasColor, !codes.isEmpty, !text.isEmpty else { return text }
    let start = "\u{1B}[" + codes.map(String.init).joined(separator: ";") + "m"
    // What is styled inside ends with a reset; this style goes on behind it.
    return start + text.replacing("\u{1B}[0m", with: "\u{1B}[0m" + start) + "\u{1B}[0m"
  }
}
