import ArgumentParser
import Images
import Support

/// `dklab image layers`: where the bytes of an image are, and which of them nobody sees.
struct ImageLayers: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "layers", abstract: "Show what each layer of an image adds, hides and wastes",
    usage: "\(ProgramName.current) image layers [OPTIONS] IMAGE")

  @Flag(help: "Don't truncate output") var noTrunc = false
  @Argument(completion: Completion.images) var image: String

  func run() throws {
    let effects = try openEngine().images().resolve(image).layerEffects()
    var rows = [
      [
        Text("LAYER", ko: "레이어"), Text("CREATED BY", ko: "만든 명령"), Text("SIZE", ko: "크기"),
        Text("ADDS", ko: "더함"), Text("REPLACES", ko: "바꿈"), Text("HIDES", ko: "가림"),
        Text("WASTED", ko: "낭비"),
      ].map { $0() }.joined(separator: "\t")
    ]
    // Newest first, as `history` has them.
    for effect in effects.reversed() {
      rows.append(
        [
          noTrunc ? "\(effect.diffID)" : effect.diffID.short, step(effect.createdBy),
          size(effect.size), text(effect.added), text(effect.replaced), text(effect.hidden),
          text(effect.wasted),
        ].joined(separator: "\t"))
    }
    for line in TabWriter.align(rows) { print(line) }
    let total = effects.reduce(0) { $0 + $1.size }
    let wasted = effects.reduce(0) { $0 + $1.wasted.bytes }
    print()
    print(
      wasted == 0
        ? Text(
          "every byte of \(size(total)) can be seen in a container",
          ko: "\(size(total)) 모두 컨테이너에서 보입니다")()
        : Text(
          "\(size(wasted)) of \(size(total)) can be seen by nobody: a layer above has the file anew, "
            + "or deletes it",
          ko: "\(size(total)) 가운데 \(size(wasted))는 아무도 볼 수 없습니다. 위의 레이어가 그 파일을 새로 갖고 있거나 지웠습니다")())
  }

  private func step(_ text: String) -> String {
    var text = text.replacing("\n", with: " ").replacing("\t", with: " ")
    if let comment = text.firstRange(of: " # buildkit") { text.removeSubrange(comment) }
    return noTrunc || text.count <= 44 ? text : text.prefix(43) + "…"
  }

  private func size(_ bytes: Int64) -> String { ByteSize.decimal(Double(bytes)) }

  private func text(_ count: LayerEffect.Count) -> String {
    count.files == 0 ? "-" : "\(count.files) (\(size(count.bytes)))"
  }
}
