import Documents
import Linux
import Support

/// Who is at which step of a course's labs, and who is stuck: what the students' reports say together.
/// Pure but for reading and writing the file.
package struct Board: Sendable, Codable, Hashable {
  /// One student in one lab.
  package struct Entry: Sendable, Codable, Hashable {
    package var report: BoardReport
    /// By the server's clock, in nanoseconds since 1970: when the last report came, and since when the
    /// student is at this step.
    package var seen: Int64
    package var since: Int64
    /// How often this step was checked and not done.
    package var tries: Int
  }

  package private(set) var entries: [Entry] = []

  package init() {}

  /// What does not fit a course: nobody types so much.
  static let limit = 10_000

  /// Takes `report` in. What a report says is a stranger's text and no more than that.
  package mutating func take(_ report: BoardReport, now: Int64) {
    let place = entries.firstIndex {
      $0.report.student.lowercased() == report.student.lowercased() && $0.report.lab == report.lab
    }
    guard let place else {
      guard entries.count < Self.limit else { return }
      entries.append(
        Entry(report: report, seen: now, since: now, tries: report.failing.isEmpty ? 0 : 1))
      return
    }
    let isSameStep = entries[place].report.step == report.step
    let hasFailed = !report.failing.isEmpty
    entries[place].tries = (isSameStep ? entries[place].tries : 0) + (hasFailed ? 1 : 0)
    if !isSameStep || !hasFailed { entries[place].since = now }
    entries[place].seen = now
    entries[place].report = report
  }

  /// The file of a course's board.
  package static func path(_ course: String) -> String { course + "/board.json" }

  /// The board in `course`; an empty one when nobody has reported.
  package init(course: String) throws {
    guard File.exists(Self.path(course)) else { return }
    self = try JSONValue.parse(try File.text(Self.path(course), limit: 64 << 20)).decode(
      as: Board.self)
  }

  package func store(course: String) throws {
    try File.replace(
      Self.path(course), try JSONValue(encoding: self).text() + "\n", mode: 0o600, durable: false)
  }

  /// Those who have waited longest first: a row for each, then for each check how many hang on it.
  package func lines(now: Int64, language: Language = .current) -> [String] {
    let stuck = entries.filter { !$0.report.failing.isEmpty }.sorted { left, right in
      (left.since, left.report.student) < (right.since, right.report.student)
    }
    let others = entries.filter(\.report.failing.isEmpty).sorted {
      ($0.report.lab, $0.report.student) < ($1.report.lab, $1.report.student)
    }
    guard !entries.isEmpty else {
      return [Text("nobody has reported yet", ko: "아직 아무도 알리지 않았습니다")(language)]
    }
    let header = [
      Text("STUDENT", ko: "학생"), Text("LAB", ko: "실습"), Text("STEP", ko: "단계"),
      Text("DONE", ko: "완료"), Text("STUCK ON", ko: "막힌 검사"), Text("FOR", ko: "걸린 시간"),
      Text("TRIES", ko: "시도"),
    ].map { $0(language) }
    let rows = (stuck + others).map { entry -> [String] in
      let report = entry.report
      let isStuck = !report.failing.isEmpty
      let minutes = max(0, now - entry.since) / 60_000_000_000
      return [
        report.student, report.lab, report.step, "\(report.done)/\(report.steps)",
        isStuck ? report.failing.prefix(4).joined(separator: ", ") : "-",
        isStuck ? Text("\(minutes) min", ko: "\(minutes)분")(language) : "-",
        isStuck ? "\(entry.tries)" : "-",
      ].map { String($0.oneLine.prefix(60)) }
    }
    return TabWriter.align(([header] + rows).map { $0.joined(separator: "\t") }) + crowds(language)
  }

  /// Checks on which more than one student hangs, the fullest first.
  private func crowds(_ language: Language) -> [String] {
    var counts: [String: Int] = [:]
    for entry in entries {
      for check in Set(entry.report.failing) {
        counts["\(entry.report.lab) \(entry.report.step)/\(check)".oneLine, default: 0] += 1
      }
    }
    return counts.filter { $0.value > 1 }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .prefix(5).map { name, count in
        Text("\(count) are stuck on \(name)", ko: "\(count)명이 \(name)에서 막혀 있습니다")(language)
      }
  }
}
