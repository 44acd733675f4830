import Documents
import Support

/// `image.same: {images: [a, b]}`: several names of one image.
struct ImageSame: CheckType {
  static let type = "image.same"
  let images: [String]

  init(_ fields: inout Fields) {
    images = fields.strings("images") ?? []
    if images.count < 2 {
      fields.report(
        "lab.wrong-kind",
        Text("`images` takes two names or more", ko: "`images`에는 이름이 둘 이상 옵니다"))
    }
  }

  private var list: String { images.map { "`\($0)`" }.joined(separator: ", ") }

  var sentence: Text { Text("\(list) are one image", ko: "\(list)은(는) 같은 이미지입니다") }

  func judge(_ snapshot: Snapshot) -> Finding {
    var ids: [String] = []
    for name in images {
      guard let image = snapshot.image(name) else {
        return .fail(MissingImage.failure(name, expected: sentence, in: snapshot))
      }
      ids.append(image.id)
    }
    let short = ids.map { String($0.dropFirst(7).prefix(12)) }.joined(separator: ", ")
    guard Set(ids).count > 1 else { return .pass(found: Text(short, ko: short)) }
    return .fail(
      Failure(
        expected: sentence, found: Text("ids \(short)", ko: "ID \(short)"),
        causes: [
          Cause(
            "value.differs", "an image is its id; names only point to it",
            ko: "이미지를 정하는 것은 ID이고, 이름은 그것을 가리킬 뿐입니다")
        ], look: "docker images --no-trunc"))
  }
}

/// `image.dangling: {is: 0}`: images that have lost their name.
struct ImageDangling: CheckType {
  static let type = "image.dangling"
  let comparison: Comparison

  init(_ fields: inout Fields) { comparison = Comparison.required(&fields) }

  var sentence: Text {
    Text(
      "there are \(comparison.text.en) images without a name",
      ko: "이름 없는 이미지의 수는 \(comparison.text.ko)입니다")
  }

  func judge(_ snapshot: Snapshot) -> Finding {
    let count = snapshot.images.filter { ImageView(inspect: $0).tags.isEmpty }.count
    let found = Text("\(count)", ko: "\(count)개")
    guard !comparison.holds(for: .integer(Int64(count))) else { return .pass(found: found) }
    return .fail(
      Failure(
        expected: sentence, found: found,
        causes: [
          Cause(
            "value.differs", "a name that moves to a new image leaves the old one without",
            ko: "이름이 새 이미지로 옮겨 가면 이전 이미지는 이름이 없어집니다")
        ], look: "docker images -f dangling=true"))
  }
}
