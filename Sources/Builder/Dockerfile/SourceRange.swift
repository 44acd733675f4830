import Support

/// The lines of a Dockerfile that something is about, one-based and inclusive.
package struct SourceRange: Sendable, Hashable {
  package var first: Int
  package var last: Int
  /// Where it begins in the first line, one-based.
  package var column: Int

  package init(_ first: Int, _ last: Int? = nil, column: Int = 1) {
    self.first = first
    self.last = max(first, last ?? first)
    self.column = column
  }
}

/// What is wrong with a Dockerfile, at a place in it. The English sentences are BuildKit's.
package struct DockerfileError: Error, Sendable {
  package var message: Text
  package var hint: Text?
  package var range: SourceRange?
  /// Whether the file could not be read at all, rather than built.
  package var isSyntax: Bool

  package init(
    _ message: Text, hint: Text? = nil, at range: SourceRange? = nil, isSyntax: Bool = true
  ) {
    self.message = message
    self.hint = hint
    self.range = range
    self.isSyntax = isSyntax
  }

  /// The same error, at `range` unless it has a place already.
  func at(_ range: SourceRange) -> DockerfileError {
    var result = self
    result.range = self.range ?? range
    return result
  }

  /// The whole sentence: `dockerfile parse error on line 3: unknown instruction: FRMO`.
  package var sentence: Text {
    guard isSyntax, let range else { return message }
    return Text(
      "dockerfile parse error on line \(range.first): \(message.en)",
      ko: "Dockerfile \(range.first)번째 줄을 읽을 수 없습니다: \(message.ko)")
  }
}

extension DockerfileError: CustomStringConvertible {
  package var description: String { sentence() }
}

/// The lines around `range` as BuildKit shows them, those it is about marked:
///
///     Dockerfile:2
///     --------------------
///        1 |     FROM busybox
///        2 | >>> RUN false
///     --------------------
package struct SourceQuotation {
  package var name: String
  package var lines: [String]

  /// `source` is the whole file.
  package init(name: String, source: String) {
    self.name = name
    lines = SourceQuotation.split(source)
  }

  /// The lines to print; none when the file has no such place.
  package func text(_ range: SourceRange) -> [String] {
    guard range.first >= 1, range.first <= lines.count else { return [] }
    let last = min(range.last, lines.count)
    // Two more lines on each side, but never much more than a screen.
    let from = max(1, range.first - 2)
    let to = min(lines.count, last + 2, range.first + 40)
    var result = ["\(name):\(range.first)", "--------------------"]
    for number in from...to {
      let digits = String(number)
      let mark = (range.first...last).contains(number) ? ">>>" : "   "
      let gutter = String(repeating: " ", count: max(0, 4 - digits.count)) + digits
      result.append("\(gutter) | \(mark) \(SourceQuotation.printable(lines[number - 1]))")
    }
    return result + ["--------------------"]
  }

  /// Lines at LF, without the CR before it: Swift takes CR LF for one character.
  static func split(_ source: String) -> [String] {
    source.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
      String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
    }
  }

  /// Without what would move the cursor.
  private static func printable(_ line: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in line.unicodeScalars {
      let isControl = (scalar.value < 0x20 && scalar != "\t") || (0x7F..<0xA0) ~= scalar.value
      result.append(isControl ? "\u{FFFD}" : scalar)
    }
    return String(result)
  }
}
