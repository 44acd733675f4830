import Documents
import Engine
import HTTP
import Images
import Support

extension EngineAPI {
  /// `POST /build/prune`.
  func pruneBuildCache(_ request: HTTPRequest) async throws -> HTTPResponse {
    let query = request.query
    let filters = try APIFilters(query["filters"], known: ["until", "unused-for"])
    let until = try (filters["until"] + filters["unused-for"]).map(QueryParameters.moment)
    let all = query.flag("all")
    let keep = try query.number("reserved-space") ?? query.number("keep-storage")
    return .json(
      try await engines.with { engine in
        let pruned = try engine.pruneBuildCache(all: all, keep: keep.map(Int64.init)) { entry in
          until.allSatisfy { entry.used < $0 }
        }
        return [
          "CachesDeleted": pruned.entries.isEmpty
            ? .null : .array(pruned.entries.map { .string($0.key) }),
          "SpaceReclaimed": .integer(pruned.bytes),
        ]
      })
  }

  /// The build cache as `/system/df` tells of it.
  static func buildCache(_ engine: Engine) throws -> [JSONValue] {
    let store = try engine.images()
    let used = Set(try store.list().flatMap(\.layers).map(\.diffID))
    return try BuildCacheStore(store).entries().map { entry in
      [
        "ID": .string(entry.key), "Type": "regular", "Description": .string(entry.operation),
        "InUse": false, "Shared": .bool(used.contains(entry.layer)), "Size": .integer(entry.size),
        "CreatedAt": .string(RFC3339.text(entry.created)),
        "LastUsedAt": .string(RFC3339.text(entry.used)), "UsageCount": .integer(Int64(entry.uses)),
      ]
    }
  }
}
