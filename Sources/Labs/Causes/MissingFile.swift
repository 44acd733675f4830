import Support

/// Why a container lacks a file.
enum MissingFile {
  /// The extra looks that `causes` profits from.
  static func probes(_ path: String, of container: String) -> [Probe] {
    [
      .file(baseName(path)), .hostFile(path), .pathHolders(path), .containerDiff(container),
    ]
  }

  static func causes(_ path: String, of container: String, in snapshot: Snapshot) -> [Cause] {
    if let other = elsewhere(path, container, snapshot) {
      return [
        Cause(
          "file.elsewhere", "it is in the container `\(other)`, in that one's own layer",
          ko: "`\(other)` 컨테이너의 쓰기 레이어에 있습니다")
      ]
    }
    // What lies in the container now says more than what became of an earlier one.
    if let place = otherPlace(path, container, snapshot) {
      return [
        Cause(
          "file.other-path", "the container has `\(place)`, which is another place",
          ko: "컨테이너의 `\(place)`에 있습니다. 위치가 다릅니다")
      ]
    }
    if let deleted = deleted(path, container, snapshot) { return [deleted] }
    if let fresh = fresh(path, container, snapshot) { return [fresh] }
    if case .file = snapshot.probes[.file(baseName(path))] {
      return [
        Cause(
          "file.on-host", "`\(baseName(path))` is in your own folder, not in the container",
          ko: "`\(baseName(path))`은(는) 컨테이너가 아니라 내 폴더에 있습니다")
      ]
    }
    if case .number(let written) = snapshot.probes[.hostFile(path)],
      let first = snapshot.tries.first?.time, Int64(written) >= first / 1_000_000_000
    {
      return [
        Cause(
          "file.on-host", "`\(path)` was written on your own machine, not in the container",
          ko: "`\(path)`을(를) 컨테이너가 아니라 내 컴퓨터에 만들었습니다")
      ]
    }
    return [
      Cause(
        "file.missing", "nothing has written `\(path)` in `\(container)`",
        ko: "`\(container)` 안에 `\(path)`을(를) 만든 적이 없습니다")
    ]
  }

  /// The container is a new one, under the name of one that was removed and into which somebody had
  /// written the file. Where nobody had, the removal explains nothing.
  private static func fresh(
    _ path: String, _ container: String, _ snapshot: Snapshot
  ) -> Cause? {
    let story = snapshot.story
    let creations = snapshot.journal.filter {
      $0.kind == "container.create" && $0.name == container
    }
    guard creations.count > 1, let removal = story.last("remove", of: container),
      let first = creations.first?.time
    else { return nil }
    let hadIt = snapshot.journal.contains { event in
      guard event.time >= first, event.time <= removal.time else { return false }
      let words = (event.attributes["argv"] ?? "") + (event.attributes["input"] ?? "")
      let isInside = ["exec", "shell", "container"].contains(event.type) && event.name == container
      return words.contains(baseName(path)) && (isInside || words.contains(container))
    }
    guard hadIt else { return nil }
    return Cause(
      "file.fresh-container",
      "this is a new container: the earlier `\(container)` was removed at "
        + "\(clockTime(removal.time)), and its writable layer with it",
      ko: "새로 만든 컨테이너입니다. 이전 `\(container)`은(는) \(clockTime(removal.time))에 "
        + "쓰기 레이어와 함께 삭제되었습니다")
  }

  /// Another container in whose own layer the path lies.
  private static func elsewhere(
    _ path: String, _ container: String, _ snapshot: Snapshot
  ) -> String? {
    guard case .lines(let names) = snapshot.probes[.pathHolders(path)] else { return nil }
    return names.contains(container) ? nil : names.first { $0 != container }
  }

  private static func deleted(
    _ path: String, _ container: String, _ snapshot: Snapshot
  ) -> Cause? {
    let life = snapshot.container(container).map { snapshot.story.life(of: $0) } ?? []
    let ran = life.last { event in
      event.kind == "exec.die" && event.exit == 0 && event.words.contains("rm")
        && event.words.contains(path)
    }
    guard let ran else { return nil }
    return Cause(
      "file.deleted",
      "it was deleted at \(clockTime(ran.time)) by `\(ran.attributes["argv"] ?? "")` in the container",
      ko: "\(clockTime(ran.time))에 컨테이너 안에서 `\(ran.attributes["argv"] ?? "")` 명령으로 지웠습니다")
  }

  /// A file of the same name somewhere else in the container's own layer.
  private static func otherPlace(
    _ path: String, _ container: String, _ snapshot: Snapshot
  ) -> String? {
    guard case .lines(let lines) = snapshot.probes[.containerDiff(container)] else { return nil }
    let added = lines.filter { $0.hasPrefix("A ") }.map { String($0.dropFirst(2)) }
    if let same = added.first(where: { $0 != path && $0.hasSuffix("/" + baseName(path)) }) {
      return same
    }
    let files = added.map { ($0, baseName($0)) }
    return files.first { file in
      Suggestion.nearest(to: baseName(path), in: [file.1]) != nil
        && file.0.dropLast(file.1.count) == path.dropLast(baseName(path).count)
    }?.0
  }

  private static func baseName(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }
}
