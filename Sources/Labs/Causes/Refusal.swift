import Support

/// Commands that the kit refused, with the error they ended in: why there is no container.
enum Refusal {
  /// Why the last command that should have made a container `name`, or one without a name, did not;
  /// empty when none was refused since `time`.
  static func causes(_ name: String, since time: Int64 = 0, in snapshot: Snapshot) -> [Cause] {
    guard let refused = last(name, since: time, in: snapshot) else {
      return mistyped(since: time, in: snapshot).map { [$0] } ?? []
    }
    return causes(refused, in: snapshot)
  }

  /// Why the last command that names `name` was refused; empty when none was since `time`.
  static func named(_ name: String, since time: Int64, in snapshot: Snapshot) -> [Cause] {
    let refused = snapshot.tries.last { event in
      event.kind == "command.refuse" && event.time >= time && event.mentions(name)
        && event.words.contains { ["run", "create", "start", "restart"].contains($0) }
    }
    return refused.map { causes($0, in: snapshot) } ?? []
  }

  /// A command for a container that there is not, called nearly like `name`.
  static func misspelled(_ name: String, in snapshot: Snapshot) -> Cause? {
    let refused = snapshot.tries.last { event in
      event.kind == "command.refuse" && event.attributes["error"] == "container.not-found"
    }
    guard let object = refused?.attributes["object"], object != name,
      Suggestion.nearest(to: object, in: [name]) != nil
    else { return nil }
    return Cause(
      "container.misspelled",
      "`docker \(refused?.attributes["argv"] ?? "")` was refused: no container `\(object)`; "
        + "did you mean `\(name)`?",
      ko: "`docker \(refused?.attributes["argv"] ?? "")` 명령이 거부되었습니다: `\(object)` 컨테이너는 없습니다. "
        + "`\(name)`을(를) 쓰려고 했습니까?")
  }

  /// Verbs that make no container: what is wrong with their use does not keep one from being made.
  private static let others: Set<String> = [
    "rm", "rmi", "stop", "kill", "exec", "logs", "ps", "ls", "images", "image", "inspect", "diff",
    "port", "cp", "pull", "push", "tag", "rename", "pause", "unpause", "top", "stats", "history",
    "network", "volume", "build", "prune", "search", "wait", "attach", "events", "info", "version",
  ]

  private static func last(_ name: String, since time: Int64, in snapshot: Snapshot)
    -> JournalEvent?
  {
    let refused = snapshot.tries.filter { event in
      event.kind == "command.refuse" && event.time >= time
        && (event.words.contains { ["run", "create", "start", "restart"].contains($0) }
          || (event.attributes["error"] == "usage" && !event.words.contains(where: others.contains)))
    }
    // The one that names the container says most; one without any name may have been meant.
    return refused.last { $0.mentions(name) }
      ?? refused.last { event in
        !event.words.contains { $0 == "--name" || $0.hasPrefix("--name=") }
          && !snapshot.containers.keys.contains { event.mentions($0) }
      } ?? refused.last { $0.attributes["error"] == "container.name-in-use" }
  }

  /// What the error of `refused` comes from.
  static func causes(_ refused: JournalEvent, in snapshot: Snapshot) -> [Cause] {
    let line = "docker " + (refused.attributes["argv"] ?? "")
    let object = refused.attributes["object"] ?? ""
    switch refused.attributes["error"] ?? "" {
    case "image.not-found": return MissingImage.refused(object, line, in: snapshot)
    case "container.name-in-use": return [nameTaken(object, line, in: snapshot)]
    case "port.allocated": return [portTaken(Int(object) ?? 0, line, in: snapshot)]
    case "usage":
      return [
        Cause(
          "command.usage", "`\(line)` was refused: \(refused.message.en)",
          ko: "`\(line)` 명령이 거부되었습니다: \(refused.message.ko)")
      ]
    case let error where error.hasPrefix("reference."):
      return MissingImage.refused(
        misnamed(refused, in: snapshot), line, in: snapshot, message: refused.message)
    default:
      return [
        Cause(
          "container.create-failed", "`\(line)` was refused: \(refused.message.en)",
          ko: "`\(line)` 명령이 거부되었습니다: \(refused.message.ko)")
      ]
    }
  }

  /// The word of a refused line that was meant as an image: the first that is much like one.
  private static func misnamed(_ refused: JournalEvent, in snapshot: Snapshot) -> String {
    refused.words.dropFirst().first { word in
      snapshot.knownImages.contains { $0.lowercased() == word.lowercased() }
        || Suggestion.nearest(to: word, in: snapshot.knownImages) != nil
    } ?? ""
  }

  private static func nameTaken(_ name: String, _ line: String, in snapshot: Snapshot) -> Cause {
    let made = snapshot.container(name).flatMap { holder in
      snapshot.story.life(of: holder).first { $0.kind == "container.create" }
    }.map { clockTime($0.time) }
    let since = Text(
      made.map { " made at \($0)" } ?? "", ko: made.map { "\($0)에 만든 " } ?? "")
    return Cause(
      "container.name-taken",
      "`\(line)` was refused: a container\(since.en) has the name `\(name)`; "
        + "`docker rm -f \(name)` frees it",
      ko: "`\(line)` 명령이 거부되었습니다: \(since.ko)컨테이너가 `\(name)` 이름을 쓰고 있습니다. "
        + "`docker rm -f \(name)`(으)로 비울 수 있습니다")
  }

  /// Who has the host's `port` that `line` asked for.
  static func portTaken(_ port: Int, _ line: String, in snapshot: Snapshot) -> Cause {
    let holder = snapshot.allContainers.first { container in
      container.isRunning && container.bindings.contains { $0.hostPort == port }
    }
    let owner = Text(
      holder.map { "container `\($0.name)`" } ?? "another program",
      ko: holder.map { "`\($0.name)` 컨테이너" } ?? "다른 프로그램")
    return Cause(
      "port.in-use", "`\(line)` failed: \(owner.en) has port \(port) of the host",
      ko: "`\(line)`이(가) 실패했습니다: \(owner.ko)이(가) 호스트의 \(port) 포트를 쓰고 있습니다")
  }

  /// A command the shell did not find and that is nearly ours.
  private static func mistyped(since time: Int64, in snapshot: Snapshot) -> Cause? {
    let clients = ["docker", "podman"]
    let slip = snapshot.tries.last { event in
      event.kind == "command.run" && event.exit == 127 && event.time >= time
        && event.words.first.map { Suggestion.nearest(to: $0, in: clients) != nil } ?? false
    }
    guard let slip, let word = slip.words.first,
      let meant = Suggestion.nearest(to: word, in: clients)
    else { return nil }
    return Cause(
      "command.mistyped", "there is no command `\(word)`; did you mean `\(meant)`?",
      ko: "`\(word)`이라는 명령은 없습니다. `\(meant)`을(를) 쓰려고 했습니까?")
  }
}

extension JournalEvent {
  /// The words of its command line, quotes taken away.
  var words: [String] {
    let line = attributes["argv"] ?? ""
    return (try? ShellWords.split(line)) ?? line.split(separator: " ").map(String.init)
  }

  /// Whether a word of its command line is `name`, or sets it.
  func mentions(_ name: String) -> Bool {
    words.contains { $0 == name || $0 == "--name=\(name)" }
  }

  /// The message of a refusal.
  fileprivate var message: Text {
    let english = attributes["message"] ?? ""
    return Text(english, ko: attributes["messageKo"] ?? english)
  }
}
