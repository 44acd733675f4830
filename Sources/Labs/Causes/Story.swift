/// What the journal tells about one object: questions that causes ask.
struct Story {
  let journal: [JournalEvent]

  /// What happened to this very container, oldest first: not to another that had its name before. A
  /// command run in it and what was typed into it belong to that.
  func life(of container: ContainerView) -> [JournalEvent] {
    let own = journal.filter { ["container", "exec", "shell"].contains($0.type) }
    if !container.id.isEmpty, own.contains(where: { $0.attributes["id"] == container.id }) {
      return own.filter { $0.attributes["id"] == container.id }
    }
    // A journal without ids: from the time the name was last given.
    let named = own.filter { $0.name == container.name }
    let made = named.lastIndex { $0.kind == "container.create" } ?? named.startIndex
    return Array(named[made...])
  }

  /// The last event of a container with this action.
  func last(_ action: String, of container: String) -> JournalEvent? {
    journal.last { $0.type == "container" && $0.action == action && $0.name == container }
  }

  /// Words one of which a command line has that brings such an event about.
  private static let verbs: [String: [String]] = [
    "container.create": ["run", "create"], "container.start": ["start", "run", "restart"],
    "container.stop": ["stop", "restart"], "container.kill": ["kill", "-f", "--force"],
    "container.remove": ["rm", "remove", "prune", "--rm"],
    "image.remove": ["rmi", "rm", "prune"], "image.untag": ["rmi", "rm", "prune"],
    "image.pull": ["pull", "run", "create"], "image.push": ["push"],
  ]

  /// The command line that brought `event` about: recorded with it, or else the typed line nearest
  /// in time that could have, by its verb and the object it names.
  func command(behind event: JournalEvent) -> String? {
    if let line = event.attributes["argv"], !line.isEmpty { return line }
    let id = event.attributes["id"] ?? ""
    let lines = journal.filter { other in
      guard other.kind == "command.run", let line = other.attributes["argv"] else { return false }
      let words = line.split(separator: " ").map(String.init)
      if let verbs = Self.verbs[event.kind], !words.contains(where: verbs.contains) {
        return false
      }
      return line.contains(event.name) || (id.count >= 12 && line.contains(id.prefix(12)))
    }
    return lines.min { abs($0.time - event.time) < abs($1.time - event.time) }?
      .attributes["argv"]
  }

  /// Typed lines that contain all of `words`, oldest first.
  func commands(with words: String...) -> [JournalEvent] {
    journal.filter { event in
      guard event.kind == "command.run", let line = event.attributes["argv"] else { return false }
      return words.allSatisfy { line.contains($0) }
    }
  }
}

extension Snapshot {
  var story: Story { Story(journal: journal) }

  /// What was tried for the step that is judged.
  var tries: [JournalEvent] { journal.filter { $0.time >= begun } }
}
