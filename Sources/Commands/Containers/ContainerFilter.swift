import Engine
import Support

/// `docker ps --filter`.
struct ContainerFilter {
  static let keys = [
    "ancestor", "before", "exited", "expose", "health", "id", "is-task", "label", "name", "network",
    "publish", "since", "status", "volume",
  ]

  private static let healths = ["starting", "healthy", "unhealthy", "none"]

  private let filters: Filters
  private let before: Int64?
  private let since: Int64?
  private let exited: Set<Int32>
  private let ancestors: Set<String>

  init(_ filters: Filters, among containers: [ContainerRecord], engine: Engine) throws {
    self.filters = filters
    before = try filters["before"].last.map { try engine.container($0).created }
    since = try filters["since"].last.map { try engine.container($0).created }
    exited = Set(
      try filters["exited"].map { text in
        guard let code = Int32(text) else {
          throw ContainerFilter.invalid("exited", text, "a number", "수")
        }
        return code
      })
    let statuses = ContainerState.Status.allCases.map(\.rawValue)
    for status in filters["status"] where !statuses.contains(status) {
      let list = statuses.joined(separator: ", ")
      throw ContainerFilter.invalid("status", status, "one of \(list)", "\(list) 가운데 하나")
    }
    for health in filters["health"] where !ContainerFilter.healths.contains(health) {
      let list = ContainerFilter.healths.joined(separator: ", ")
      throw ContainerFilter.invalid("health", health, "one of \(list)", "\(list) 가운데 하나")
    }
    ancestors = Set(
      try filters["ancestor"].compactMap { try engine.images().find($0)?.id.description })
  }

  func matches(_ record: ContainerRecord) -> Bool {
    let spec = record.spec
    return filters.allow("id") { record.id.hasPrefix($0) }
      && filters.allow("name") { NamePattern($0).matches(record.name) }
      && filters.allow("status") { record.state.status.rawValue == $0 }
      && filters.allow("health") { $0 == record.state.health?.status.rawValue ?? "none" }
      && filters.allow("ancestor") {
        $0 == spec.image || ancestors.contains(record.imageID.description)
      }
      && filters.allow("network") {
        $0 == spec.host.networkMode
          || ($0 == "bridge" && ["default", "bridge"].contains(spec.host.networkMode))
      }
      && filters.allow("volume") { wanted in
        record.mounts.contains { $0.name == wanted || $0.destination == wanted }
      }
      && filters.allow("publish") { wanted in
        spec.host.ports.contains { port in
          let number = port.hostPorts.map { Int($0.lowerBound) } ?? 0
          return ["\(number)", "\(number)/\(port.protocol.rawValue)"].contains(wanted)
        }
      }
      && filters.allow("expose") { wanted in
        spec.config.exposedPorts.contains { $0 == wanted || $0 == "\(wanted)/tcp" }
      }
      && (exited.isEmpty
        || (record.state.status == .exited && exited.contains(record.state.exitCode)))
      && filters.allowLabels(spec.config.labels ?? [:])
      && (before.map { record.created < $0 } ?? true) && (since.map { record.created > $0 } ?? true)
  }

  private static func invalid(
    _ key: String, _ value: String, _ english: String, _ korean: String
  ) -> DklabError {
    DklabError(
      .invalid, id: "filter.value",
      Text("invalid filter '\(key)=\(value)'", ko: "잘못된 필터 '\(key)=\(value)'"),
      hint: Text("\(key) takes \(english)", ko: "\(key)에는 \(korean)이(가) 옵니다"))
  }
}

/// The value of `--filter name=`: a part of the name, with `^` and `$` for its ends.
struct NamePattern {
  private let text: String
  private let atStart: Bool
  private let atEnd: Bool

  init(_ pattern: String) {
    atStart = pattern.hasPrefix("^")
    atEnd = pattern.hasSuffix("$")
    var text = pattern[...]
    if atStart { text = text.dropFirst() }
    if atEnd { text = text.dropLast() }
    if text.hasPrefix("/") { text = text.dropFirst() }
    self.text = String(text)
  }

  func matches(_ name: String) -> Bool {
    switch (atStart, atEnd) {
    case (true, true): name == text
    case (true, false): name.hasPrefix(text)
    case (false, true): name.hasSuffix(text)
    case (false, false): text.isEmpty || name.contains(text)
    }
  }
}
