import Documents
import Engine
import HTTP
import Images
import Linux
import Support

extension EngineAPI {
  func addImageRoutes(_ router: inout Router) {
    router.on(.GET, "/images/json") { try await self.listImages($0) }
    router.on(.GET, "/images/search") { _ in
      throw APIError(.notImplemented, "search is not supported: no registry here has an index")
    }
    router.on(.GET, "/images/get") { request in
      let names = request.query.all("names").flatMap { $0.split(separator: ",").map(String.init) }
      return try await self.save(names)
    }
    router.on(.GET, "/images/{name...}/get") { try await self.save([$0.parameter("name")]) }
    router.on(.GET, "/images/{name...}/json") { request in
      let name = request.parameter("name")
      return .json(try await self.withImage(name) { _, image in ImageObject.full(image) })
    }
    router.on(.GET, "/images/{name...}/history") { request in
      let name = request.parameter("name")
      return .json(try await self.withImage(name) { _, image in ImageHistoryObject.json(image) })
    }
    router.on(.POST, "/images/{name...}/tag") { try await self.tag($0) }
    router.on(.POST, "/images/{name...}/push") { try await self.push($0) }
    router.on(.DELETE, "/images/{name...}") { try await self.removeImage($0) }
    router.on(.POST, "/images/create") { try await self.createImage($0) }
    router.on(.POST, "/images/load") { try await self.loadImages($0) }
    router.on(.POST, "/images/prune") { try await self.pruneImages($0) }
    router.on(.POST, "/build") { try await self.build($0) }
    router.on(.POST, "/build/prune") { try await self.pruneBuildCache($0) }
  }

  /// Calls `body` with the image called `name`.
  func withImage(
    _ name: String, _ body: @escaping @Sendable (Engine, Image) throws -> JSONValue
  ) async throws -> JSONValue {
    do {
      return try await engines.with { engine in try body(engine, try engine.images().resolve(name))
      }
    } catch let error as DklabError where error.id == "image.not-found" {
      throw noSuchImage(name)
    }
  }

  /// In the daemon's words: with the tag that was meant.
  func noSuchImage(_ name: String) -> APIError {
    APIError(.notFound, "No such image: \((try? Reference(name))?.familiar ?? name)")
  }

  private func listImages(_ request: HTTPRequest) async throws -> HTTPResponse {
    let filters = try APIFilters(request.query["filters"], known: ImageMatch.keys)
    return .json(
      try await engines.with { engine in
        let match = try ImageMatch(filters, engine: engine)
        let images = try engine.images().list().sorted { $0.created > $1.created }
        return .array(
          images.compactMap { image in
            match.tags(of: image).map { ImageObject.summary(image, tags: $0) }
          })
      })
  }

  private func tag(_ request: HTTPRequest) async throws -> HTTPResponse {
    let name = request.parameter("name")
    let repository = request.query["repo"] ?? ""
    let tag = request.query["tag"] ?? ""
    let target = tag.isEmpty ? repository : "\(repository):\(tag)"
    _ = try await withImage(name) { engine, _ in
      try engine.images().tag(source: name, target: target)
      return .null
    }
    return HTTPResponse(.created)
  }

  private func removeImage(_ request: HTTPRequest) async throws -> HTTPResponse {
    let name = request.parameter("name")
    let force = request.query.flag("force")
    let removals = try await withImage(name) { engine, _ in
      let removals = try engine.images().remove(name, force: force) { id in
        try engine.containers().filter { $0.imageID == id }
          .map { ImageUser(container: $0.id, isRunning: $0.state.isActive) }
      }
      // Contents that cannot be deleted now are taken the next time.
      try? Engine.collectImages(root: engine.root)
      return .array(removals.map(ImageHistoryObject.removal))
    }
    return .json(removals)
  }

  private func pruneImages(_ request: HTTPRequest) async throws -> HTTPResponse {
    let filters = try APIFilters(
      request.query["filters"], known: ["dangling", "label", "label!", "until"])
    let all = try filters.bool("dangling").map { !$0 } ?? false
    return .json(
      try await engines.with { engine in
        let report = try engine.pruneImages(all: all)
        return [
          "ImagesDeleted": report.removals.isEmpty
            ? .null : .array(report.removals.map(ImageHistoryObject.removal)),
          "SpaceReclaimed": .integer(report.reclaimed),
        ]
      })
  }

  private func save(_ names: [String]) async throws -> HTTPResponse {
    for name in names { _ = try await withImage(name) { _, _ in .null } }
    return try await stream(["save"] + names, type: "application/x-tar")
  }

  private func loadImages(_ request: HTTPRequest) async throws -> HTTPResponse {
    let text = try await feed(request.body, to: ["load", "--quiet"])
    let lines = text.split(separator: "\n").map { line in
      JSONValue.object(["stream": .string(line + "\n")]).text() + "\r\n"
    }
    return HTTPResponse(type: "application/json", bytes: Array(lines.joined().utf8))
  }
}

/// `GET /images/NAME/history` and what removing an image tells.
enum ImageHistoryObject {
  static func json(_ image: Image) -> JSONValue {
    .array(
      image.history.map { row in
        [
          "Comment": .string(row.comment), "Created": .integer(row.created / 1_000_000_000),
          "CreatedBy": .string(row.createdBy), "Id": .string(row.id.map { "\($0)" } ?? "<missing>"),
          "Size": .integer(row.size),
          "Tags": row.tags.isEmpty ? .null : .array(row.tags.map { .string($0.familiar) }),
        ]
      })
  }

  static func removal(_ removal: ImageRemoval) -> JSONValue {
    switch removal {
    case .untagged(let name): ["Untagged": .string(name)]
    case .deleted(let digest): ["Deleted": .string("\(digest)")]
    }
  }
}
