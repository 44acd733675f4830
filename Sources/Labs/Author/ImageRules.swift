// An image that a lab runs has to be on the shelf when the lab starts, for there may be no internet.
// This rule reads the lab's commands well enough to find the image in `docker run … IMAGE`, and knows
// the names that the lab itself makes. What it cannot be sure of it lets pass.

import Support

/// Rules about `images:` of the front matter.
enum ImageRules {
  static func check(_ lab: Lab) -> [Diagnostic] {
    let variables = VariableRules.sample(lab)
    let scripts = rightScripts(lab)
    let commands = scripts.flatMap {
      CommandLines.read(variables.fillExactly($0.text), $0.location)
    }
    let made = Set(commands.flatMap(\.makes).map(ImageView.withTag))
    let listed = Set(lab.images.map { ImageView.withTag(variables.fillExactly($0)) })
    let unlisted = commands.flatMap { command in
      command.uses.compactMap { image -> Diagnostic? in
        let name = ImageView.withTag(image)
        guard !listed.contains(name), !made.contains(name) else { return nil }
        return Diagnostic(
          "lab.unlisted-image",
          Text("`\(image)` is not among `images`", ko: "`\(image)`이(가) `images`에 없습니다"),
          hint: Text(
            "the front matter lists what must be on the shelf before the lab starts",
            ko: "실습을 시작하기 전에 선반에 있어야 할 이미지는 머리말에 적습니다"), at: command.location)
      }
    }
    return unlisted + unused(lab)
  }

  private static func unused(_ lab: Lab) -> [Diagnostic] {
    let texts = rightScripts(lab).map(\.text) + lab.steps.flatMap { $0.wrongs.map(\.script.text) }
    let constants = lab.variables.compactMap { declaration -> String? in
      if case .constant(let value) = declaration.source { value } else { nil }
    }
    let files = lab.steps.flatMap(\.files).map(\.text)
    let all = (texts + constants + files).joined(separator: "\n")
    return lab.images.filter { !MentionRule.stands($0, in: all) && !$0.contains("{{") }.map {
      image in
      Diagnostic(
        "lab.unused-image",
        Text("no command uses the image `\(image)`", ko: "`\(image)` 이미지를 쓰는 명령이 없습니다"),
        at: lab.listLocations["images"] ?? SourceLocation(file: lab.folder), severity: .warning)
    }
  }

  /// What is meant to work; a wrong answer may well ask for an image that is not there.
  private static func rightScripts(_ lab: Lab) -> [Script] {
    lab.setup
      + lab.steps.flatMap { step in
        step.setup + step.solution + step.alternatives.map(\.script)
      }
  }
}
