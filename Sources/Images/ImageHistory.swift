import Support

extension Image {
  /// One row of `docker history`.
  package struct HistoryRow: Sendable, Hashable {
    /// The image's own id on the newest row; nil, shown as `<missing>`, on the others.
    package var id: Digest?
    /// Nanoseconds since 1970.
    package var created: Int64
    package var createdBy: String
    package var size: Int64
    package var comment: String
    package var tags: [Reference]
  }

  /// How the image was made, newest step first. A step without a layer has size 0; layers that the
  /// configuration gives no step for get an empty one.
  package var history: [HistoryRow] {
    var rest = layers[...]
    var rows: [HistoryRow] = config.history.map { step in
      HistoryRow(
        id: nil, created: step.created.flatMap(RFC3339.nanoseconds) ?? 0,
        createdBy: step.createdBy ?? "",
        size: step.emptyLayer == true ? 0 : rest.popFirst()?.size ?? 0,
        comment: step.comment ?? "", tags: [])
    }
    rows += rest.map { layer in
      HistoryRow(
        id: nil, created: created, createdBy: "", size: layer.size, comment: "", tags: [])
    }
    rows.reverse()
    if !rows.isEmpty {
      rows[0].id = id
      rows[0].tags = tags
    }
    return rows
  }
}
