import Support

/// Why there is no image of a name.
enum MissingImage {
  static func found(_ name: String) -> Text {
    Text("no image `\(name)`", ko: "`\(name)` 이미지가 없음")
  }

  static func failure(_ name: String, expected: Text, in snapshot: Snapshot) -> Failure {
    Failure(
      expected: expected, found: found(name), causes: causes(name, in: snapshot),
      look: "docker images")
  }

  static func causes(_ reference: String, in snapshot: Snapshot) -> [Cause] {
    let full = ImageView.withTag(reference)
    let gone = snapshot.journal.last { event in
      event.type == "image" && ["remove", "untag"].contains(event.action)
        && ImageView.withTag(event.name) == full
    }
    if let gone {
      let command = snapshot.story.command(behind: gone)
      return [
        Cause(
          "image.removed",
          "it was removed at \(clockTime(gone.time))" + (command.map { " by `\($0)`" } ?? ""),
          ko: "\(clockTime(gone.time))에 " + (command.map { "`\($0)` 명령으로 " } ?? "")
            + "삭제되었습니다")
      ]
    }
    let asked = snapshot.tries.last { event in
      event.kind == "command.refuse" && event.attributes["error"] == "image.not-found"
        && Suggestion.nearest(to: event.attributes["object"] ?? "", in: [full, reference]) != nil
    }
    if let asked { return Refusal.causes(asked, in: snapshot) }
    let tags = snapshot.images.flatMap { ImageView(inspect: $0).tags }
    if let other = tags.first(where: { $0.hasPrefix(repository(full) + ":") }) {
      return [
        Cause(
          "image.other-tag", "there is `\(other)`, which is another tag",
          ko: "태그가 다른 `\(other)`은(는) 있습니다")
      ]
    }
    return [
      Cause(
        "image.missing", "`\(full)` was never pulled, built, loaded or tagged",
        ko: "`\(full)`을(를) 받거나 만들거나 태그한 적이 없습니다")
    ]
  }

  private static func repository(_ full: String) -> Substring {
    full.prefix(upTo: full.lastIndex(of: ":") ?? full.endIndex)
  }

  /// Why the image `name` that `line` asked for was not to be had.
  static func refused(
    _ name: String, _ line: String, in snapshot: Snapshot, message: Text? = nil
  ) -> [Cause] {
    let full = ImageView.withTag(name)
    let known = snapshot.knownImages
    let shown = full.hasSuffix(":latest") ? String(full.dropLast(7)) : full
    let siblings = known.filter {
      repository(ImageView.withTag($0)) == repository(full)
    }
    if !siblings.isEmpty, !siblings.contains(shown) {
      let list = siblings.map { "`\($0)`" }.joined(separator: ", ")
      return [
        Cause(
          "image.other-tag", "`\(line)` asked for `\(full)`; there is \(list), no other tag",
          ko: "`\(line)`은(는) `\(full)`을(를) 찾았습니다. 있는 태그는 \(list)입니다")
      ]
    }
    let near =
      known.first { $0.lowercased() == shown.lowercased() && $0 != shown }
      ?? Suggestion.nearest(to: shown, in: known)
      ?? known.first { $0.split(separator: "/").last.map(String.init) == shown }
    if let near {
      return [
        Cause(
          "image.misspelled",
          "`\(line)` was refused: there is no image `\(shown)`; did you mean `\(near)`?",
          ko: "`\(line)` 명령이 거부되었습니다: `\(shown)` 이미지는 없습니다. `\(near)`을(를) 쓰려고 했습니까?")
      ]
    }
    let why = message ?? Text("no image `\(shown)` is here", ko: "`\(shown)` 이미지가 없습니다")
    return [
      Cause(
        "image.missing", "`\(line)` was refused: \(why.en)", ko: "`\(line)` 명령이 거부되었습니다: \(why.ko)")
    ]
  }
}

extension Snapshot {
  /// The images the lab speaks of, and those that are here.
  var knownImages: [String] {
    let here = images.flatMap { ImageView(inspect: $0).tags }.map {
      $0.hasSuffix(":latest") ? String($0.dropLast(7)) : $0
    }
    return shelf + here.filter { !shelf.contains($0) }
  }
}
