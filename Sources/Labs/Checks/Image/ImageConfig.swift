import Documents
import Support

/// `image.config: {image: nginx, path: Config.Cmd, contains: nginx}`
struct ImageConfigValue: ImageValueCheck {
  static let type = "image.config"
  let image: String
  let path: ValuePath
  let comparison: Comparison

  init(_ fields: inout Fields) {
    image = fields.subjectString("image")
    path = ValuePath.required("path", &fields)
    comparison = Comparison.required(&fields)
  }

  var sentence: Text {
    Text(
      "`\(path.source)` of image `\(image)` is \(comparison.text.en)",
      ko: "`\(image)` 이미지의 `\(path.source)`은(는) \(comparison.text.ko)입니다")
  }

  var look: String { "docker image inspect \(image)" }

  func read(_ image: ImageView, _ snapshot: Snapshot) -> Reading {
    .value(path.value(in: image.inspect) ?? .null)
  }
}

/// `image.layers: {image: ubuntu, at-least: 1}`
struct ImageLayers: ImageValueCheck {
  static let type = "image.layers"
  let image: String
  let comparison: Comparison

  init(_ fields: inout Fields) {
    image = fields.subjectString("image")
    comparison = Comparison.required(&fields)
  }

  var sentence: Text {
    Text(
      "image `\(image)` has \(comparison.text.en) layers",
      ko: "`\(image)` 이미지의 레이어 수는 \(comparison.text.ko)입니다")
  }

  var look: String { "docker history \(image)" }

  func read(_ image: ImageView, _ snapshot: Snapshot) -> Reading {
    .value(.integer(Int64(image.layers)))
  }
}
