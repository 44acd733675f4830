import Documents
import Support

extension Fields {
  /// The event pattern under `key`; a bad one is reported.
  mutating func event(_ key: String) -> EventPattern? {
    guard required(key) != nil, let text = string(key) else { return nil }
    return event(text, at: location(of: key))
  }

  mutating func event(_ text: String, at location: SourceLocation) -> EventPattern? {
    do { return try EventPattern(text) } catch {
      if let error = error as? BadEvent {
        report(error.id, error.message, hint: error.hint, at: location, word: error.word)
      }
      return nil
    }
  }
}

/// `journal.count: {event: image.pull ubuntu, is: 1}`
struct JournalCount: CheckType {
  static let type = "journal.count"
  let event: EventPattern?
  let comparison: Comparison

  init(_ fields: inout Fields) {
    event = fields.event("event")
    comparison = Comparison.required(&fields)
  }

  var sentence: Text {
    let what = event.map(UnmetHistory.describe) ?? Text("", ko: "")
    return Text(
      "\(what.en): \(comparison.text.en) times", ko: "\(what.ko) 횟수: \(comparison.text.ko)")
  }

  func judge(_ snapshot: Snapshot) -> Finding {
    guard let event else { return .error(Text("no event", ko: "이벤트가 없습니다")) }
    let times = snapshot.journal.filter { event.matches($0) }
    let found = Text("\(times.count)", ko: "\(times.count)번")
    if comparison.holds(for: .integer(Int64(times.count))) { return .pass(found: found) }
    let tooOften = Comparison.number(comparison.value).map { Double(times.count) > $0 } ?? false
    guard tooOften, let last = times.last else {
      return .fail(
        Failure(
          expected: sentence, found: found,
          causes: tooSeldom(times, in: snapshot)
            + UnmetHistory.causes(
              event, among: snapshot.journal.filter { !event.matches($0) }, in: snapshot
            ).filter { times.isEmpty || $0.id != "journal.never" },
          look: JournalEvent.look))
    }
    return .fail(
      Failure(
        expected: sentence, found: found, causes: [TooOften.cause(last, times.count, in: snapshot)],
        look: JournalEvent.look))
  }
}

extension JournalCount {
  /// That it has happened, but not often enough.
  private func tooSeldom(_ times: [JournalEvent], in snapshot: Snapshot) -> [Cause] {
    guard let last = times.last, let wanted = Comparison.number(comparison.value) else { return [] }
    let least = Int(wanted) + (comparison.relation == .over ? 1 : 0)
    let time = clockTime(last.time)
    return [
      Cause(
        "count.too-few", "it has happened \(times.count) of \(least) times, last at \(time)",
        ko: "\(least)번 가운데 \(times.count)번 했고, 마지막은 \(time)입니다")
    ]
  }
}

/// `journal.absent: image.pull ubuntu`
struct JournalAbsent: CheckType {
  static let type = "journal.absent"
  static let shorthand: String? = "event"
  let event: EventPattern?

  init(_ fields: inout Fields) { event = fields.event("event") }

  var sentence: Text {
    let what = event.map(UnmetHistory.describe) ?? Text("", ko: "")
    return Text("it has not happened: \(what.en)", ko: "한 번도 하지 않은 일: \(what.ko)")
  }

  func judge(_ snapshot: Snapshot) -> Finding {
    guard let event else { return .error(Text("no event", ko: "이벤트가 없습니다")) }
    guard let last = snapshot.journal.last(where: { event.matches($0) }) else {
      return .pass(found: Text("never", ko: "없음"))
    }
    return .fail(
      Failure(
        expected: sentence,
        found: Text("at \(clockTime(last.time))", ko: "\(clockTime(last.time))에 일어남"),
        causes: [TooOften.cause(last, count(event, snapshot), in: snapshot)],
        look: JournalEvent.look))
  }
}

extension JournalAbsent {
  private func count(_ event: EventPattern, _ snapshot: Snapshot) -> Int {
    snapshot.journal.filter { event.matches($0) }.count
  }
}

/// Why something happened once more than it should have.
enum TooOften {
  /// `last` was the last of `count` times.
  static func cause(_ last: JournalEvent, _ count: Int, in snapshot: Snapshot) -> Cause {
    let command = snapshot.story.command(behind: last)
    let time = clockTime(last.time)
    let english =
      count == 1 ? "it happened at \(time)" : "it happened \(count) times, last at \(time)"
    let korean = count == 1 ? "\(time)에 한 번 있었습니다" : "\(count)번 있었고, 마지막은 \(time)입니다"
    return Cause(
      "journal.too-often",
      english + (command.map { ", by `\($0)`" } ?? "")
        + "; what has happened stays in the journal, and "
        // Nothing of another's engine is taken back.
        + (snapshot.isOnDocker
          ? "`lab reset` begins the lab anew" : "`lab undo` begins this step anew"),
      ko: korean + (command.map { "(`\($0)` 명령)" } ?? "")
        + ". 한번 있었던 일은 기록에 남으므로, "
        + (snapshot.isOnDocker
          ? "`lab reset`으로 실습을 처음부터 다시 하세요" : "`lab undo`로 이 단계를 처음부터 다시 하세요"))
  }
}
