import Support

/// Blocks that hold lines or other blocks: fences, quotes, lists and tables.
extension MarkdownReader {
  /// The fence's mark and how often it stands at the line's start, when it is a fence's first line.
  func fenceMarks(_ line: Line) -> (mark: Character, count: Int)? {
    let text = line.text.drop { $0 == " " }
    guard let mark = text.first, mark == "`" || mark == "~" else { return nil }
    let count = text.prefix { $0 == mark }.count
    guard count >= 3 else { return nil }
    // `code` in a paragraph may begin a line; an info string never has a backtick in it.
    guard mark == "~" || !text.dropFirst(count).contains("`") else { return nil }
    return (mark, count)
  }

  mutating func fence(_ line: Line) -> Fence? {
    guard let (mark, count) = fenceMarks(line) else { return nil }
    let info = InfoString(line.text.trimmed.drop { $0 == mark })
    for key in info.repeated {
      diagnostics.append(
        Diagnostic(
          "lab.repeated-attribute",
          Text("`\(key)=` stands twice", ko: "`\(key)=`이(가) 두 번 나옵니다"), at: location(line)))
    }
    let first = index
    index += 1
    var body: [Substring] = []
    while index < lines.count {
      let text = lines[index].text
      index += 1
      let marks = text.trimmed
      if marks.count >= count, marks.allSatisfy({ $0 == mark }) {
        return makeFence(info, body, line)
      }
      if opensAnother(text, mark, count) {
        index -= 1
        return cutShort(info, body, line, first)
      }
      body.append(text.dropFirst(min(line.indentation, lines[index - 1].indentation)))
    }
    diagnostics.append(
      Diagnostic(
        "lab.unclosed-fence",
        Text("this fence is never closed", ko: "이 펜스는 닫히지 않았습니다"),
        hint: Text(
          "\(String(repeating: mark, count: count)) alone on a line closes it",
          ko: "\(String(repeating: mark, count: count))만 있는 줄로 닫습니다"), at: location(line)))
    return makeFence(info, body, line)
  }

  /// Whether the line is the first of a fence that the open one cannot hold, for its marks are no
  /// longer.
  private func opensAnother(_ text: Substring, _ mark: Character, _ count: Int) -> Bool {
    let line = Line(text: text, number: 0, column: 0)
    guard let other = fenceMarks(line), other.mark == mark, other.count >= count else {
      return false
    }
    return true
  }

  /// A fence in which the next one begins: its end has been forgotten, or, where it has no kind, it is
  /// an end too many. It is taken to end before that, so that nothing else is wrong because of it.
  private mutating func cutShort(
    _ info: InfoString, _ body: [Substring], _ line: Line, _ first: Int
  ) -> Fence {
    let next = lines[index].number
    let marks = String(line.text.trimmed.prefix { $0 == line.text.trimmed.first })
    if info.words.isEmpty {
      diagnostics.append(
        Diagnostic(
          "lab.unclosed-fence",
          Text("this line closes no fence", ko: "이 줄이 닫는 펜스가 없습니다"),
          hint: Text(
            "remove it, or give it a kind and close it before line \(next)",
            ko: "지우거나, 종류를 쓰고 \(next)번째 줄 앞에서 닫습니다"), at: location(line)))
      // What follows it is not inside of anything.
      index = first + 1
      return makeFence(InfoString("text"), [], line)
    }
    diagnostics.append(
      Diagnostic(
        "lab.unclosed-fence",
        Text(
          "this fence is not closed before line \(next), which begins another",
          ko: "다른 펜스가 시작되는 \(next)번째 줄까지 이 펜스가 닫히지 않았습니다"),
        hint: Text(
          "close it with \(marks) before that; one that holds a fence begins with more marks than that",
          ko: "그 앞에서 \(marks)로 닫습니다. 펜스를 담은 펜스는 표시를 더 길게 써서 엽니다"),
        at: location(line)))
    return makeFence(info, body, line)
  }

  private func makeFence(_ info: InfoString, _ body: [Substring], _ line: Line) -> Fence {
    let marks = fenceMarks(line)?.count ?? 0
    return Fence(
      kind: info.words.first ?? "", words: Array(info.words.dropFirst()),
      attributes: info.attributes,
      body: body.map { $0 + "\n" }.joined(), location: location(line),
      offsets: info.offsets.mapValues { $0 + marks })
  }

  mutating func quote() -> Block.Kind {
    var inside: [Line] = []
    while index < lines.count, !lines[index].isBlank {
      let line = lines[index]
      let text = line.text.drop { $0 == " " }
      guard text.hasPrefix(">") else { break }
      let marker = line.indentation + (text.dropFirst().first == " " ? 2 : 1)
      inside.append(line.dropping(marker))
      index += 1
    }
    return .quote(nested(inside))
  }

  /// The width of the item's marker and, for a numbered list, its number.
  typealias ListMarker = (width: Int, number: Int?)

  func listMarker(_ line: Line) -> ListMarker? {
    let text = line.text.drop { $0 == " " }
    if let mark = text.first, "-*+".contains(mark), text.dropFirst().first == " " {
      return (line.indentation + 2, nil)
    }
    let digits = text.prefix { ("0"..."9").contains($0) }
    let rest = text.dropFirst(digits.count)
    guard let number = Int(digits), digits.count < 4, let mark = rest.first, ".)".contains(mark),
      rest.dropFirst().first == " "
    else { return nil }
    return (line.indentation + digits.count + 2, number)
  }

  mutating func list(_ first: ListMarker) -> Block.Kind {
    var items: [[Block]] = []
    while index < lines.count, let marker = listMarker(lines[index]),
      (marker.number == nil) == (first.number == nil), lines[index].indentation < first.width
    {
      var inside = [lines[index].dropping(marker.width)]
      index += 1
      while index < lines.count, belongsToItem(lines[index], width: marker.width) {
        let line = lines[index]
        inside.append(line.dropping(min(marker.width, line.indentation)))
        index += 1
      }
      items.append(nested(inside))
      while index + 1 < lines.count, lines[index].isBlank,
        listMarker(lines[index + 1]) != nil, lines[index + 1].indentation < first.width
      {
        index += 1
      }
    }
    return .list(start: first.number, items: items)
  }

  /// A line belongs to the item above it when it is indented below it, or continues its paragraph.
  private func belongsToItem(_ line: Line, width: Int) -> Bool {
    if line.isBlank {
      guard let next = lines[index...].first(where: { !$0.isBlank }) else { return false }
      return next.indentation >= width
    }
    if line.indentation >= width { return true }
    return !lines[index - 1].isBlank && !startsAnotherBlock(line)
  }

  private mutating func nested(_ inside: [Line]) -> [Block] {
    // Who nests deeper has no list in mind but our stack.
    guard depth < Self.depthLimit else {
      return inside.first.map { line in
        let text = inside.map(\.text.trimmed).joined(separator: "\n")
        return [Block(kind: .paragraph(text), location: location(line))]
      } ?? []
    }
    var reader = MarkdownReader(file: file, lines: inside)
    reader.depth = depth + 1
    let blocks = reader.blocks()
    diagnostics += reader.diagnostics
    return blocks
  }

  mutating func table() -> Block.Kind? {
    guard lines[index].text.contains("|"), index + 1 < lines.count,
      isDelimiterRow(lines[index + 1].text)
    else { return nil }
    let header = Self.cells(lines[index].text)
    index += 2
    var rows: [[String]] = []
    while index < lines.count, !lines[index].isBlank, lines[index].text.contains("|") {
      var cells = Self.cells(lines[index].text)
      while cells.count < header.count { cells.append("") }
      rows.append(Array(cells.prefix(header.count)))
      index += 1
    }
    return .table(header: header, rows: rows)
  }

  private func isDelimiterRow(_ text: Substring) -> Bool {
    text.contains("-") && text.contains("|") && text.allSatisfy { "|-: ".contains($0) }
  }

  /// The cells between the bars; a bar in code or behind a backslash is text.
  static func cells(_ line: Substring) -> [String] {
    var cells: [String] = []
    var cell = ""
    var inCode = false
    var escaped = false
    for character in line.trimmed {
      if escaped {
        cell += character == "|" ? "|" : "\\\(character)"
        escaped = false
      } else if character == "\\" {
        escaped = true
      } else if character == "|", !inCode {
        cells.append(cell.trimmed)
        cell = ""
      } else {
        if character == "`" { inCode.toggle() }
        cell.append(character)
      }
    }
    if escaped { cell += "\\" }
    cells.append(cell.trimmed)
    if cells.first == "" { cells.removeFirst() }
    if cells.last == "" { cells.removeLast() }
    return cells
  }
}
