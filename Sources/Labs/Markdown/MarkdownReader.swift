// Markdown as labs use it: CommonMark's block structure without indented code, HTML and reference
// links, with GitHub's tables. A line-oriented recursive descent: each block kind recognises its
// first line, takes what belongs to it, and containers (lists, quotes) read their insides again.
//
// Next: MarkdownReader+Containers.swift, then Format/LabReader.swift which gives fences meaning.

import Support

/// Reads Markdown into blocks. Never fails: what is no other block is a paragraph. An unclosed
/// fence runs to the end and is reported.
struct MarkdownReader {
  /// One line, and where it stands in the file (containers take columns away at the front).
  struct Line {
    var text: Substring
    var number: Int
    var column: Int

    var isBlank: Bool { text.allSatisfy(\.isWhitespace) }
    var indentation: Int { text.prefix { $0 == " " }.count }

    /// The line without its first `count` characters.
    func dropping(_ count: Int) -> Line {
      Line(text: text.dropFirst(count), number: number, column: column + count)
    }
  }

  let file: String
  var lines: [Line]
  var index = 0
  var diagnostics: [Diagnostic] = []
  /// How many lists and quotes this is inside of.
  var depth = 0
  static let depthLimit = 32

  /// The blocks of `text`, whose first line is line `firstLine` of `file`.
  static func read(_ text: String, file: String, firstLine: Int = 1) -> ([Block], [Diagnostic]) {
    let lines = text.lines
    var reader = MarkdownReader(
      file: file,
      lines: lines.enumerated().map { offset, line in
        let withoutReturn = line.utf8.last == UInt8(ascii: "\r") ? line.dropLast() : line
        return Line(text: withoutReturn, number: firstLine + offset, column: 1)
      })
    let blocks = reader.blocks()
    return (blocks, reader.diagnostics)
  }

  mutating func blocks() -> [Block] {
    var blocks: [Block] = []
    while index < lines.count {
      let line = lines[index]
      if line.isBlank {
        index += 1
      } else if skipComment(line) {
        continue
      } else {
        blocks.append(Block(kind: block(line), location: location(line)))
      }
    }
    return blocks
  }

  private mutating func block(_ line: Line) -> Block.Kind {
    if let fence = fence(line) { return .fence(fence) }
    if let heading = heading(line) {
      index += 1
      return heading
    }
    if isRule(line) {
      index += 1
      return .rule
    }
    if line.text.drop(while: { $0 == " " }).hasPrefix(">") { return quote() }
    if let table = table() { return table }
    if let marker = listMarker(line) { return list(marker) }
    return paragraph()
  }

  func location(_ line: Line) -> SourceLocation {
    SourceLocation(file: file, line: line.number, column: line.column + line.indentation)
  }

  private func heading(_ line: Line) -> Block.Kind? {
    let text = line.text.drop { $0 == " " }
    let level = text.prefix { $0 == "#" }.count
    guard (1...6).contains(level), line.indentation < 4 else { return nil }
    let rest = text.dropFirst(level)
    guard rest.isEmpty || rest.first == " " else { return nil }
    return .heading(level: level, text: rest.trimmed)
  }

  private func isRule(_ line: Line) -> Bool {
    let marks = line.text.filter { $0 != " " }
    guard marks.count >= 3, let first = marks.first, "-*_".contains(first) else { return false }
    return marks.allSatisfy { $0 == first }
  }

  private mutating func skipComment(_ line: Line) -> Bool {
    guard line.text.trimmed.hasPrefix("<!--") else { return false }
    while index < lines.count {
      let ended = lines[index].text.contains("-->")
      index += 1
      if ended { break }
    }
    return true
  }

  private mutating func paragraph() -> Block.Kind {
    var words: [String] = []
    while index < lines.count {
      let line = lines[index]
      if line.isBlank || (!words.isEmpty && startsAnotherBlock(line)) { break }
      words.append(line.text.trimmed)
      index += 1
    }
    if words.count == 1, let kind = placeholder(words[0]) { return .placeholder(kind) }
    return .paragraph(words.joined(separator: "\n"))
  }

  private func placeholder(_ text: String) -> String? {
    guard text.hasPrefix("[["), text.hasSuffix("]]") else { return nil }
    let kind = text.dropFirst(2).dropLast(2)
    return kind.allSatisfy { $0.isLetter } && !kind.isEmpty ? String(kind) : nil
  }

  func startsAnotherBlock(_ line: Line) -> Bool {
    fenceMarks(line) != nil || headingLevel(line) || isRule(line) || listMarker(line) != nil
      || line.text.drop(while: { $0 == " " }).hasPrefix(">")
  }

  private func headingLevel(_ line: Line) -> Bool {
    if case .heading = heading(line) { true } else { false }
  }
}

extension StringProtocol {
  /// Without the white space at both ends.
  var trimmed: String {
    let start = drop(while: \.isWhitespace)
    guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(start[...last])
  }
}
