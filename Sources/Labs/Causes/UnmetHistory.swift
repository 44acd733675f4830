import Support

/// Why the journal lacks an event that a check asks for.
enum UnmetHistory {
  /// `among` are the events that could still have been it.
  static func causes(
    _ pattern: EventPattern, among journal: [JournalEvent], in snapshot: Snapshot
  ) -> [Cause] {
    func unmet(_ event: JournalEvent) -> [EventPattern.Condition] {
      pattern.conditions.filter { !$0.holds(for: event) }
    }
    // Of another image and otherwise wrong as well, it is simply something else.
    let about = journal.filter { event in
      guard event.time >= snapshot.begun, pattern.isAbout(event) else { return false }
      let broken = unmet(event)
      return broken.count < 2 || !broken.contains { $0.key == "image" }
    }
    // The one that fits best says most; of equals the last.
    let near = about.reversed().min { unmet($0).count < unmet($1).count }
    // A typed line that is another command altogether is not "nearly" this one.
    if let near, let broken = unmet(near).first,
      pattern.type != "command" || broken.key != "argv"
    {
      return [differs(near, broken)] + why(near, snapshot)
    }
    let sentence = Self.never(pattern)
    let never = Cause("journal.never", sentence.en, ko: sentence.ko)
    return [never] + reasons(pattern, in: snapshot)
  }

  /// Why what was tried came to nothing.
  private static func reasons(_ pattern: EventPattern, in snapshot: Snapshot) -> [Cause] {
    switch pattern.type {
    case "container":
      if let name = pattern.name, let container = snapshot.container(name) {
        return pattern.action == "die" && container.isRunning
          ? [RunningContainer.cause(container)]
          : StoppedContainer.causes(container, in: snapshot)
      }
      let refused = Refusal.causes(pattern.name ?? "", in: snapshot)
      return refused.isEmpty ? OnHost.cause(in: snapshot).map { [$0] } ?? [] : refused
    case "exec":
      guard let name = pattern.name else { return [] }
      guard let container = snapshot.container(name) else {
        return MissingContainer.causes(name, in: snapshot)
      }
      if let slip = Refusal.misspelled(name, in: snapshot) { return [slip] }
      let stopped = StoppedContainer.causes(container, in: snapshot)
      return stopped.isEmpty ? OnHost.cause(in: snapshot).map { [$0] } ?? [] : stopped
    case "command": return extraWords(pattern, in: snapshot).map { [$0] } ?? []
    default: return []
    }
  }

  /// A typed line that is the wanted one with something more.
  private static func extraWords(_ pattern: EventPattern, in snapshot: Snapshot) -> Cause? {
    guard let wanted = pattern.conditions.first(where: { $0.key == "argv" })?.value else {
      return nil
    }
    let words = Set(Pattern.example(wanted).split(separator: " ").map(String.init))
    for event in snapshot.tries.reversed() where event.kind == "command.run" {
      let extra = event.words.filter { $0.hasPrefix("-") && !words.contains($0) }
      guard !extra.isEmpty, words.isSubset(of: event.words) else { continue }
      let line = event.attributes["argv"] ?? ""
      let list = extra.joined(separator: " ")
      return Cause(
        "command.extra-option", "`\(line)` was typed: with `\(list)` it does something else",
        ko: "`\(line)`을(를) 입력했습니다. `\(list)`을(를) 붙이면 다른 일을 합니다")
    }
    return nil
  }

  /// What lies behind an event that came out otherwise.
  private static func why(_ event: JournalEvent, _ snapshot: Snapshot) -> [Cause] {
    guard event.type == "container", event.exit == 126 || event.exit == 127 else { return [] }
    if let container = snapshot.container(event.name),
      snapshot.story.life(of: container).contains(event)
    {
      return StoppedContainer.causes(container, in: snapshot)
    }
    let refused = snapshot.tries.last { other in
      other.kind == "command.refuse" && other.attributes["error"] == "container.start-failed"
    }
    let line = "docker " + (refused?.attributes["argv"] ?? "run …")
    return [
      Cause(
        event.exit == 127 ? "container.command-not-found" : "container.not-executable",
        "`\(line)`: the image has no such program to run", ko: "`\(line)`: 이미지에 그런 프로그램이 없습니다")
    ]
  }

  private static func differs(
    _ event: JournalEvent, _ condition: EventPattern.Condition
  ) -> Cause {
    let value = (event.attributes[condition.key] ?? "").printable.trimmed
    let line = value.split(separator: "\n").last.map { String($0.prefix(120)) } ?? ""
    let time = clockTime(event.time)
    let was = KoreanParticle.was.form(after: line)
    switch condition.key {
    case "exit":
      return Cause(
        "journal.failed", "it happened at \(time), but ended with status \(value)",
        ko: "\(time)에 일어났지만 종료 코드 \(value)(으)로 끝났습니다")
    case "out" where line.isEmpty:
      return Cause(
        "output.differs", "it happened at \(time), but printed nothing",
        ko: "\(time)에 일어났지만 아무것도 출력하지 않았습니다")
    case "out":
      return Cause(
        "output.differs", "it happened at \(time), but printed `\(line)`",
        ko: "\(time)에 일어났지만 `\(line)`을(를) 출력했습니다")
    case "image":
      return Cause(
        "image.other", "it happened at \(time), but in a container of the image `\(line)`",
        ko: "\(time)에 일어났지만 `\(line)` 이미지의 컨테이너에서였습니다")
    case "argv":
      return Cause(
        "value.differs", "it happened at \(time), but the command was `\(line)`",
        ko: "\(time)에 일어났지만 명령이 `\(line)`\(was)")
    default:
      return Cause(
        "value.differs", "it happened at \(time), but its \(condition.key) was `\(line)`",
        ko: "\(time)에 일어났지만 \(condition.key) 값이 `\(line)`\(was)")
    }
  }
}
