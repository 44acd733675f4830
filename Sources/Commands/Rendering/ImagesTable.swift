import Documents
import Support

/// `docker images`: one row for each name of an image.
package enum ImagesTable {
  package struct Row: Sendable {
    package var repository: String
    package var tag: String
    package var digest: String
    /// `sha256:` and 64 digits.
    package var id: String
    /// Nanoseconds since 1970.
    package var created: Int64
    package var size: Int64
    package var containers: Int

    package init(
      repository: String = "<none>", tag: String = "<none>", digest: String = "<none>", id: String,
      created: Int64, size: Int64, containers: Int = 0
    ) {
      self.repository = repository
      self.tag = tag
      self.digest = digest
      self.id = id
      self.created = created
      self.size = size
      self.containers = containers
    }
  }

  /// The lines to print. Quiet, an image with two names is printed twice, as docker does.
  package static func lines(
    _ rows: [Row], format: String? = nil, quiet: Bool = false, noTrunc: Bool = false,
    digests: Bool = false, now: Int64
  ) throws -> [String] {
    let columns =
      ["Repository", "Tag"] + (digests ? ["Digest"] : []) + ["ID", "CreatedSince", "Size"]
    let list = ListFormat(
      columns: columns,
      headers: [
        ("ID", "IMAGE ID"), ("Repository", "REPOSITORY"), ("Tag", "TAG"), ("Digest", "DIGEST"),
        ("CreatedSince", "CREATED"), ("CreatedAt", "CREATED AT"), ("Size", "SIZE"),
        ("Containers", "CONTAINERS"), ("VirtualSize", "SIZE"), ("SharedSize", "SHARED SIZE"),
        ("UniqueSize", "UNIQUE SIZE"),
      ], type: "*formatter.imageContext")
    return try list.lines(
      rows.map { fields($0, noTrunc: noTrunc, now: now) }, format: format, quiet: quiet)
  }

  private static func fields(_ row: Row, noTrunc: Bool, now: Int64) -> JSONObject {
    let size = ByteSize.decimal(Double(row.size), digits: 3)
    let id = noTrunc ? row.id : String(row.id.dropFirst("sha256:".count).prefix(12))
    let age = HumanDuration.text(nanoseconds: now - row.created)
    return [
      "ID": .string(id), "Repository": .string(row.repository), "Tag": .string(row.tag),
      "Digest": .string(row.digest),
      "CreatedSince": .string(row.created == 0 ? "N/A" : "\(age) ago"),
      "CreatedAt": .string(RFC3339.local(row.created)), "Size": .string(size),
      "Containers": .string(String(row.containers)), "VirtualSize": .string(size),
      "SharedSize": "N/A", "UniqueSize": "N/A",
    ]
  }
}
