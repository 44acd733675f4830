import Support

/// `image.exists: ubuntu`
struct ImageExists: CheckType {
  static let type = "image.exists"
  static let shorthand: String? = "image"
  let image: String

  init(_ fields: inout Fields) { image = fields.subjectString("image") }

  var sentence: Text { Text("there is an image `\(image)`", ko: "`\(image)` 이미지가 있습니다") }

  func judge(_ snapshot: Snapshot) -> Finding {
    guard let found = snapshot.image(image) else {
      return .fail(MissingImage.failure(image, expected: sentence, in: snapshot))
    }
    return .pass(found: Text("\(found.id.prefix(19))", ko: "\(found.id.prefix(19))"))
  }
}

/// `image.absent: hello-world`
struct ImageAbsent: CheckType {
  static let type = "image.absent"
  static let shorthand: String? = "image"
  let image: String

  init(_ fields: inout Fields) { image = fields.subjectString("image") }

  var sentence: Text { Text("there is no image `\(image)`", ko: "`\(image)` 이미지가 없습니다") }

  func judge(_ snapshot: Snapshot) -> Finding {
    guard let found = snapshot.image(image) else { return .pass(found: Text("none", ko: "없음")) }
    let users = snapshot.allContainers.filter { $0.imageID == found.id }.map(\.name)
    let cause =
      users.isEmpty
      ? Cause(
        "value.differs", "nothing has removed it; `docker rmi \(image)` would",
        ko: "아직 삭제하지 않았습니다. `docker rmi \(image)`(으)로 삭제합니다")
      : Cause(
        "value.differs", "containers still use it: \(users.joined(separator: ", "))",
        ko: "아직 사용하는 컨테이너가 있습니다: \(users.joined(separator: ", "))")
    let refused = snapshot.journal.last { event in
      event.kind == "command.refuse" && event.attributes["error"] == "image.not-found"
        && Suggestion.nearest(to: event.attributes["object"] ?? "", in: [ImageView.withTag(image)])
          != nil
    }
    return .fail(
      Failure(
        expected: sentence, found: Text("it is there", ko: "이미지가 있음"),
        causes: [cause] + (refused.map { Refusal.causes($0, in: snapshot) } ?? []),
        look: "docker ps -a"))
  }
}
