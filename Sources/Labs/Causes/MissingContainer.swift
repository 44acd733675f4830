import Support

/// Why there is no container of a name: removed (when, by what), never made, or made under another
/// name or in another place.
enum MissingContainer {
  static func found(_ name: String) -> Text {
    Text("no container `\(name)`", ko: "`\(name)` 컨테이너가 없음")
  }

  static func failure(_ name: String, expected: Text, in snapshot: Snapshot) -> Failure {
    Failure(
      expected: expected, found: found(name), causes: causes(name, in: snapshot),
      look: "docker ps -a")
  }

  static func causes(_ name: String, in snapshot: Snapshot) -> [Cause] {
    let story = snapshot.story
    if let removal = story.last("remove", of: name) {
      return [removed(removal, name, story)]
        + Refusal.causes(name, since: removal.time, in: snapshot)
    }
    if let rename = snapshot.journal.last(where: {
      $0.kind == "container.rename" && $0.attributes["oldName"] == name
    }) {
      return [
        Cause(
          "container.similar-name", "it was renamed to `\(rename.name)`",
          ko: "`\(rename.name)`(으)로 이름이 바뀌었습니다")
      ]
    }
    let never = Cause(
      "container.never-created", "no container named `\(name)` was ever created",
      ko: "`\(name)`(이)라는 이름의 컨테이너는 만들어진 적이 없습니다")
    return [never] + reasons(name, in: snapshot)
  }

  /// When and by what `name` went. With `named` the sentence says which container that was, with
  /// `isNewest` that it was the last one made.
  static func removed(
    _ removal: JournalEvent, _ name: String, _ story: Story, named: Bool = false,
    isNewest: Bool = false
  ) -> Cause {
    let subject =
      isNewest
      ? Text("the newest container, `\(name)`,", ko: "가장 최근에 만든 컨테이너 `\(name)`은(는) ")
      : named ? Text("`\(name)`", ko: "`\(name)`은(는) ") : Text("it", ko: "")
    let time = clockTime(removal.time)
    let created = story.journal.last { event in
      event.kind == "container.create" && event.name == name && event.time <= removal.time
    }
    let line = created.flatMap { story.command(behind: $0) } ?? ""
    if created?.attributes["autoRemove"] == "true" || line.contains(" --rm ") {
      return Cause(
        "container.auto-removed",
        "\(subject.en) ended at \(time) and was removed at once, as `--rm` says",
        ko: "\(subject.ko)\(time)에 끝났고, `--rm` 옵션 때문에 바로 삭제되었습니다")
    }
    let command = story.command(behind: removal)
    return Cause(
      "container.removed",
      "\(subject.en) was removed at \(time)" + (command.map { " by `\($0)`" } ?? ""),
      ko: "\(subject.ko)\(time)에 " + (command.map { "`\($0)` 명령으로 " } ?? "") + "삭제되었습니다")
  }

  private static func reasons(_ name: String, in snapshot: Snapshot) -> [Cause] {
    let names = snapshot.containers.keys.sorted()
    let begun = snapshot.tries.last { $0.kind == "container.create" }?.time ?? 0
    let refused = Refusal.causes(name, since: begun, in: snapshot)
    if !refused.isEmpty { return refused }
    if let similar = Suggestion.nearest(to: name, in: names), !isTaught(similar, in: snapshot) {
      return [
        Cause(
          "container.similar-name", "there is one named `\(similar)`",
          ko: "`\(similar)`(이)라는 컨테이너는 있습니다")
      ]
    }
    let created = snapshot.tries.filter { $0.kind == "container.create" }.map(\.name)
    let newest = created.last { names.contains($0) && !isTaught($0, in: snapshot) }
    if let newest, let other = snapshot.container(newest) {
      return [
        Cause(
          "container.other-name",
          "the newest container is named `\(newest)` (image `\(other.image)`); "
            + "`--name` gives a name",
          ko: "가장 최근에 만든 컨테이너의 이름은 `\(newest)`입니다(이미지 `\(other.image)`). 이름은 `--name`으로 "
            + "정합니다")
      ] + StoppedContainer.causes(other, in: snapshot)
    }
    if let instance = snapshot.strangers[name] { return [elsewhere(name, instance)] }
    if let gone = snapshot.tries.last(where: { $0.kind == "container.remove" }),
      gone.name == created.last
    {
      return [removed(gone, gone.name, snapshot.story, isNewest: true)]
    }
    return OnHost.cause(in: snapshot).map { [$0] } ?? []
  }

  /// Whether the lab itself speaks of a container called `name`: then it is no slip for another.
  private static func isTaught(_ name: String, in snapshot: Snapshot) -> Bool {
    (snapshot.reference + snapshot.lessons).contains {
      ((try? ShellWords.split($0)) ?? []).contains(name)
    }
  }

  private static func elsewhere(_ name: String, _ instance: String) -> Cause {
    let place = instance.hasPrefix("lab-") ? String(instance.dropFirst(4)) : nil
    return Cause(
      "container.other-engine",
      "there is a `\(name)`, but in "
        + (place.map { "the engine of lab `\($0)`" } ?? "another engine, `\(instance)`")
        + ": each lab has its own, type in this lab's shell (`lab shell`)",
      ko: "`\(name)`은(는) "
        + (place.map { "`\($0)` 실습의 엔진" } ?? "다른 엔진 `\(instance)`")
        + "에 있습니다. 실습마다 엔진이 따로 있으니 이 실습의 셸(`lab shell`)에서 입력하세요")
  }
}

/// A command of the step that was typed on the student's own machine instead of in a container.
enum OnHost {
  static func cause(in snapshot: Snapshot) -> Cause? {
    for event in snapshot.tries.reversed() where event.kind == "command.run" {
      guard let line = event.attributes["argv"]?.trimmed, !line.isEmpty,
        event.words.first.map({ !["docker", "podman", "dklab", "lab"].contains($0) }) ?? false,
        let meant = snapshot.reference.first(where: {
          $0.hasPrefix("docker ") && $0.hasSuffix(" " + line)
        })
      else { continue }
      return Cause(
        "command.on-host", "`\(line)` ran on your own machine; in a container it is `\(meant)`",
        ko: "`\(line)`을(를) 내 컴퓨터에서 실행했습니다. 컨테이너에서는 `\(meant)`입니다")
    }
    return nil
  }
}
