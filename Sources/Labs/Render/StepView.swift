import Support

/// A step as the student reads it.
package struct StepView {
  package let session: LabSession
  let facts: TerminalFacts
  let language: Language

  package init(
    _ session: LabSession, facts: TerminalFacts = .standardOutput, language: Language = .current
  ) {
    self.session = session
    self.facts = facts
    self.language = language
  }

  private var room: Int { max(20, min(facts.columns, 100) - 2) }

  private func renderer(_ program: String = "docker") -> MarkdownRenderer {
    MarkdownRenderer(
      facts: facts, variables: session.variables, language: language, program: program)
  }

  func rendered(_ text: Text) -> String {
    let words = WrittenParticles.settle(session.variables.fill(text(language)))
    return InlineMarkdown.render(words, facts: facts)
  }

  /// The title of `step`, with this student's values.
  package func title(_ step: Step) -> String { rendered(step.title) }

  /// `day44 2/7`, and the title.
  package func heading(_ step: Step) -> [String] {
    let place = "\(session.lab.id) \(session.number(of: step))/\(session.lab.steps.count)"
    return (Style.dim(place, on: facts) + "  " + Style.bold(title(step), on: facts))
      .wrapped(to: room, indent: "  ")
  }

  /// Title, prose, commands, boxes and questions of `step`.
  package func lines(_ step: Step) -> [String] {
    var lines = heading(step) + [""] + renderer().lines(step.body(language))
    guard !step.questions.isEmpty else { return lines }
    let title = Text("Questions (`lab quiz` asks them)", ko: "질문 (`lab quiz`를 치면 하나씩 물어봅니다)")
    lines += ["", Style.bold(rendered(title), on: facts)]
    for question in step.questions {
      switch question {
      case .answer(let answer):
        lines += asked(answer.ask)
        lines += how(answer.id, Text("…", ko: "…"))
      case .quiz(let quiz): lines += self.lines(quiz)
      }
    }
    return lines
  }

  func asked(_ text: Text) -> [String] {
    (Style.bold("?", on: facts) + " " + rendered(text)).wrapped(to: room, indent: "  ")
  }

  private func how(_ id: String, _ answer: Text) -> [String] {
    rendered(
      Text(
        "answer: `lab answer \(id) \(answer.en)`", ko: "답하기: `lab answer \(id) \(answer.ko)`")
    ).wrapped(to: room - 2, indent: "  ").map { "  " + $0 }
  }

  /// The question, its numbered choices in this student's order, and how to answer.
  package func lines(_ quiz: Quiz) -> [String] {
    asked(quiz.ask) + choices(quiz) + how(quiz.id, sample(quiz))
  }

  /// The choices alone.
  package func choices(_ quiz: Quiz) -> [String] {
    let items = quiz.groups.isEmpty ? quiz.choices : quiz.items
    var lines = numbered(session.shuffled(items, of: quiz)) { "\($0 + 1)" }
    if !quiz.groups.isEmpty {
      lines.append("  " + (language == .ko ? "나눌 그룹:" : "groups:"))
      lines += numbered(quiz.groups) { String(UnicodeScalar(UInt8(97 + $0 % 26))) }
    }
    return lines
  }

  private func numbered(_ options: [Quiz.Option], mark: (Int) -> String) -> [String] {
    options.enumerated().flatMap { place, option in
      ("  " + Style.cyan("\(mark(place)))", on: facts) + " " + rendered(option.text))
        .wrapped(to: room, indent: "     ")
    }
  }

  private func sample(_ quiz: Quiz) -> Text {
    switch quiz.solution {
    case .texts: return Text("…", ko: "…")
    case .choices(let ids) where ids.count > 1:
      return Text("1,2 (all that are right)", ko: "1,2 (맞는 것 모두)")
    case .choices: return Text("NUMBER", ko: "번호")
    case .groups: return Text("1=a,2=b,…", ko: "1=a,2=b,…")
    }
  }

  /// The introduction of the lab.
  package func introduction() -> [String] {
    let lab = session.lab
    return [Style.bold(rendered(lab.title), on: facts), ""] + renderer().lines(lab.intro(language))
  }

  /// Markdown of a debrief.
  package func lines(_ prose: Prose) -> [String] { renderer().lines(prose(language)) }

  /// A hint, with commands as this student types them.
  package func lines(_ hint: Hint) -> [String] {
    renderer(session.program).lines(hint.text(language))
  }

  /// Commands, with this student's values.
  package func lines(_ scripts: [Script]) -> [String] {
    scripts.flatMap { script in
      session.variables.fillExactly(script.text).split(separator: "\n").map { "    " + $0 }
    }
  }

  /// The verdicts of a look, and how many of them pass.
  package func lines(_ report: StepReport) -> [String] {
    linesByCheck(report).flatMap(\.lines) + ["", count(report)] + putAway(report)
  }

  /// That a step which was done has nothing to show for it, and why.
  private func putAway(_ report: StepReport) -> [String] {
    guard let time = report.awayAt, let done = report.doneAt, !report.passes else { return [] }
    return rendered(
      Text(
        "You did this step at \(clockTime(done)), and it stays done here. What it had built was "
          + "put away at \(clockTime(time)), when another step was begun anew; `lab goto "
          + "\(session.number(of: report.step))` leads to its start.",
        ko: "이 단계는 \(clockTime(done))에 이미 마쳤고, 이 실습에서는 마친 단계로 남습니다. \(clockTime(time))에 다른 "
          + "단계를 처음부터 다시 시작하면서 만들었던 것만 치웠습니다. `lab goto "
          + "\(session.number(of: report.step))`을 치면 이 단계의 처음으로 갑니다.")
    ).wrapped(to: room)
  }

  /// What was built again for the step that follows; nothing when nothing was.
  package func rebuilt(_ steps: [Step]) -> [String] {
    guard !steps.isEmpty else { return [] }
    let numbers = steps.map { "\(session.number(of: $0))" }.joined(separator: ", ")
    let words = Text(
      "What you had built in step \(numbers) was put away meanwhile; it was built again for you, "
        + "because this step needs it.",
      ko: "\(numbers)단계에서 만들었던 것은 그동안 치워져 있었습니다. 이 단계에 필요해서 다시 만들어 두었습니다.")
    return rendered(words).wrapped(to: room) + [""]
  }

  /// How many checks of a look pass.
  func count(_ report: StepReport) -> String {
    let passed = report.verdicts.filter(\.passed).count
    let total = report.verdicts.count
    return language == .ko ? "\(total)개 중 \(passed)개 통과" : "\(passed) of \(total) pass"
  }

  /// A line for each verdict, and the whole story only of the first that fails: for little room.
  func shortLines(_ report: StepReport) -> [String] {
    let first = report.verdicts.first(where: \.failed)?.check
    return linesByCheck(report).flatMap { id, lines -> [String] in
      guard id != first, let head = lines.first else { return lines }
      let sentence = report.verdicts.first { $0.check == id }.map { rendered($0.sentence) } ?? ""
      // A long question goes on in the next line, which there is no room for.
      guard !head.hasSuffix(sentence.suffix(8)) else { return [head] }
      return [head.truncated(to: room - 1) + "…"]
    }
  }

  /// The lines of each verdict, with the id of its check.
  func linesByCheck(_ report: StepReport) -> [(id: String, lines: [String])] {
    var names: [String: Text] = [:]
    for (number, step) in session.lab.steps.enumerated() {
      names[step.id] = Text(
        "step \(number + 1) (\(session.variables.fill(step.title.en)))",
        ko: "\(number + 1)단계(\(session.variables.fill(step.title.ko)))")
    }
    for verdict in report.verdicts { names[verdict.check] = verdict.sentence }
    let program = session.program
    var told: Set<[Cause]> = []
    return report.verdicts.map { verdict in
      // What is missing is often the same for several checks, and nobody reads that three times.
      let causes = verdict.failure?.causes.filter { !$0.isAdvice } ?? []
      let repeats = causes.count > 1 && !told.insert(causes).inserted
      return (
        verdict.check,
        VerdictText.lines(
          verdict, brokenSince: report.brokenSince[verdict.check], facts: facts,
          language: language, names: names, program: program, repeats: repeats)
      )
    }
  }
}
