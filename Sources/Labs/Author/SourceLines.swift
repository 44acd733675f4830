import Support

/// The lines of a lab's file, to put the mark of a finding under the very word. Readers know where a
/// block, a fence or an entry begins; what they complain about is a word somewhere behind that.
struct SourceLines {
  private let lines: [[Unicode.Scalar]]
  /// How many lines behind its place a word is looked for.
  private static let reach = 400

  init(_ text: String) {
    lines = text.lines.map { Array($0.unicodeScalars) }
  }

  /// `diagnostic` with its mark under its word, where that is found.
  func placing(_ diagnostic: Diagnostic) -> Diagnostic {
    guard let word = diagnostic.word else { return diagnostic }
    var placed = diagnostic
    placed.word = nil
    placed.location = place(of: word, from: diagnostic.location) ?? diagnostic.location
    return placed
  }

  /// The first place of `word` at or behind `start`: as a word of its own, else as a part of another.
  func place(of word: String, from start: SourceLocation) -> SourceLocation? {
    let wanted = Array(word.unicodeScalars)
    guard start.line > 0, start.line <= lines.count, !wanted.isEmpty else { return nil }
    var part: SourceLocation?
    for line in start.line..<min(lines.count + 1, start.line + Self.reach) {
      var from = line == start.line ? max(0, start.column - 1) : 0
      while let column = Self.find(wanted, in: lines[line - 1], from: from) {
        let place = SourceLocation(file: start.file, line: line, column: column + 1)
        if Self.isWord(wanted, at: column, in: lines[line - 1]) { return place }
        part = part ?? place
        from = column + 1
      }
    }
    return part
  }

  /// The numbers of the lines on which `word` stands, from line `first` on.
  func lines(with word: String, from first: Int) -> [Int] {
    let wanted = Array(word.unicodeScalars)
    return lines.indices.dropFirst(first - 1).filter {
      Self.find(wanted, in: lines[$0], from: 0) != nil
    }.map { $0 + 1 }
  }

  private static func find(
    _ wanted: [Unicode.Scalar], in line: [Unicode.Scalar], from: Int
  ) -> Int? {
    guard from + wanted.count <= line.count else { return nil }
    return (from...(line.count - wanted.count)).first { place in
      line[place] == wanted[0] && line[place..<(place + wanted.count)].elementsEqual(wanted)
    }
  }

  private static func isWord(
    _ wanted: [Unicode.Scalar], at place: Int, in line: [Unicode.Scalar]
  ) -> Bool {
    func isPart(_ scalar: Unicode.Scalar?) -> Bool {
      scalar.map {
        $0.properties.isAlphabetic || ("0"..."9").contains($0) || "_-".unicodeScalars.contains($0)
      }
        ?? false
    }
    let before = place > 0 ? line[place - 1] : nil
    let end = place + wanted.count
    let after = end < line.count ? line[end] : nil
    return !(isPart(wanted.first) && isPart(before)) && !(isPart(wanted.last) && isPart(after))
  }
}
