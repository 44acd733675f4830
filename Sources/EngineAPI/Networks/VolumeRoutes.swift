import Documents
import Engine
import HTTP
import Support

extension EngineAPI {
  func addVolumeRoutes(_ router: inout Router) {
    router.on(.GET, "/volumes") { try await self.listVolumes($0) }
    router.on(.POST, "/volumes/create") { try await self.createVolume($0) }
    router.on(.POST, "/volumes/prune") { try await self.pruneVolumes($0) }
    router.on(.GET, "/volumes/{name}") { request in
      let name = request.parameter("name")
      return .json(
        try await self.engines.with { engine in
          guard let volume = try engine.findVolume(name) else {
            throw APIError(.notFound, "get \(name): no such volume")
          }
          return engine.inspect(volume)
        })
    }
    router.on(.DELETE, "/volumes/{name}") { request in
      let name = request.parameter("name")
      let force = request.query.flag("force")
      guard try await self.engines.with({ try $0.findVolume(name) != nil }) || force else {
        throw APIError(.notFound, "get \(name): no such volume")
      }
      _ = try await self.workers.run(.removeVolume(name: name, force: force))
      return .done
    }
  }

  private func listVolumes(_ request: HTTPRequest) async throws -> HTTPResponse {
    let filters = try APIFilters(
      request.query["filters"], known: ["dangling", "driver", "label", "label!", "name"])
    let dangling = try filters.bool("dangling")
    return .json(
      try await engines.with { engine in
        let found = try engine.volumes().filter { volume in
          let isUsed = try !engine.users(ofVolume: volume.name).isEmpty
          return filters.allow("name") { volume.name.contains($0) }
            && filters.allow("driver") { $0 == "local" } && filters.allowLabels(volume.labels)
            && (dangling.map { $0 != isUsed } ?? true)
        }
        return ["Volumes": .array(found.map { engine.inspect($0) }), "Warnings": .null]
      })
  }

  private func createVolume(_ request: HTTPRequest) async throws -> HTTPResponse {
    let body = try await BodyReader.read(request)
    let name = try body.string("Name").flatMap { $0.isEmpty ? nil : $0 }
    let driver = try body.string("Driver") ?? ""
    let labels = try body.map("Labels") ?? [:]
    let options = try body.map("DriverOpts") ?? [:]
    return .json(
      try await engines.with { engine in
        engine.inspect(
          try engine.createVolume(name, driver: driver, labels: labels, options: options))
      }, .created)
  }

  private func pruneVolumes(_ request: HTTPRequest) async throws -> HTTPResponse {
    let filters = try APIFilters(request.query["filters"], known: ["all", "label", "label!"])
    let all = try filters.bool("all") ?? false
    return .json(
      try await engines.with { engine in
        let (names, bytes) = try engine.pruneVolumes { volume in
          (all || volume.isAnonymous) && filters.allowLabels(volume.labels)
        }
        return [
          "VolumesDeleted": names.isEmpty ? .null : .array(names.map { .string($0) }),
          "SpaceReclaimed": .integer(bytes),
        ]
      })
  }
}
