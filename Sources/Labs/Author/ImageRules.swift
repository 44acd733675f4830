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
    let unused = lab.images.filter { !isUsed($0, lab) }
    var told: Set<String> = []
    var meant: Set<String> = []
    var diagnostics: [Diagnostic] = []
    for command in commands {
      for image in command.uses {
        let name = ImageView.withTag(image)
        guard !listed.contains(name), !made.contains(name), told.insert(name).inserted else {
          continue
        }
        // One that is listed and never used is probably this one with a slip in it.
        let near = Suggestion.nearest(to: image, in: unused)
        if let near { meant.insert(near) }
        diagnostics.append(unlisted(image, near, command.location))
      }
    }
    for image in unused where !meant.contains(image) {
      diagnostics.append(
        Diagnostic(
          "lab.unused-image",
          Text("no command uses the image `\(image)`", ko: "`\(image)` 이미지를 쓰는 명령이 없습니다"),
          at: lab.listPlaces["images"]?[image] ?? SourceLocation(file: lab.folder),
          severity: .warning))
    }
    return diagnostics
  }

  private static func unlisted(
    _ image: String, _ near: String?, _ location: SourceLocation
  ) -> Diagnostic {
    Diagnostic(
      "lab.unlisted-image",
      Text("`\(image)` is not among `images`", ko: "`\(image)`이(가) `images`에 없습니다"),
      hint: near.map {
        Text(
          "`images` has `\($0)`: one of the two is misspelled",
          ko: "`images`에는 `\($0)`이(가) 있습니다. 어느 한쪽이 틀렸습니다")
      }
        ?? Text(
          "the front matter lists what must be on the shelf before the lab starts",
          ko: "실습을 시작하기 전에 선반에 있어야 할 이미지는 머리말에 적습니다"), at: location, word: image)
  }

  private static func isUsed(_ image: String, _ lab: Lab) -> Bool {
    let texts = rightScripts(lab).map(\.text) + lab.steps.flatMap { $0.wrongs.map(\.script.text) }
    let constants = lab.variables.compactMap { declaration -> String? in
      if case .constant(let value) = declaration.source { value } else { nil }
    }
    let files = lab.steps.flatMap(\.files).map(\.text)
    let all = (texts + constants + files).joined(separator: "\n")
    return MentionRule.stands(image, in: all) || image.contains("{{")
  }

  /// What is meant to work; a wrong answer may well ask for an image that is not there.
  private static func rightScripts(_ lab: Lab) -> [Script] {
    lab.setup
      + lab.steps.flatMap { step in
        step.setup + step.solution + step.alternatives.map(\.script)
      }
  }
}
