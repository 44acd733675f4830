import Documents
import Support

/// How a listing verb prints its rows: docker's `--format`.
///
/// `table` and nothing give the verb's own columns, `table TEMPLATE` other columns, `json` one
/// object a line, anything else is a template for each row.
package struct ListFormat {
  /// Columns of the plain table, as fields.
  package var columns: [String]
  /// The header of each field.
  package var headers: [(field: String, header: String)]
  /// The type docker names when a field does not exist.
  package var type: String
  /// What `-q` prints.
  package var quietField = "ID"

  package init(columns: [String], headers: [(field: String, header: String)], type: String) {
    self.columns = columns
    self.headers = headers
    self.type = type
  }

  /// The lines for `rows`, each an object with all fields.
  package func lines(
    _ rows: [JSONObject], format: String? = nil, quiet: Bool = false,
    methods: [String: TemplateShape.Method] = [:]
  ) throws -> [String] {
    let given = (format ?? "").trimmingSpaces
    let source: String
    var isTable = false
    switch given {
    case "", "table",
      "raw" where quiet:
      isTable = !quiet
      source = (quiet ? [quietField] : columns).map { "{{.\($0)}}" }.text(separatedBy: "\t")
    case "json": source = "{{json .}}"
    case _ where given.hasPrefix("table "):
      isTable = true
      source = String(given.dropFirst(6))
    default: source = given
    }
    let unescaped =
      source.utf8.contains(UInt8(ascii: "\\"))
      ? source.replacing("\\t", with: "\t").replacing("\\n", with: "\n") : source
    let template = try GoTemplate(unescaped)
    let shape = TemplateShape(missing: .noField(type: type), methods: methods)
    var lines: [String] = []
    if isTable {
      let header = JSONObject(headers.map { ($0.field, JSONValue.string($0.header)) })
      let methods = methods.mapValues { _ -> TemplateShape.Method in
        { _, arguments in .string(arguments.first?.string ?? "") }
      }
      // Docker checks the fields against a row even when there is none.
      _ = try rows.isEmpty ? "" : template.render(.object(rows[0]), as: shape)
      lines.append(
        try template.render(
          .object(header), as: TemplateShape(missing: .noValue, methods: methods)))
    }
    for row in rows {
      // Docker's JSON has its keys in alphabetical order.
      let sorted = JSONObject(row.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 })
      lines.append(try template.render(.object(sorted), as: shape))
    }
    guard isTable else { return lines }
    return TabWriter.align(
      lines.flatMap { $0.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }
    )
  }
}

extension String {
  fileprivate var trimmingSpaces: String {
    let isOther = { (byte: UInt8) in byte != UInt8(ascii: " ") }
    guard let first = utf8.firstIndex(where: isOther), let last = utf8.lastIndex(where: isOther)
    else { return "" }
    return String(self[first..<utf8.index(after: last)])
  }
}
