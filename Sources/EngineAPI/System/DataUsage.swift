import Documents
import Engine
import HTTP
import Images
import Linux
import Support

extension EngineAPI {
  /// `GET /system/df`.
  func dataUsage(_ request: HTTPRequest) async throws -> HTTPResponse {
    .json(
      try await engines.with { engine in
        let images = try engine.images().list()
        let containers = try RecordCache(engine).current()
        var layers: [Digest: Int64] = [:]
        for image in images { for layer in image.layers { layers[layer.diffID] = layer.size } }
        return [
          "LayersSize": .integer(layers.values.reduce(0, +)),
          "Images": .array(
            images.map { image in
              ImageObject.summary(
                image, containers: containers.count { $0.record.imageID == image.id })
            }),
          "Containers": .array(
            try containers.map { entry in
              try ContainerSummary(entry, engine).json(
                entry.record.state, size: engine.sizes(of: entry.record),
                now: wallClockNanoseconds())
            }),
          "Volumes": .array(
            try engine.volumes().map { volume in
              var value = engine.inspect(volume)
              value["UsageData"] = [
                "RefCount": .integer(Int64(try engine.users(ofVolume: volume.name).count)),
                "Size": .integer(engine.directorySize(engine.volumeDirectory(volume.name))),
              ]
              return value
            }), "BuildCache": .array(try EngineAPI.buildCache(engine)),
        ]
      })
  }

  func pruneContainers(_ request: HTTPRequest) async throws -> HTTPResponse {
    let filters = try APIFilters(request.query["filters"], known: ["label", "label!", "until"])
    let until = try filters["until"].last.map(QueryParameters.moment)
    let candidates = try await engines.with { engine in
      try engine.containers().filter { record in
        !record.state.isActive && record.created < until ?? .max
          && filters.allowLabels(record.spec.config.labels ?? [:])
      }.map { ($0.id, try engine.sizes(of: $0).own) }
    }
    var removed: [JSONValue] = []
    var reclaimed: Int64 = 0
    for (id, size) in candidates {
      do {
        _ = try await workers.run(.remove(id: id, force: false, volumes: false))
      } catch {
        // Started again, or removed by somebody else, between the two looks.
        continue
      }
      removed.append(.string(id))
      reclaimed += size
    }
    return .json([
      "ContainersDeleted": removed.isEmpty ? .null : .array(removed),
      "SpaceReclaimed": .integer(reclaimed),
    ])
  }
}
