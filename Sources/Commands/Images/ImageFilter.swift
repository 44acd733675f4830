import Glibc
import Images
import Support

/// `docker images --filter` and its argument.
struct ImageFilter {
  static let keys = ["before", "dangling", "label", "reference", "since", "until"]

  private let filters: Filters
  private let patterns: [String]
  private let dangling: Bool?
  private let before: Int64
  private let since: Int64

  init(_ filters: Filters, repository: String? = nil, store: ImageStore) throws {
    self.filters = filters
    patterns = filters["reference"] + (repository.map { [$0] } ?? [])
    dangling = try filters.bool("dangling")
    var before = try filters["before"].last.map { try store.resolve($0).created } ?? .max
    if let until = filters["until"].last { before = min(before, try TimeOption.parse(until)) }
    self.before = before
    since = try filters["since"].last.map { try store.resolve($0).created } ?? .min
  }

  func matches(_ image: Image) -> Bool {
    if let dangling, dangling != image.isDangling { return false }
    guard image.created < before, image.created > since,
      filters.allowLabels(image.config.config.labels ?? [:])
    else { return false }
    return patterns.isEmpty || image.references.contains(where: matches)
  }

  /// Whether a name is among those asked for. Patterns are those of shells (`busy*`), and a
  /// pattern without a tag means all tags.
  func matches(_ name: Reference) -> Bool {
    patterns.isEmpty
      || patterns.contains { pattern in
        fnmatch(pattern, name.familiar, FNM_PATHNAME) == 0
          || fnmatch(pattern, name.familiarName, FNM_PATHNAME) == 0
      }
  }
}
