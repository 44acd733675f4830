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
          causes: UnmetHistory.causes(event, among: snapshot.journal, in: snapshot),
          look: JournalEvent.look))
    }
    return .fail(
      Failure(
        expected: sentence, found: found, causes: [TooOften.cause(last, in: snapshot)],
        look: JournalEvent.look))
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
        causes: [TooOften.cause(last, in: snapshot)], look: JournalEvent.look))
  }
}

/// Why something happened once more than it should have.
enum TooOften {
  static func cause(_ event: JournalEvent, in snapshot: Snapshot) -> Cause {
    let command = snapshot.story.command(behind: event)
    return Cause(
      "journal.too-often",
      "last at \(clockTime(event.time))" + (command.map { ", by `\($0)`" } ?? ""),
      ko: "마지막은 \(clockTime(event.time))" + (command.map { ", `\($0)` 명령" } ?? ""))
  }
}
