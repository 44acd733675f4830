import Linux
import Support

/// A block of lines that is drawn over again, as Docker Compose draws it:
///
///     [+] Running 2/3
///      ✔ Network demo_default  Created     0.0s
///      ✔ Container demo-db-1   Started     0.2s
///      ⠋ Container demo-web-1  Starting    0.1s
package final class TerminalComposeProgress: ComposeProgress {
  private struct Line {
    var subject: String
    var state: ComposeProgressState
    var began: Int64
    var ended: Int64?
  }

  private let title: String
  private let facts: TerminalFacts
  private let size: () -> (columns: Int, rows: Int)
  private let now: () -> Int64
  private let write: (String) -> Void
  private var lines: [Line] = []
  private var drawn = 0
  private var lastDrawn: Int64 = 0
  private var turns = 0
  private static let spinner = Array("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")

  package init(
    title: String = "Running", facts: TerminalFacts = .standardError,
    size: @escaping () -> (columns: Int, rows: Int) = TerminalComposeProgress.windowSize,
    now: @escaping () -> Int64 = monotonicMilliseconds,
    write: @escaping (String) -> Void = ProgressLine.writeToStandardError
  ) {
    self.title = title
    self.facts = facts
    self.size = size
    self.now = now
    self.write = write
  }

  /// The window behind standard error.
  package static func windowSize() -> (columns: Int, rows: Int) {
    guard let size = WindowSize(of: 2), size.columns > 20, size.rows > 4 else { return (80, 24) }
    return (Int(size.columns), Int(size.rows))
  }

  package func report(_ subject: String, _ state: ComposeProgressState) {
    let ended = state.kind == .working ? nil : now()
    if let index = lines.firstIndex(where: { $0.subject == subject }) {
      if lines[index].ended != nil, ended == nil { lines[index].began = now() }
      lines[index].state = state
      lines[index].ended = ended
    } else {
      lines.append(Line(subject: subject, state: state, began: now(), ended: ended))
    }
    tick()
  }

  package func tick() {
    if now() - lastDrawn >= 100 { draw() }
  }

  package func finish() {
    if !lines.isEmpty { draw() }
    drawn = 0
  }

  private func draw() {
    lastDrawn = now()
    turns += 1
    let (columns, rows) = size()
    let done = lines.count { $0.ended != nil }
    var text = drawn > 0 ? "\u{1B}[\(drawn)A" : ""
    text += "\u{1B}[2K[+] \(title) \(done)/\(lines.count)\n"
    let shown = lines.suffix(max(1, rows - 2))
    let width = shown.map { $0.subject.displayWidth }.max() ?? 0
    for line in shown { text += "\u{1B}[2K" + row(line, width, columns) + "\n" }
    write(text)
    drawn = shown.count + 1
  }

  private func row(_ line: Line, _ width: Int, _ columns: Int) -> String {
    let time = Self.seconds((line.ended ?? now()) - line.began)
    let pad = String(repeating: " ", count: width - line.subject.displayWidth)
    let words = [line.state.word, line.state.detail].filter { !$0.isEmpty }.joined(separator: " ")
    let plain = "   \(line.subject)\(pad)  \(words)"
    let gap = String(repeating: " ", count: max(1, columns - 1 - plain.displayWidth - time.count))
    let (mark, style): (String, Style) =
      switch line.state.kind {
      case .done: ("✔", .green)
      case .failed: ("✘", .red)
      case .warning: ("!", .yellow)
      case .working: (String(Self.spinner[turns % Self.spinner.count]), .blue)
      }
    return " \(style(mark, on: facts)) \(line.subject)\(pad)  \(style(words, on: facts))\(gap)"
      + Style.blue(time, on: facts)
  }

  private static func seconds(_ milliseconds: Int64) -> String {
    "\(milliseconds / 1000).\(milliseconds / 100 % 10)s"
  }
}
