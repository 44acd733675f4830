// From the lines of a file to instructions as text: continuations joined, comments between them
// dropped, heredocs attached. Nothing is understood yet.
//
// Next: InstructionReader.swift.

import Support

/// One instruction as text.
package struct LogicalLine: Sendable, Hashable {
  /// The whole instruction on one line, without what follows as heredocs.
  package var text: String
  package var range: SourceRange
  /// The comments directly above, without their mark.
  package var comments: [String] = []
  package var heredocs: [Heredoc] = []
  /// A line within a continuation that has nothing on it, if there is one.
  package var emptyContinuation: Int?
}

/// Joins lines.
struct LineReader {
  private let lines: [String]
  private var index = 0
  private(set) var directives = Directives()

  /// Nobody writes longer ones by hand.
  private static let lineLimit = 65_535
  private static let countLimit = 100_000

  init(_ source: String) throws {
    var lines = SourceQuotation.split(source)
    // What follows the last line end is no line.
    if lines.last == "" { lines.removeLast() }
    if let first = lines.first, first.unicodeScalars.first == "\u{FEFF}" {
      lines[0] = String(first.unicodeScalars.dropFirst())
    }
    if let long = lines.firstIndex(where: { $0.utf8.count > LineReader.lineLimit }) {
      throw DockerfileError(
        Text(
          "dockerfile line greater than max allowed size of \(LineReader.lineLimit)",
          ko: "줄이 너무 깁니다: \(LineReader.lineLimit)바이트까지 쓸 수 있습니다"), at: SourceRange(long + 1))
    }
    guard lines.count <= LineReader.countLimit else {
      throw DockerfileError(
        Text("dockerfile has too many lines", ko: "줄이 너무 많습니다"),
        at: SourceRange(LineReader.countLimit))
    }
    self.lines = lines
  }

  /// All instructions of the file.
  mutating func read() throws -> [LogicalLine] {
    var result: [LogicalLine] = []
    var comments: [String] = []
    while index < lines.count {
      let line = lines[index].droppingSpaces
      if line.hasPrefix("#") {
        try readComment(line, &comments)
        continue
      }
      guard var next = try readLine() else { continue }
      next.comments = comments
      comments = []
      try readHeredocs(of: &next)
      result.append(next)
    }
    guard !result.isEmpty else {
      throw DockerfileError(
        Text("file with no instructions", ko: "명령이 하나도 없는 파일입니다"),
        at: SourceRange(max(1, lines.count)))
    }
    return result
  }

  private mutating func readComment(_ line: String, _ comments: inout [String]) throws {
    index += 1
    if try directives.read(line, number: index) { return }
    let text = String(line.unicodeScalars.dropFirst()).trimmed
    if text.isEmpty { comments = [] } else { comments.append(text) }
  }

  /// Joins a line with those that continue it; nil for an empty one.
  private mutating func readLine() throws -> LogicalLine? {
    let start = index + 1
    let column = lines[index].unicodeScalars.prefix(while: \.isSpace).count + 1
    // Any line but a directive ends the directives.
    _ = try directives.read(lines[index], number: start)
    var (text, continues) = continuation(of: lines[index].droppingSpaces)
    index += 1
    if !continues && text.isEmpty { return nil }
    var empty: Int?
    while continues, index < lines.count {
      let line = lines[index]
      index += 1
      let bare = line.droppingSpaces
      if bare.hasPrefix("#") { continue }
      if bare.isEmpty {
        empty = index
        continue
      }
      let next = continuation(of: line)
      text += next.text
      continues = next.continues
    }
    return LogicalLine(
      text: text, range: SourceRange(start, index, column: column), emptyContinuation: empty)
  }

  /// The line without an escape at its end, and whether there was one. An escape that is escaped
  /// itself does not continue the line.
  private func continuation(of line: String) -> (text: String, continues: Bool) {
    let scalars = line.unicodeScalars
    guard let end = scalars.lastIndex(where: { $0 != " " && $0 != "\t" }),
      Character(scalars[end]) == directives.escape
    else { return (line, false) }
    if end > scalars.startIndex,
      Character(scalars[scalars.index(before: end)]) == directives.escape
    {
      return (line, false)
    }
    return (String(scalars[..<end]), true)
  }

  private mutating func readHeredocs(of line: inout LogicalLine) throws {
    guard line.text.contains("<<"), InstructionText(line.text, directives).takesHeredocs else {
      return
    }
    for var heredoc in Heredoc.announced(in: line.text) {
      var isClosed = false
      while index < lines.count, !isClosed {
        let next = lines[index]
        index += 1
        let end =
          heredoc.removesTabs ? String(next.unicodeScalars.drop { $0 == "\t" }) : next
        isClosed = end == heredoc.name
        if !isClosed { heredoc.content += next + "\n" }
      }
      line.range.last = index
      guard isClosed else {
        throw DockerfileError(
          Text("unterminated heredoc", ko: "히어독(<<\(heredoc.name))이 닫히지 않았습니다"),
          hint: Text(
            "end it with a line that is just \(heredoc.name)",
            ko: "\(heredoc.name)만 있는 줄로 끝내세요"), at: line.range)
      }
      line.heredocs.append(heredoc)
    }
  }
}

extension String {
  /// Without white space at the beginning.
  fileprivate var droppingSpaces: String {
    String(unicodeScalars.drop(while: \.isSpace))
  }
}
