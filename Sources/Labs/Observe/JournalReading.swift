import Engine

/// The engine's journal in the words of the lab format.
enum JournalReading {
  /// What is called otherwise in a lab: Docker's name of an event, and our action.
  static let actions = [
    "container.destroy": "remove", "container.start_failed": "die", "image.delete": "remove",
    "network.destroy": "remove", "volume.destroy": "remove",
    "container.health_status: healthy": "healthy",
    "container.health_status: unhealthy": "unhealthy",
  ]
  private static let keys = ["exitCode": "exit", "output": "out"]

  static func events(_ entries: [JournalEntry]) -> [JournalEvent] {
    var events = entries.filter { !isBeginning($0) }.map(event)
    // Commands are known only when they have ended; the journal is read in the order of time.
    events.sort { $0.time < $1.time }
    return withoutStopSignals(events)
  }

  /// The beginnings of a command in a container; a lab goes by its end.
  private static func isBeginning(_ entry: JournalEntry) -> Bool {
    entry.action.hasPrefix("exec_create") || entry.action.hasPrefix("exec_start")
  }

  private static func event(_ entry: JournalEntry) -> JournalEvent {
    var attributes: [String: String] = ["id": entry.actor]
    for (key, value) in entry.attributes {
      // A terminal ends lines with a carriage return and colours them; that is not what was said.
      attributes[keys[key] ?? key] = key == "output" ? value.printable : value
    }
    // The end of a command in a container: it has a status.
    if entry.type == "container", entry.action == "exec_die" {
      return JournalEvent(
        time: entry.time, type: "exec", action: "die", name: entry.name, attributes: attributes)
    }
    return JournalEvent(
      time: entry.time, type: entry.type,
      action: actions["\(entry.type).\(entry.action)"] ?? entry.action, name: entry.name,
      attributes: attributes)
  }

  /// `docker stop` also leaves a `kill` behind (the signal it sends); that is not what a lab calls
  /// killing.
  private static func withoutStopSignals(_ events: [JournalEvent]) -> [JournalEvent] {
    var dropped: Set<Int> = []
    for (place, event) in events.enumerated() where event.kind == "container.stop" {
      let signal = events[..<place].lastIndex {
        $0.kind == "container.kill" && $0.name == event.name
      }
      if let signal { dropped.insert(signal) }
    }
    return events.enumerated().filter { !dropped.contains($0.offset) }.map(\.element)
  }
}
