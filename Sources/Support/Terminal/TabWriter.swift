/// Aligns columns as docker's tables are aligned (Go's text/tabwriter with minimum width 10 and
/// padding 3): cells end at tabs; a column is as wide as its widest cell among the neighbouring
/// lines that have it; the last cell of a line is not padded. Widths are display widths.
package enum TabWriter {
  /// `lines` with their tabs replaced by the right number of spaces.
  package static func align(
    _ lines: [String], minimumWidth: Int = 10, padding: Int = 3
  ) -> [String] {
    let rows = lines.map { line in
      line.split(separator: "\t", omittingEmptySubsequences: false)
        .map { (text: String($0), width: $0.displayWidth) }
    }
    var widths = rows.map { _ in [Int]() }
    fill(&widths, rows, 0..<rows.count, column: 0, minimum: minimumWidth, padding: padding)
    return zip(rows, widths).map { row, widths in
      var line = ""
      for (place, cell) in row.enumerated() {
        line += cell.text
        if place < row.count - 1 {
          line += String(repeating: " ", count: max(0, widths[place] - cell.width))
        }
      }
      return line
    }
  }

  /// Sets the width of `column` in every block of adjacent lines that have it, then goes right.
  private static func fill(
    _ widths: inout [[Int]], _ rows: [[(text: String, width: Int)]], _ range: Range<Int>,
    column: Int, minimum: Int, padding: Int
  ) {
    var start = range.lowerBound
    while start < range.upperBound {
      guard rows[start].count > column + 1 else {
        start += 1
        continue
      }
      var end = start
      var width = minimum
      while end < range.upperBound, rows[end].count > column + 1 {
        width = max(width, rows[end][column].width + padding)
        end += 1
      }
      for row in start..<end { widths[row].append(width) }
      fill(
        &widths, rows, start..<end, column: column + 1, minimum: minimum, padding: padding)
      start = end
    }
  }
}
