import Support

/// /etc/subuid and /etc/subgid: numbers of users and groups that are lent to somebody, for user
/// namespaces of theirs (subuid(5)).
package enum SubordinateIDs {
  /// One line: `owner:first:count`; the owner is a name or a number.
  package struct Range: Sendable, Hashable {
    package var owner: String
    package var first: UInt32
    package var count: UInt32

    package init(owner: String, first: UInt32, count: UInt32) {
      self.owner = owner
      self.first = first
      self.count = count
    }
  }

  /// The ranges that `text` lists, in its order. Lines that are none are left out.
  package static func parse(_ text: String) -> [Range] {
    text.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: ":", omittingEmptySubsequences: false)
      guard fields.count == 3, let first = UInt32(fields[1]), let count = UInt32(fields[2]),
        count > 0, first.addingReportingOverflow(count).overflow == false
      else { return nil }
      return Range(owner: String(fields[0]), first: first, count: count)
    }
  }

  /// Those of the file at `path`, /etc/subuid or /etc/subgid; none when it is not there.
  package static func read(_ path: String) -> [Range] {
    parse((try? File.text(path, limit: 1 << 20)) ?? "")
  }

  /// The first number, from 100000 on, with `count` free ones after it: where a new range may begin;
  /// nil when there is no such number.
  package static func nextFree(_ count: UInt32, beside ranges: [Range]) -> UInt32? {
    var start: UInt64 = 100_000
    for range in ranges.sorted(by: { $0.first < $1.first }) {
      let (first, end) = (UInt64(range.first), UInt64(range.first) + UInt64(range.count))
      if first < start + UInt64(count) && start < end { start = end }
    }
    return start + UInt64(count) <= UInt64(UInt32.max) ? UInt32(start) : nil
  }
}

extension [SubordinateIDs.Range] {
  /// Those of the user `name`, whose number is `id`.
  package func of(_ name: String?, _ id: UInt32) -> [SubordinateIDs.Range] {
    filter { $0.owner == name || $0.owner == "\(id)" }
  }
}
