import Support

/// What a group uses. Nil where the machine does not count it.
package struct CgroupStatistics: Sendable, Hashable, Codable {
  package var memoryUsage: UInt64?
  /// Nil when unlimited.
  package var memoryLimit: UInt64?
  /// Page cache that can be dropped: `docker stats` subtracts it from the usage.
  package var memoryInactiveFile: UInt64?
  package var cpuNanoseconds: UInt64?
  package var pids: UInt64?
  package var readBytes: UInt64?
  package var writtenBytes: UInt64?

  package init() {}
}

extension CgroupHandle {
  /// What the group uses now.
  package func statistics() -> CgroupStatistics {
    unified.map(unifiedStatistics) ?? legacyStatistics()
  }

  /// How many processes of the group the kernel has killed for lack of memory.
  package func outOfMemoryKills() -> UInt64 {
    if let unified { return Self.field("oom_kill", in: "\(unified)/memory.events") ?? 0 }
    return directories["memory"]
      .flatMap { Self.field("oom_kill", in: "\($0)/memory.oom_control") } ?? 0
  }

  /// Stops every process of the group where it is; returns once all are stopped.
  package func freeze() throws {
    if let unified {
      try setUnifiedFrozen(true, unified)
    } else if let freezer = directories["freezer"] {
      try freezeLegacy(freezer)
    } else {
      throw Self.cannotPause
    }
  }

  /// Lets them go on.
  package func thaw() throws {
    if let unified {
      try setUnifiedFrozen(false, unified)
    } else if let freezer = directories["freezer"] {
      try thawLegacy(freezer)
    } else {
      throw Self.cannotPause
    }
  }

  private static let cannotPause = DklabError(
    .unsupported, id: "cgroup.no-freezer",
    Text(
      "cannot pause: no control group for this container",
      ko: "일시 정지할 수 없습니다: 이 컨테이너에는 cgroup이 없습니다"),
    hint: Text(
      "pausing needs root, or cgroup v2 with delegation",
      ko: "일시 정지에는 root 권한 또는 위임된 cgroup v2가 필요합니다"))

  /// The number that is all of a file; nil for `max` and for a missing file.
  static func number(_ path: String) -> UInt64? {
    (try? File.text(path, limit: 4096)).flatMap { UInt64($0.prefix { $0.isNumber }) }
  }

  /// The number after `name` and a space, in a file of such lines.
  static func field(_ name: String, in path: String) -> UInt64? {
    guard let text = try? File.text(path, limit: 64 << 10) else { return nil }
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count == 2 && words[0] == name { return UInt64(words[1]) }
    }
    return nil
  }
}
