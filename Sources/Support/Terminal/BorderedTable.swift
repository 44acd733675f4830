/// A table with lines around its cells, for the kit's own output (`lab list`, `doctor`).
///
/// Too wide for the terminal, its widest columns are wrapped; where that would leave columns in which
/// hardly a word fits, each row becomes a short list. Where lines cannot be drawn well (pipes, accessible
/// mode) it is printed as aligned columns without lines.
package struct BorderedTable: Sendable {
  package var header: [String]
  package var rows: [[String]]
  package var alignments: [Alignment]

  package init(header: [String], rows: [[String]] = [], alignments: [Alignment] = []) {
    self.header = header
    self.rows = rows
    self.alignments = alignments
  }

  /// The lines of the table for an output with these `facts`.
  package func lines(for facts: TerminalFacts) -> [String] {
    guard facts.redraws, !header.isEmpty else {
      return TabWriter.align(
        ([header] + rows).map { $0.joined(separator: "\t") }, minimumWidth: 0)
    }
    let corner = "─".displayWidth
    var widths = header.indices.map { column in
      ([header] + rows).map { cell($0, column).displayWidth }.max() ?? 0
    }
    let frame = (header.count + 1) * corner + 2 * header.count
    while widths.reduce(frame, +) > facts.columns, let widest = widths.max(),
      let column = widths.firstIndex(of: widest)
    {
      guard widest > Self.narrowest else { return listed(for: facts) }
      widths[column] -= 1
    }
    // A wide horizontal line only fits an even number of cells.
    if corner == 2 { widths = widths.map { $0 + $0 % 2 } }
    var result = [rule("┌", "┬", "┐", widths)]
    result += draw(header, widths).map { line in line }
    result.append(rule("├", "┼", "┤", widths))
    for row in rows { result += draw(row, widths) }
    result.append(rule("└", "┴", "┘", widths))
    return result
  }

  /// No column is made narrower than so many cells.
  private static let narrowest = 14

  /// Each row as its first cell, and below it the others with their headings.
  package func listed(for facts: TerminalFacts) -> [String] {
    rows.flatMap { row in
      let rest = header.indices.dropFirst().map { (header[$0], cell(row, $0)) }
        .filter { !$0.1.isEmpty }
        .flatMap { title, text in
          ("  " + (title.isEmpty || header.count < 3 ? "" : title + ": ") + text)
            .wrapped(to: facts.columns, indent: "  ")
        }
      return cell(row, 0).wrapped(to: facts.columns) + rest
    }
  }

  private func cell(_ row: [String], _ column: Int) -> String {
    column < row.count ? row[column] : ""
  }

  private func draw(_ row: [String], _ widths: [Int]) -> [String] {
    let cells = widths.indices.map { cell(row, $0).wrapped(to: widths[$0]) }
    return (0..<(cells.map(\.count).max() ?? 1)).map { line in
      let parts = widths.indices.map { column in
        let text = line < cells[column].count ? cells[column][line] : ""
        let alignment = column < alignments.count ? alignments[column] : .left
        return " " + text.padded(to: widths[column], alignment) + " "
      }
      return "│" + parts.joined(separator: "│") + "│"
    }
  }

  private func rule(_ left: String, _ middle: String, _ right: String, _ widths: [Int]) -> String {
    let cells = "─".displayWidth
    let parts = widths.map { String(repeating: "─", count: ($0 + 2) / cells) }
    return left + parts.joined(separator: middle) + right
  }
}
