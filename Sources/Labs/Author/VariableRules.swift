import Support

/// Rules about variables: what is used is declared, in every text and command; what checks say
/// holds with values filled in; and a check speaks of nothing that the step's text does not mention.
enum VariableRules {
  /// Any values do for a lint; the seed makes them the same every time.
  static func sample(_ lab: Lab) -> Variables {
    (try? Variables(lab.variables, seed: 1, kernel: "6.1.0")) ?? Variables(values: [:])
  }

  static func check(_ lab: Lab) -> [Diagnostic] {
    let variables = sample(lab)
    var diagnostics: [Diagnostic] = []
    var used: Set<String> = []
    func text(_ text: String, _ location: SourceLocation) {
      for reference in Interpolation.references(in: text) {
        used.insert(reference.name)
        if variables[reference.name] == nil {
          diagnostics.append(undeclared(reference.name, variables, location))
        }
      }
    }
    for (script, location) in scripts(lab) { text(script, location) }
    for (words, location) in prose(lab) { text(words, location) }
    var read = ""
    for step in lab.steps {
      read += visible(step) + "\n"
      let (found, names) = arguments(step, variables, read: read)
      diagnostics += found
      used.formUnion(names)
    }
    for declaration in lab.variables where !used.contains(declaration.name) {
      diagnostics.append(
        Diagnostic(
          "lab.unused-variable",
          Text("`\(declaration.name)` is never used", ko: "`\(declaration.name)`을(를) 쓰는 곳이 없습니다"),
          at: declaration.location, severity: .warning))
    }
    return diagnostics
  }

  private static func arguments(
    _ step: Step, _ variables: Variables, read: String
  ) -> ([Diagnostic], Set<String>) {
    var diagnostics: [Diagnostic] = []
    var used: Set<String> = []
    for source in step.checks + step.states {
      let (_, fields) = CheckReader.check(source, variables)
      diagnostics += fields.diagnostics
      for mention in fields.mentions {
        diagnostics += MentionRule.check(mention.text, in: read, at: mention.location)
      }
      for name in YAMLVariables.names(in: source.arguments) { used.insert(name) }
    }
    for answer in step.answers {
      diagnostics += QuestionReader.check(answer, variables).diagnostics
      for name in YAMLVariables.names(in: answer.source) { used.insert(name) }
    }
    return (diagnostics, used)
  }

  static func checkTranslation(_ lab: Lab, file: String) -> [Diagnostic] {
    let variables = sample(lab)
    var blocks = lab.intro.korean ?? []
    for step in lab.steps {
      blocks += step.body.korean ?? []
      blocks += step.hints.flatMap { $0.text.korean ?? [] } + (step.debrief?.korean ?? [])
    }
    return blocks.filter { $0.location.file == file }.flatMap { block in
      Interpolation.references(in: Canonical.text([block])).filter { variables[$0.name] == nil }
        .map { undeclared($0.name, variables, block.location) }
    }
  }

  private static func undeclared(
    _ name: String, _ variables: Variables, _ location: SourceLocation
  ) -> Diagnostic {
    let known = variables.values.keys.sorted()
    return Diagnostic(
      "lab.unknown-variable",
      Text("no variable `\(name)` is declared", ko: "`\(name)` 변수가 선언되지 않았습니다"),
      hint: Suggestion.nearest(to: name, in: known).map {
        Text("did you mean `{{\($0)}}`?", ko: "`{{\($0)}}`을(를) 쓰려고 했습니까?")
      } ?? .list(of: known), at: location)
  }

  private static func scripts(_ lab: Lab) -> [(String, SourceLocation)] {
    var all = lab.setup
    var files: [(String, SourceLocation)] = []
    for step in lab.steps {
      all += step.commands + step.ownSolution + step.setup + step.undo
      all += step.alternatives.map(\.script) + step.wrongs.map(\.script)
      files += step.files.map { ($0.text, step.location) }
    }
    return all.map { ($0.text, $0.location) } + files
  }

  private static func prose(_ lab: Lab) -> [(String, SourceLocation)] {
    var blocks = lab.intro.english
    var texts: [(String, SourceLocation)] = []
    for step in lab.steps {
      blocks += step.body.english + (step.debrief?.english ?? [])
      blocks += step.hints.flatMap(\.text.english)
      texts.append((step.title.en, step.location))
      texts += step.notes.map { ($0.body, $0.location) }
      texts += step.quizzes.map { ($0.ask.en + ($0.why?.en ?? ""), $0.location) }
      texts += step.checks.compactMap { check in check.message.map { ($0.en, check.location) } }
    }
    return blocks.map { (Canonical.text([$0]), $0.location) } + texts
  }

  /// What the student reads in a step: prose, commands, boxes, questions.
  private static func visible(_ step: Step) -> String {
    let texts =
      step.body.english.map { Canonical.text([$0]) } + step.commands.map(\.text)
      + step.notes.map(\.body) + step.answers.map(\.ask.en) + step.files.map(\.path)
    return texts.joined(separator: "\n")
  }
}
