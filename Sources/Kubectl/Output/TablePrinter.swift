import Documents
import Support

/// Prints the tables that the server makes of objects (meta/v1 Table).
struct TablePrinter {
  struct Options {
    var isWide = false
    var hasHeader = true
    var showsNamespace = false
    var showsLabels = false
    var labelColumns: [String] = []
    /// Put before each name: `deployment.apps`.
    var kindPrefix: String?
  }

  var options: Options
  /// Of a table that grows, the widths so far.
  private var widths: [Int] = []
  private var columns: [JSONValue] = []
  private var hasPrintedHeader = false

  init(_ options: Options) { self.options = options }

  /// The rows of `table` as lines.
  mutating func lines(_ table: JSONValue) -> [String] {
    if let definitions = table["columnDefinitions"]?.array, !definitions.isEmpty {
      columns = definitions
    }
    var cells: [[String]] = []
    if options.hasHeader && !hasPrintedHeader {
      cells.append(header)
      hasPrintedHeader = true
    }
    cells += table.list("rows").map(row)
    return align(cells)
  }

  private var shown: [Int] {
    columns.indices.filter { options.isWide || (columns[$0].number("priority") ?? 0) == 0 }
  }

  private var header: [String] {
    var titles = shown.map { columns[$0].text("name").uppercased() }
    if options.showsNamespace { titles.insert("NAMESPACE", at: 0) }
    titles += options.labelColumns.map {
      ($0.split(separator: "/").last.map(String.init) ?? $0).uppercased()
    }
    if options.showsLabels { titles.append("LABELS") }
    return titles
  }

  private func row(_ row: JSONValue) -> [String] {
    let values = row.list("cells")
    let object = row["object"] ?? .null
    var cells = shown.map { index -> String in
      guard values.indices.contains(index) else { return "" }
      let text = Self.text(values[index])
      if let prefix = options.kindPrefix, columns[index].text("format") == "name" {
        return "\(prefix)/\(text)"
      }
      return text
    }
    if options.showsNamespace { cells.insert(object.namespace, at: 0) }
    let labels = object.labels
    cells += options.labelColumns.map { labels[$0] ?? "<none>" }
    if options.showsLabels { cells.append(LabelText.of(labels)) }
    return cells
  }

  /// A cell; only its first line.
  private static func text(_ value: JSONValue) -> String {
    guard case .string(let text) = value else { return GoText.of(value) }
    guard
      let end = text.unicodeScalars.firstIndex(where: { $0 == "\n" || $0 == "\r" || $0 == "\u{c}" })
    else { return text }
    return String(text[..<end]) + "..."
  }

  /// Columns keep the width they once had, so that a watch stays readable.
  private mutating func align(_ rows: [[String]]) -> [String] {
    for row in rows {
      for (index, cell) in row.enumerated() {
        let width = max(6, cell.displayWidth + 3)
        if index < widths.count {
          widths[index] = max(widths[index], width)
        } else {
          widths.append(width)
        }
      }
    }
    return rows.map { row in
      var line = ""
      for (index, cell) in row.enumerated() {
        line += cell
        if index < row.count - 1 {
          line += String(repeating: " ", count: max(0, widths[index] - cell.displayWidth))
        }
      }
      return line
    }
  }
}

/// Labels as text.
enum LabelText {
  /// `a=b,c=d`, or `<none>`.
  static func of(_ labels: [String: String]) -> String {
    labels.isEmpty
      ? "<none>"
      : labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
  }
}
