import Documents
import Support

/// `build.record: {image: web:1, count: ran, is: 0}`: how many steps the newest build of that name
/// ran (`ran`) or took from the cache (`cached`).
struct BuildRecord: ValueCheck {
  static let type = "build.record"
  let image: String
  let count: String
  let comparison: Comparison

  init(_ fields: inout Fields) {
    image = fields.subjectString("image")
    count = fields.string("count") ?? ""
    comparison = Comparison.required(&fields)
    if !["ran", "cached"].contains(count) {
      fields.report(
        "lab.wrong-kind",
        Text("`count` is `ran` or `cached`", ko: "`count`는 `ran`이나 `cached`입니다"),
        at: fields.location(of: "count"))
    }
  }

  var sentence: Text {
    count == "ran"
      ? Text(
        "the last build of `\(image)` ran \(comparison.text.en) steps",
        ko: "`\(image)`의 마지막 빌드가 실행한 단계 수는 \(comparison.text.ko)입니다")
      : Text(
        "the last build of `\(image)` found \(comparison.text.en) steps in the cache",
        ko: "`\(image)`의 마지막 빌드가 캐시에서 찾은 단계 수는 \(comparison.text.ko)입니다")
  }

  var look: String { "docker history \(image)" }

  private func record(_ snapshot: Snapshot) -> JournalEvent? {
    snapshot.journal.last {
      $0.kind == "builder.build" && ImageView.withTag($0.name) == ImageView.withTag(image)
    }
  }

  func read(_ snapshot: Snapshot) -> Reading {
    guard let record = record(snapshot) else {
      let others = Set(snapshot.journal.filter { $0.kind == "builder.build" }.map(\.name)).sorted()
      let causes =
        (snapshot.image(image) == nil ? MissingImage.causes(image, in: snapshot) : [])
        + [
          Cause(
            "journal.never",
            others.isEmpty
              ? "nothing was built here yet" : "built were only \(others.joined(separator: ", "))",
            ko: others.isEmpty
              ? "아직 아무것도 빌드하지 않았습니다" : "지금까지 빌드한 이름: \(others.joined(separator: ", "))")
        ]
      return .missing(
        found: Text("`\(image)` was not built", ko: "`\(image)`을(를) 빌드하지 않음"), causes: causes)
    }
    return .value(.integer(Int64(record.attributes[count] ?? "") ?? 0))
  }

  func causes(of value: JSONValue, _ snapshot: Snapshot) -> [Cause] {
    let steps = (record(snapshot)?.attributes["steps"] ?? "").split(separator: "\n").map(
      String.init)
    guard let first = steps.first else {
      return [
        Cause(
          "value.differs", "every step came from the cache", ko: "모든 단계를 캐시에서 가져왔습니다")
      ]
    }
    let count = record(snapshot)?.attributes["ran"] ?? ""
    let command = record(snapshot).flatMap { snapshot.story.command(behind: $0) }
    return [
      Cause(
        "value.differs",
        "\(count) steps ran, from `\(first)` on" + (command.map { ", in `\($0)`" } ?? ""),
        ko: "`\(first)`부터 \(count)개 단계가 실행되었습니다"
          + (command.map { " (`\($0)`)" } ?? ""))
    ]
  }
}
