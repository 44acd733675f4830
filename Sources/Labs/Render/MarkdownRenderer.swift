import Support

/// Markdown blocks as lines for a terminal, as wide as it is.
package struct MarkdownRenderer {
  let facts: TerminalFacts
  let variables: Variables
  let language: Language
  /// What the student types for `docker`.
  let program: String

  package init(
    facts: TerminalFacts, variables: Variables, language: Language = .current,
    program: String = "docker"
  ) {
    self.facts = facts
    self.variables = variables
    self.language = language
    self.program = program
  }

  private var room: Int { min(max(facts.columns, 24), 100) - 2 }

  /// The lines of `blocks`, an empty one between any two.
  package func lines(_ blocks: [Block]) -> [String] { lines(blocks, room: room) }

  private func lines(_ blocks: [Block], room: Int) -> [String] {
    blocks.map { lines($0, room: room) }.filter { !$0.isEmpty }
      .reduce(into: []) { all, block in
        if !all.isEmpty { all.append("") }
        all += block
      }
  }

  private func lines(_ block: Block, room: Int) -> [String] {
    switch block.kind {
    case .heading(_, let text): return inline(text, .bold, room)
    case .paragraph(let text): return inline(text, .plain, room)
    case .rule:
      return facts.redraws
        ? [String(repeating: "─", count: min(20, room) / "─".displayWidth)] : ["---"]
    case .quote(let blocks):
      let bar = (facts.redraws ? Style.dim("│", on: facts) : ">") + " "
      return lines(blocks, room: room - bar.displayWidth).map { bar + $0 }
    case .list(let start, let items): return list(start, items, room)
    case .table(let header, let rows): return table(header, rows, room)
    case .fence(let fence): return self.fence(fence, room: room)
    case .placeholder: return []
    }
  }

  private func rendered(_ text: String) -> String {
    let joined = variables.fill(text).split(separator: "\n").joined(separator: " ")
    return InlineMarkdown.render(joined.speaking(of: program), facts: facts)
  }

  private func inline(_ text: String, _ style: Style, _ room: Int) -> [String] {
    rendered(text).wrapped(to: room).map { style($0, on: facts) }
  }

  private func list(_ start: Int?, _ items: [[Block]], _ room: Int) -> [String] {
    items.enumerated().flatMap { number, item in
      let bullet = facts.redraws ? "• " : "- "
      let marker = start.map { "\($0 + number). " } ?? bullet
      let indent = String(repeating: " ", count: marker.displayWidth)
      return lines(item, room: room - marker.displayWidth).enumerated().map { index, line in
        (index == 0 ? marker : line.isEmpty ? "" : indent) + line
      }
    }
  }

  /// Lines and columns where they can be drawn; else one line a row, which can also be listened to.
  private func table(_ header: [String], _ rows: [[String]], _ room: Int) -> [String] {
    let titles = header.map(rendered)
    let cells = rows.map { $0.map(rendered) }
    if facts.redraws {
      var narrow = facts
      narrow.columns = room
      return BorderedTable(header: titles, rows: cells).lines(for: narrow)
    }
    return cells.flatMap { row in
      let rest = zip(titles, row).dropFirst().filter { !$0.1.isEmpty }.map { title, cell in
        header.count > 2 && !title.isEmpty ? "\(title): \(cell)" : cell
      }
      let line = "- \(row.first ?? "")" + (rest.isEmpty ? "" : ": ")
      return (line + rest.joined(separator: "; ")).wrapped(to: room, indent: "  ")
    }
  }

  private func fence(_ fence: Fence, room: Int) -> [String] {
    if fence.kind == "note" { return note(fence, room: room) }
    let body = variables.fillExactly(fence.body).split(
      separator: "\n", omittingEmptySubsequences: false)
    let code = (body.last == "" ? body.dropLast() : body[...]).map { $0.expandingTabs() }
    guard fence.kind == "bash" else { return code.map { $0.isEmpty ? "" : "    " + $0 } }
    let prompt = "  " + Style.dim("$", on: facts) + " "
    return code.map { prompt + Style.bold($0.typed(as: program), on: facts) }
  }

  /// The box that corrects the notes: `노트 바로잡기 (004:154)`.
  private func note(_ fence: Fence, room: Int) -> [String] {
    let place = fence.words.joined(separator: " ")
    let title = language == .ko ? "노트 바로잡기 (\(place))" : "The notes corrected (\(place))"
    let (blocks, _) = MarkdownReader.read(
      fence.body, file: fence.location.file, firstLine: fence.bodyLine)
    let bar = facts.redraws ? Style.yellow("┃", on: facts) + " " : "  "
    let head = (Style.bold + .yellow)(title + (facts.redraws ? "" : ":"), on: facts)
    let body = lines(blocks, room: room - bar.displayWidth)
    guard facts.redraws else { return [head] + body.map { $0.isEmpty ? "" : bar + $0 } }
    return ([head] + body).map { bar + $0 }
  }
}
