import Documents

/// Objects as a `meta/v1.Table`: what the server computes so that every client shows the same.
enum TableRendering {
  /// What each row carries beside its cells.
  enum Include: String {
    case none = "None"
    case metadata = "Metadata"
    case object = "Object"
  }

  /// The table of `objects`; `metadata` is that of the list.
  static func table(
    _ objects: [JSONValue], _ type: ResourceType, include: Include, metadata: JSONValue,
    now: Int64, withColumns: Bool = true
  ) -> JSONValue {
    let columns = type.columns.isEmpty ? TableColumns.standard : type.columns
    let definitions = columns.map { column -> JSONValue in
      [
        "name": .string(column.name), "type": .string(column.type),
        "format": .string(column.format), "description": .string(column.description),
        "priority": .integer(Int64(column.priority)),
      ]
    }
    let rows = objects.map { object -> JSONValue in
      var row: JSONValue = ["cells": .array(columns.map { $0.cell(object, now) })]
      switch include {
      case .none: break
      case .object: row["object"] = object
      case .metadata:
        row["object"] = [
          "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1",
          "metadata": object["metadata"] ?? [:],
        ]
      }
      return row
    }
    return [
      "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
      "columnDefinitions": withColumns ? .array(definitions) : [], "rows": .array(rows),
    ]
  }
}
