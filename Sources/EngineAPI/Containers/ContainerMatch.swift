import Engine
import Support

/// The filters of `GET /containers/json`.
struct ContainerMatch {
  static let keys: Set<String> = [
    "ancestor", "before", "exited", "expose", "health", "id", "is-task", "isolation", "label",
    "name", "network", "publish", "since", "status", "volume",
  ]

  private let filters: APIFilters
  private let before: Int64?
  private let since: Int64?
  private let exited: Set<Int32>
  private let ancestors: Set<String>

  init(_ filters: APIFilters, engine: Engine) throws {
    self.filters = filters
    before = try filters["before"].last.map { try engine.container($0).created }
    since = try filters["since"].last.map { try engine.container($0).created }
    exited = Set(
      try filters["exited"].map { text in
        guard let code = Int32(text) else {
          throw APIError(.badRequest, "invalid filter 'exited=\(text)': not a number")
        }
        return code
      })
    let known = ContainerState.Status.allCases.map(\.rawValue)
    for status in filters["status"] where !known.contains(status) {
      throw APIError(
        .badRequest,
        "invalid filter 'status=\(status)': must be one of \(known.joined(separator: ", "))")
    }
    ancestors = Set(
      filters["ancestor"].compactMap { try? engine.images().find($0)?.id.description })
  }

  /// Whether it names states, so that stopped containers are meant as well.
  var namesStates: Bool { !filters["status"].isEmpty || !filters["exited"].isEmpty }

  func allows(_ record: ContainerRecord) throws -> Bool {
    let spec = record.spec
    let mode = spec.host.networkMode
    return filters.allow("id") { record.id.hasPrefix($0) }
      && filters.allow("name") { NameMatch($0).matches(record.name) }
      && filters.allow("status") { record.state.status.rawValue == $0 }
      && filters.allow("ancestor") {
        $0 == spec.image || ancestors.contains(record.imageID.description)
      }
      && filters.allow("health") { $0 == record.state.health?.status.rawValue ?? "none" }
      && filters.allow("network") { wanted in
        wanted == mode || (wanted == "bridge" && ["default", "bridge"].contains(mode))
          || record.state.networks.contains {
            $0.name == wanted || $0.networkID.hasPrefix(wanted)
          }
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
      && filters.allow("is-task") { $0 == "false" }
      && (exited.isEmpty
        || (record.state.status == .exited && exited.contains(record.state.exitCode)))
      && filters.allowLabels(spec.config.labels ?? [:])
      && (before.map { record.created < $0 } ?? true)
      && (since.map { record.created > $0 } ?? true)
  }
}
