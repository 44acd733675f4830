import Glibc

/// The progress of one piece of work, on one line that is drawn over again.
///
/// Draws at most ten times a second. Where lines cannot be redrawn it prints one line at the start
/// and one at the end. Write to standard error: standard output carries results only.
package struct ProgressLine {
  package let label: String
  /// What 100 % is; nil when nobody knows.
  package let total: Int64?
  package let unit: Unit
  private let facts: TerminalFacts
  private let write: (String) -> Void
  private let now: () -> UInt64
  private var lastDrawn: UInt64?
  private let interval: UInt64 = 100_000_000

  /// What is counted.
  package enum Unit: Sendable { case bytes, items }

  /// `now` gives nanoseconds of a clock that never goes back.
  package init(
    _ label: String, total: Int64?, unit: Unit = .bytes, facts: TerminalFacts = .standardError,
    write: @escaping (String) -> Void = ProgressLine.writeToStandardError,
    now: @escaping () -> UInt64 = ProgressLine.monotonicNanoseconds
  ) {
    self.label = label
    self.total = total
    self.unit = unit
    self.facts = facts
    self.write = write
    self.now = now
    if !facts.redraws { write("\(label)\n") }
  }

  /// Says that `done` bytes of the total are done.
  package mutating func update(_ done: Int64) {
    guard facts.redraws else { return }
    let time = now()
    if let lastDrawn, time < lastDrawn + interval { return }
    lastDrawn = time
    write("\r" + line(done) + "\u{1B}[K")
  }

  /// Replaces the bar by `outcome` and ends the line.
  package mutating func finish(_ outcome: String) {
    write(
      (facts.redraws ? "\r" : "") + "\(label): \(outcome)" + (facts.redraws ? "\u{1B}[K" : "")
        + "\n")
  }

  /// The line as drawn, never wider than the terminal.
  func line(_ done: Int64) -> String {
    let room = max(10, facts.columns - 1)
    guard let total, total > 0 else {
      return "\(label)  \(amount(done))".truncated(to: room)
    }
    let fraction = min(1, max(0, Double(done) / Double(total)))
    let numbers = "\(Int(fraction * 100))%  \(amount(done))/\(amount(total))"
    let barRoom = room - label.displayWidth - numbers.displayWidth - 6
    guard barRoom >= 10 else { return "\(label)  \(numbers)".truncated(to: room) }
    let cells = min(barRoom, 40)
    let filled = Int(fraction * Double(cells))
    let head = filled < cells ? ">" : ""
    let bar =
      String(repeating: "=", count: filled) + head
      + String(repeating: " ", count: cells - filled - head.count)
    return "\(label)  [\(bar)]  \(numbers)"
  }

  private func amount(_ count: Int64) -> String {
    unit == .bytes ? ByteSize.decimal(Double(count)) : String(count)
  }

  /// Nanoseconds of CLOCK_MONOTONIC.
  package static func monotonicNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// Writes without buffering.
  package static func writeToStandardError(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { return }
      rest = rest.dropFirst(written)
    }
  }
}
