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
    for (text, location) in scripts(lab) + prose(lab) {
      for reference in Interpolation.references(in: text) {
        used.insert(reference.name)
        if variables[reference.name] == nil {
          diagnostics.append(.undeclared(reference.name, in: variables, at: location))
        }
      }
    }
    var read = ""
    var asked: Set<String> = []
    for step in lab.steps {
      read += visible(step) + "\n"
      let (found, names) = arguments(step, variables, read: read, asked: &asked)
      diagnostics += found
      used.formUnion(names)
    }
    let isComplete = !diagnostics.contains { $0.id == "lab.unknown-variable" }
    // One that seems unused may be what an undeclared one should have been.
    for declaration in lab.variables where isComplete && !used.contains(declaration.name) {
      diagnostics.append(
        Diagnostic(
          "lab.unused-variable",
          Text("`\(declaration.name)` is never used", ko: "`\(declaration.name)`을(를) 쓰는 곳이 없습니다"),
          at: declaration.location, severity: .warning))
    }
    return onceEach(diagnostics, lab)
  }

  /// A name that is not declared is told once: whether it is its declaration that is wrong or one
  /// place, the others are no news. Where the declaration could not be read, that has been told.
  private static func onceEach(_ diagnostics: [Diagnostic], _ lab: Lab) -> [Diagnostic] {
    var seen: Set<String> = []
    return diagnostics.filter { diagnostic in
      guard diagnostic.id == "lab.unknown-variable", let word = diagnostic.word else { return true }
      guard let unread = lab.unreadVariables,
        !unread.contains(String(word.dropFirst(2).dropLast(2)))
      else { return false }
      return seen.insert(word).inserted
    }
  }

  /// What is wrong with the arguments of a step's checks and answers, and which variables they use.
  /// `read` is what the student has read by then, `asked` what a check has asked for without that.
  private static func arguments(
    _ step: Step, _ variables: Variables, read: String, asked: inout Set<String>
  ) -> ([Diagnostic], Set<String>) {
    var diagnostics: [Diagnostic] = []
    var used: Set<String> = []
    for source in step.checks + step.states {
      let (_, fields) = CheckReader.check(source, variables)
      diagnostics += fields.diagnostics
      for mention in fields.mentions where !asked.contains(mention.text) {
        if mention.inParts, MentionRule.isNamedInParts(mention.text, in: read) { continue }
        let found = MentionRule.check(mention.text, in: read, at: mention.location)
        if !found.isEmpty { asked.insert(mention.text) }
        diagnostics += found
      }
      for name in YAMLVariables.names(in: source.arguments) { used.insert(name) }
    }
    for answer in step.answers {
      diagnostics += QuestionReader.check(answer, variables).diagnostics
      for name in YAMLVariables.names(in: answer.source) { used.insert(name) }
    }
    return (diagnostics, used)
  }

  /// Variables in the Korean texts that are not declared, and that lab.md does not use likewise.
  static func checkTranslation(_ lab: Lab, file: String) -> [Diagnostic] {
    let variables = sample(lab)
    let known = Set(
      (scripts(lab) + prose(lab)).flatMap { Interpolation.references(in: $0.0).map(\.name) })
    let found = koreanTexts(lab, file).flatMap { text, location in
      Interpolation.references(in: text)
        .filter { variables[$0.name] == nil && !known.contains($0.name) }
        .map { Diagnostic.undeclared($0.name, in: variables, at: location) }
    }
    return onceEach(found, lab)
  }

  private static func koreanTexts(_ lab: Lab, _ file: String) -> [(String, SourceLocation)] {
    var blocks = lab.intro.korean ?? []
    var texts: [String] = []
    for step in lab.steps {
      blocks += step.body.korean ?? []
      for hint in step.hints { blocks += hint.text.korean ?? [] }
      blocks += step.debrief?.korean ?? []
      texts.append(step.title.ko)
      texts += step.answers.map(\.ask.ko)
      for check in step.checks { texts.append(check.message?.ko ?? "") }
      for quiz in step.quizzes {
        texts.append(quiz.ask.ko)
        texts.append(quiz.why?.ko ?? "")
        for option in quiz.choices + quiz.items + quiz.groups { texts.append(option.text.ko) }
      }
    }
    // The words of questions and messages have no place of their own; the name finds it.
    let top = SourceLocation(file: file, line: 1, column: 1)
    var all: [(String, SourceLocation)] = texts.map { ($0, top) }
    for block in blocks where block.location.file == file {
      all.append((Canonical.text([block]), block.location))
    }
    return all
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
      for quiz in step.quizzes {
        let options = quiz.choices + quiz.items + quiz.groups
        let words = [quiz.ask.en, quiz.why?.en ?? ""] + options.map(\.text.en)
        texts.append((words.joined(separator: "\n"), quiz.location))
      }
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
