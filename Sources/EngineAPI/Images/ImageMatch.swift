import Engine
import Glibc
import Images
import Support

/// The filters of `GET /images/json`.
struct ImageMatch {
  static let keys: Set<String> = [
    "before", "dangling", "label", "label!", "reference", "since", "until",
  ]

  private let filters: APIFilters
  private let dangling: Bool?
  private let before: Int64
  private let since: Int64

  init(_ filters: APIFilters, engine: Engine) throws {
    self.filters = filters
    dangling = try filters.bool("dangling")
    let store = try engine.images()
    func created(_ name: String) throws -> Int64 {
      do {
        return try store.resolve(name).created
      } catch let error as DklabError where error.id == "image.not-found" {
        throw APIError(.notFound, "No such image: \((try? Reference(name))?.familiar ?? name)")
      }
    }
    before = try filters["before"].last.map(created) ?? .max
    since = try filters["since"].last.map(created) ?? .min
  }

  /// The names of `image` that are wanted; nil when it is not wanted at all.
  func tags(of image: Image) -> [Reference]? {
    if let dangling, dangling != image.isDangling { return nil }
    guard image.created < before, image.created > since,
      filters.allowLabels(image.config.config.labels ?? [:])
    else { return nil }
    guard !filters["reference"].isEmpty else { return image.tags }
    let wanted = image.tags.filter { name in
      filters.allow("reference") { pattern in
        fnmatch(pattern, name.familiar, FNM_PATHNAME) == 0
          || fnmatch(pattern, name.familiarName, FNM_PATHNAME) == 0
      }
    }
    return wanted.isEmpty ? nil : wanted
  }
}

extension Engine {
  /// Removes images that no container uses.
  func pruneImages(all: Bool) throws -> ImagePruneReport {
    let report = try images().prune(
      all: all,
      users: { id in
        try containers().filter { $0.imageID == id }
          .map { ImageUser(container: $0.id, isRunning: $0.state.isActive) }
      })
    try Engine.collectImages(root: root)
    return report
  }
}
