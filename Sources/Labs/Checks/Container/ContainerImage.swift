import Support

/// `container.image: {name: web1, is: nginx}`: the same image, under whatever name.
struct ContainerImage: CheckType {
  static let type = "container.image"
  let name: String
  let image: String

  init(_ fields: inout Fields) {
    name = fields.subjectString("name")
    image = fields.subjectString("is")
  }

  var subjects: [String] { [name] }
  var sentence: Text {
    Text(
      "container `\(name)` was made from `\(image)`", ko: "`\(name)` 컨테이너의 이미지는 `\(image)`입니다")
  }

  func judge(_ snapshot: Snapshot) -> Finding {
    guard let container = snapshot.container(name) else {
      return .fail(MissingContainer.failure(name, expected: sentence, in: snapshot))
    }
    let found = Text("`\(container.image)`", ko: "`\(container.image)`")
    guard let wanted = snapshot.image(image) else {
      return .fail(
        Failure(
          expected: sentence, found: found, causes: MissingImage.causes(image, in: snapshot),
          look: "docker images"))
    }
    guard wanted.id != container.imageID else { return .pass(found: found) }
    return .fail(
      Failure(
        expected: sentence, found: found,
        causes: DecidingOption.causes("Image", of: name, in: snapshot),
        look: "docker ps -a"))
  }
}
