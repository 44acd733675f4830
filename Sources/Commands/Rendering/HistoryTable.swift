import Documents
import Support

/// `docker history`: one row a layer or instruction, newest first.
package enum HistoryTable {
  package struct Row: Sendable {
    /// `sha256:` and 64 digits; nil where no image stands for the step.
    package var id: String?
    /// Nanoseconds since 1970.
    package var created: Int64
    package var createdBy: String
    package var size: Int64
    package var comment: String

    package init(id: String?, created: Int64, createdBy: String, size: Int64, comment: String) {
      self.id = id
      self.created = created
      self.createdBy = createdBy
      self.size = size
      self.comment = comment
    }
  }

  /// The lines to print; `human` writes sizes and times for people.
  package static func lines(
    _ rows: [Row], format: String? = nil, quiet: Bool = false, noTrunc: Bool = false,
    human: Bool = true, now: Int64
  ) throws -> [String] {
    let list = ListFormat(
      columns: ["ID", human ? "CreatedSince" : "CreatedAt", "CreatedBy", "Size", "Comment"],
      headers: [
        ("ID", "IMAGE"), ("CreatedSince", "CREATED"), ("CreatedAt", "CREATED AT"),
        ("CreatedBy", "CREATED BY"), ("Size", "SIZE"), ("Comment", "COMMENT"),
      ], type: "*formatter.historyContext")
    let fields = rows.map { row -> JSONObject in
      let createdBy = row.createdBy.replacing("\t", with: " ")
      let age = HumanDuration.text(nanoseconds: now - row.created)
      let id = row.id.map { noTrunc ? $0 : String($0.dropFirst("sha256:".count).prefix(12)) }
      let size = human ? ByteSize.decimal(Double(row.size), digits: 3) : String(row.size)
      return [
        "ID": .string(id ?? "<missing>"),
        "CreatedSince": .string(row.created == 0 ? "N/A" : "\(age) ago"),
        "CreatedAt": .string(RFC3339.text(row.created)),
        "CreatedBy": .string(noTrunc ? createdBy : createdBy.cut(to: 45)),
        "Size": .string(size), "Comment": .string(row.comment),
      ]
    }
    return try list.lines(fields, format: format, quiet: quiet)
  }
}
