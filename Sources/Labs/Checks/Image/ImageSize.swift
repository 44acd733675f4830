import Documents
import Support

/// `image.size: {image: busybox, under: 10m}`, or beside another image: `smaller-than: ubuntu`.
struct ImageSize: CheckType {
  static let type = "image.size"
  let image: String
  let other: String?
  let comparison: Comparison?

  init(_ fields: inout Fields) {
    image = fields.subjectString("image")
    other = fields.string("smaller-than")
    comparison = other == nil ? Comparison.required(&fields) : Comparison(&fields)
  }

  var sentence: Text {
    if let other {
      return Text(
        "image `\(image)` is smaller than `\(other)`", ko: "`\(image)` 이미지가 `\(other)`보다 작습니다")
    }
    let wanted = comparison?.text ?? Text("", ko: "")
    return Text(
      "image `\(image)` has \(wanted.en) bytes", ko: "`\(image)` 이미지의 크기는 \(wanted.ko) 바이트입니다")
  }

  func judge(_ snapshot: Snapshot) -> Finding {
    var sizes: [Int] = []
    for name in [image] + [other].compactMap({ $0 }) {
      guard let view = snapshot.image(name) else {
        return .fail(MissingImage.failure(name, expected: sentence, in: snapshot))
      }
      sizes.append(view.size)
    }
    let list = sizes.map { "\($0)" }.joined(separator: ", ")
    let found = Text("\(list) bytes", ko: "\(list) 바이트")
    let holds =
      other == nil || sizes[0] < sizes[1]
    if holds, comparison?.holds(for: .integer(Int64(sizes[0]))) != false {
      return .pass(found: found)
    }
    return .fail(
      Failure(
        expected: sentence, found: found,
        causes: [
          Cause(
            "value.differs", "an image is as large as all its layers together",
            ko: "이미지의 크기는 모든 레이어를 더한 크기입니다")
        ], look: "docker images"))
  }
}

/// `image.history: {image: web, contains: RUN}`, or the bytes of one of its rows:
/// `{image: web, row: "rm -rf", under: 1k}`.
struct ImageHistory: ImageValueCheck {
  static let type = "image.history"
  let image: String
  let row: String?
  let comparison: Comparison

  init(_ fields: inout Fields) {
    image = fields.subjectString("image")
    row = fields.regex("row")
    comparison = Comparison.required(&fields)
  }

  var sentence: Text {
    if let row {
      return Text(
        "the layer of `\(row)` in image `\(image)` has \(comparison.text.en) bytes",
        ko: "`\(image)` 이미지에서 `\(row)` 레이어의 크기는 \(comparison.text.ko) 바이트입니다")
    }
    return Text(
      "the history of image `\(image)` has \(comparison.text.en)",
      ko: "`\(image)` 이미지의 이력은 \(comparison.text.ko)입니다")
  }

  var probes: [Probe] { [.imageHistory(image)] }
  var look: String { "docker history --no-trunc \(image)" }

  func read(_ image: ImageView, _ snapshot: Snapshot) -> Reading {
    switch snapshot.result(.imageHistory(self.image)) {
    case .failed(let reason): return .error(reason)
    case .lines(let lines):
      // Each line is the bytes of the row, a tab, and what made it.
      let rows = lines.map { $0.split(separator: "\t", maxSplits: 1).map(String.init) }
      guard let row else {
        return .value(.string(rows.map { $0.last ?? "" }.joined(separator: "\n")))
      }
      if let found = rows.first(where: { Pattern.found(row, in: $0.last ?? "") }) {
        return .value(.integer(found.first.flatMap { Int64($0) } ?? 0))
      }
      return .missing(
        found: Text("no row `\(row)`", ko: "`\(row)` 행이 없음"),
        causes: [
          Cause(
            "value.differs", "the image was made without such an instruction",
            ko: "이 이미지를 만들 때 그런 명령이 없었습니다")
        ])
    default:
      return .error(
        Text("image `\(self.image)` could not be read", ko: "`\(self.image)` 이미지를 읽을 수 없습니다"))
    }
  }
}
