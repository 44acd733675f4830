import Documents
import Support

/// `journal.order: [container.stop sh1, container.start sh1]`: each happened after the one before.
struct JournalOrder: CheckType {
  static let type = "journal.order"
  static let shorthand: String? = "events"
  let events: [EventPattern]

  init(_ fields: inout Fields) {
    let written = fields.strings("events") ?? []
    var patterns: [EventPattern] = []
    for text in written {
      let location = fields.location(of: text, in: "events")
      if let pattern = fields.event(text, at: location) { patterns.append(pattern) }
    }
    events = patterns
    if written.count < 2 {
      fields.report(
        "lab.wrong-kind", Text("`events` takes two events or more", ko: "`events`에는 이벤트가 둘 이상 옵니다"))
    }
  }

  var sentence: Text {
    let steps = events.map(UnmetHistory.describe)
    return Text(
      "in this order: " + steps.map(\.en).joined(separator: " → "),
      ko: "다음 순서: " + steps.map(\.ko).joined(separator: " → "))
  }

  func judge(_ snapshot: Snapshot) -> Finding {
    // The earliest fit for each leaves the most room for the next.
    var rest = snapshot.journal[...]
    for (number, pattern) in events.enumerated() {
      guard let place = rest.firstIndex(where: { pattern.matches($0) }) else {
        return .fail(missing(pattern, after: number, rest, in: snapshot))
      }
      rest = rest[rest.index(after: place)...]
    }
    return .pass(found: Text("all \(events.count)", ko: "\(events.count)단계 모두"))
  }

  private func missing(
    _ pattern: EventPattern, after count: Int, _ rest: ArraySlice<JournalEvent>,
    in snapshot: Snapshot
  ) -> Failure {
    let description = UnmetHistory.describe(pattern)
    let causes: [Cause]
    if count > 0, let early = snapshot.journal.last(where: { pattern.matches($0) }) {
      let before = UnmetHistory.describe(events[count - 1])
      causes = [
        Cause(
          "journal.order",
          "it happened at \(clockTime(early.time)), but not after: \(before.en)",
          ko: "\(clockTime(early.time))에 한 번 있었지만 \(before.ko)보다 먼저 한 것이라 세지 않습니다")
      ]
    } else {
      causes = UnmetHistory.causes(pattern, among: Array(rest), in: snapshot)
    }
    return Failure(
      expected: sentence,
      found: Text(
        "\(count) of \(events.count); missing: \(description.en)",
        ko: "\(events.count)단계 중 \(count)단계. 빠진 것: \(description.ko)"),
      causes: causes, look: JournalEvent.look)
  }
}
