import CLinux
import Glibc

/// What may be written to one output: asked once, then passed around as a value.
package struct TerminalFacts: Sendable, Equatable {
  /// Whether a person reads this directly.
  package var isTerminal: Bool
  /// Cells in a line; 80 when nobody says.
  package var columns: Int
  /// Whether colours and bold may be used.
  package var hasColor: Bool
  /// Whether a line may be drawn over again. False means plain, linear text: for pipes, for
  /// `TERM=dumb`, and for readers who asked for it with `DKLAB_ACCESSIBLE=1`.
  package var redraws: Bool

  package init(isTerminal: Bool, columns: Int = 80, hasColor: Bool = false, redraws: Bool = false) {
    self.isTerminal = isTerminal
    self.columns = columns
    self.hasColor = hasColor
    self.redraws = redraws
  }

  /// Text for a file or a pipe.
  package static let plain = TerminalFacts(isTerminal: false)

  /// The facts of standard output.
  package static let standardOutput = TerminalFacts(of: STDOUT_FILENO)

  /// The facts of standard error.
  package static let standardError = TerminalFacts(of: STDERR_FILENO)

  /// Asks the kernel about `fd`, and the environment about the reader's wishes.
  package init(of fd: Int32) {
    var rows: UInt16 = 0
    var columns: UInt16 = 0
    let known = dk_get_winsize(fd, &rows, &columns) == 0 && columns > 0
    self.init(
      isTerminal: isatty(fd) == 1, windowColumns: known ? Int(columns) : nil,
      environment: { name in getenv(name).map { String(cString: $0) } })
  }

  /// The rule behind `init(of:)`. `NO_COLOR` (no-color.org) counts when it is not empty;
  /// `COLUMNS` only where the kernel knows no width.
  init(isTerminal: Bool, windowColumns: Int?, environment: (String) -> String?) {
    let isDumb = environment("TERM") == "dumb"
    let noColor = environment("NO_COLOR").map { !$0.isEmpty } ?? false
    let accessible = environment("DKLAB_ACCESSIBLE") == "1"
    let fromEnvironment = environment("COLUMNS").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    self.isTerminal = isTerminal
    columns = windowColumns ?? fromEnvironment ?? 80
    hasColor = isTerminal && !isDumb && !noColor && !accessible
    redraws = isTerminal && !isDumb && !accessible
  }
}
