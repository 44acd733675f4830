import Documents
import Support

/// `image.file: {image: web, path: /etc/os-release, contains: Ubuntu}`
struct ImageFile: CheckType {
  static let type = "image.file"
  let image: String
  let path: String
  let comparison: Comparison?

  init(_ fields: inout Fields) {
    image = fields.subjectString("image")
    path = fields.subjectString("path")
    comparison = Comparison(&fields)
  }

  var sentence: Text {
    guard let comparison else {
      return Text("image `\(image)` has a file `\(path)`", ko: "`\(image)` 이미지에 `\(path)` 파일이 있습니다")
    }
    return Text(
      "`\(path)` in image `\(image)` holds \(comparison.text.en)",
      ko: "`\(image)` 이미지의 `\(path)` 내용은 \(comparison.text.ko)입니다")
  }

  var probes: [Probe] { [.imageFile(image: image, path: path)] }

  func judge(_ snapshot: Snapshot) -> Finding {
    guard snapshot.image(image) != nil else {
      return .fail(MissingImage.failure(image, expected: sentence, in: snapshot))
    }
    func fail(_ found: Text, _ cause: Cause) -> Finding {
      .fail(
        Failure(
          expected: sentence, found: found, causes: [cause],
          look: "docker run --rm --entrypoint cat \(image) \(path)"))
    }
    switch snapshot.result(.imageFile(image: image, path: path)) {
    case .failed(let reason): return .error(reason)
    case .file(let text, _, _):
      let content = JSONValue.string(text)
      let found = Text(content.quoted, ko: content.quoted)
      guard comparison?.holds(for: content) == false else { return .pass(found: found) }
      return fail(
        found,
        Cause(
          "value.differs", "the image has the file, with other content", ko: "이미지에 파일은 있지만 내용이 다릅니다"
        ))
    default:
      return fail(
        Text("no such file", ko: "파일 없음"),
        Cause(
          "file.missing",
          "no layer of the image brings it; what a container wrote stays in its layer",
          ko: "이미지의 어느 레이어에도 없습니다. 컨테이너에서 만든 파일은 그 컨테이너의 레이어에만 남습니다"))
    }
  }
}

/// `image.no-file: {image: web, path: /root/.bash_history}`
struct ImageNoFile: CheckType {
  static let type = "image.no-file"
  let image: String
  let path: String

  init(_ fields: inout Fields) {
    image = fields.subjectString("image")
    path = fields.subjectString("path")
  }

  var sentence: Text {
    Text("image `\(image)` has no file `\(path)`", ko: "`\(image)` 이미지에 `\(path)` 파일이 없습니다")
  }

  var probes: [Probe] { [.imageFile(image: image, path: path)] }

  func judge(_ snapshot: Snapshot) -> Finding {
    guard snapshot.image(image) != nil else {
      return .fail(MissingImage.failure(image, expected: sentence, in: snapshot))
    }
    switch snapshot.result(.imageFile(image: image, path: path)) {
    case .failed(let reason): return .error(reason)
    case .file:
      return .fail(
        Failure(
          expected: sentence, found: Text("it is there", ko: "파일이 있음"),
          causes: [
            Cause("value.differs", "one of its layers brings it", ko: "이미지의 레이어 가운데 하나에 들어 있습니다")
          ], look: "docker history \(image)"))
    default: return .pass(found: Text("none", ko: "없음"))
    }
  }
}
