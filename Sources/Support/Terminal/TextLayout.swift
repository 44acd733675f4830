/// Which side of a text the padding goes to.
package enum Alignment: Sendable { case left, right, center }

extension StringProtocol {
  /// The text filled with spaces to `width` cells; longer texts stay as they are.
  package func padded(to width: Int, _ alignment: Alignment = .left) -> String {
    let missing = Swift.max(0, width - displayWidth)
    let before =
      switch alignment {
      case .left: 0
      case .right: missing
      case .center: missing / 2
      }
    return String(repeating: " ", count: before) + self
      + String(repeating: " ", count: missing - before)
  }

  /// The text cut to at most `width` cells, with `ellipsis` where something was cut off. Never cuts
  /// a character in half; a colour that was on is switched off.
  package func truncated(to width: Int, ellipsis: String = "…") -> String {
    guard displayWidth > width else { return String(self) }
    let room = width - ellipsis.displayWidth
    guard room >= 0 else { return "" }
    var result = ""
    var used = 0
    var coloured = false
    for (piece, cells) in cells() {
      guard used + cells <= room else { break }
      result += piece
      used += cells
      if piece.hasPrefix("\u{1B}[") { coloured = piece != "\u{1B}[0m" }
    }
    return result + (coloured ? "\u{1B}[0m" : "") + ellipsis
  }

  /// The text as lines of at most `width` cells: broken at spaces, after East Asian characters
  /// other than Hangul, and inside a word only when it is longer than a line. Line breaks in the
  /// text stay. `indent` stands before every line but the first of a paragraph.
  package func wrapped(to width: Int, indent: String = "") -> [String] {
    split(separator: "\n", omittingEmptySubsequences: false).flatMap { paragraph in
      LineFiller.fill(paragraph, width: Swift.max(width, 4), indent: indent)
    }
  }
}

extension StringProtocol {
  /// The text with spaces in the place of tabs, which stand at every eighth cell.
  package func expandingTabs() -> String {
    guard utf8.contains(0x09) else { return String(self) }
    var result = ""
    var used = 0
    for (piece, width) in cells() {
      let text = piece == "\t" ? String(repeating: " ", count: 8 - used % 8) : piece
      result += text
      used += piece == "\t" ? text.count : width
    }
    return result
  }

  /// The rows of a terminal with `columns` that the text takes as one line.
  package func rows(in columns: Int) -> Int {
    Swift.max(1, (displayWidth + columns - 1) / Swift.max(1, columns))
  }
}

/// Fills lines of one paragraph.
private struct LineFiller {
  let width: Int
  let indent: String
  var lines: [String] = []
  var line = ""
  var used = 0
  /// The colours that are on at the end of `line`. They are switched off at its end and on again
  /// after the next line's indent, so that what stands beside the text keeps its own.
  var style = ""

  static func fill(_ paragraph: some StringProtocol, width: Int, indent: String) -> [String] {
    var filler = LineFiller(width: width, indent: indent)
    for (space, word) in filler.words(of: paragraph) { filler.add(space: space, word: word) }
    return filler.lines + [filler.line]
  }

  init(width: Int, indent: String) {
    self.width = width
    self.indent = indent
  }

  private typealias Piece = (text: String, width: Int)

  /// Words with the number of spaces before each.
  private func words(of paragraph: some StringProtocol) -> [(space: Int, word: [Piece])] {
    var result: [(space: Int, word: [Piece])] = []
    var space = 0
    var word: [Piece] = []
    for piece in paragraph.cells() {
      if piece.text == " " {
        if !word.isEmpty {
          result.append((space, word))
          (space, word) = (0, [])
        }
        space += 1
        continue
      }
      word.append(piece)
      if breaksAfter(piece) {
        result.append((space, word))
        (space, word) = (0, [])
      }
    }
    if !word.isEmpty { result.append((space, word)) }
    return result
  }

  /// Han and kana lines may break anywhere; Korean breaks at spaces.
  private func breaksAfter(_ piece: Piece) -> Bool {
    guard piece.width == 2, let scalar = piece.text.unicodeScalars.first else { return false }
    return (0x3040...0x30FF).contains(scalar.value) || (0x3400...0x9FFF).contains(scalar.value)
  }

  private mutating func add(space: Int, word: [Piece]) {
    let length = word.reduce(0) { $0 + $1.width }
    if used + space + length <= width {
      line += String(repeating: " ", count: space)
      used += space
    } else if used > indent.displayWidth || (lines.isEmpty && used > 0) {
      breakLine()
    }
    for piece in word {
      if used + piece.width > width { breakLine() }
      line += piece.text
      used += piece.width
      if piece.text.hasPrefix("\u{1B}[") {
        style = piece.text == "\u{1B}[0m" ? "" : style + piece.text
      }
    }
  }

  private mutating func breakLine() {
    lines.append(line + (style.isEmpty ? "" : "\u{1B}[0m"))
    line = indent + style
    used = indent.displayWidth
  }
}
