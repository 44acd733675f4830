import Linux
import Support

/// `mistakes.md` beside lab.md: what students really get wrong, as real commands, each with the
/// cause that the explanation has to name. A heading of the second level is the id of a step; below
/// it stand `wrong` fences.
enum MistakeReader {
  /// The mistakes of `lab`, each with the step it is made in; none when it has no such file.
  static func read(_ lab: Lab) throws -> [(step: Step, wrong: WrongAnswer)] {
    let path = lab.folder + "/mistakes.md"
    guard File.exists(path) else { return [] }
    let (blocks, problems) = MarkdownReader.read(
      try File.text(path), file: path, firstLine: 1)
    if let problem = problems.first { throw problem.error }
    var mistakes: [(step: Step, wrong: WrongAnswer)] = []
    var step: Step?
    for block in blocks {
      switch block.kind {
      case .heading(2, let text):
        guard let found = lab.step(text.trimmed) else {
          throw Diagnostic(
            "lab.unknown-reference",
            Text("`\(text)` is no step of the lab", ko: "`\(text)`은(는) 실습의 단계가 아닙니다"),
            hint: .list(of: lab.steps.map(\.id)), at: block.location
          ).error
        }
        step = found
      case .fence(let fence):
        guard let step else { continue }
        mistakes.append((step, try wrong(fence, step)))
      default: continue
      }
    }
    return mistakes
  }

  private static func wrong(_ fence: Fence, _ step: Step) throws -> WrongAnswer {
    if let problem = FenceKind.problems(fence).first { throw problem.error }
    guard fence.kind == "wrong", let expect = fence.attributes["expect"],
      step.checkIDs.contains(expect), let cause = fence.attributes["cause"],
      CauseCatalog.ids.contains(cause)
    else {
      throw Diagnostic(
        "lab.bad-mistake",
        Text(
          "a mistake is a `wrong` fence with `expect=` a check of the step and `cause=` a cause",
          ko: "실수는 `expect=`에 단계의 검사, `cause=`에 원인을 적은 `wrong` 펜스입니다"),
        at: fence.location
      ).error
    }
    return WrongAnswer(
      id: fence.words.first ?? "", script: Script(text: fence.body, location: fence.location),
      expect: expect, afterSolution: fence.attributes["from"] == "solution", cause: cause,
      expectLocation: fence.location, causeLocation: fence.location,
      says: fence.attributes["says"])
  }
}
