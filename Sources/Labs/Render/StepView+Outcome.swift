import Support

extension StepView {
  /// What follows the verdicts of a step that passes: its debrief, the first time, and how to go on.
  /// Nothing for one that does not.
  package func outcome(_ report: StepReport, goOn: Text = Self.goOn) -> [String] {
    guard report.passes else { return [] }
    let debrief = session.debriefOnce(report.step).map { [""] + debriefing($0) }
    return (debrief ?? []) + doneLines(report, goOn: goOn)
  }

  /// That the step is done, and how to go on.
  func doneLines(_ report: StepReport, goOn: Text = Self.goOn) -> [String] {
    let isLast = session.following(report.step) == nil
    let done = Text("Done.", ko: "이 단계를 마쳤습니다.")
    let next = isLast ? Self.finish : goOn
    let words = InlineMarkdown.render("\(done(language)) \(next(language))", facts: facts)
    return [""] + Style.green(words, on: facts).wrapped(to: max(20, facts.columns - 2))
  }

  /// How a student at the shell goes on.
  package static let goOn = Text("`lab next` goes on.", ko: "`lab next`로 다음 단계로 갑니다.")
  /// How a student in the guide goes on.
  static let goOnByKey = Text("`n` goes on.", ko: "`n`을 누르면 다음 단계로 갑니다.")
  private static let finish = Text(
    "That was the last step: `lab next` sums the lab up.",
    ko: "마지막 단계였습니다. `lab next`를 치면 배운 것을 정리해 줍니다.")

  /// The debrief under its title.
  package func debriefing(_ debrief: Prose) -> [String] {
    [Style.bold(Text("What happened here", ko: "여기서 배운 것")(language), on: facts), ""]
      + lines(debrief)
  }

  /// One question with its choices, as it is asked.
  package func question(_ question: Question) -> [String] {
    switch question {
    case .quiz(let quiz):
      asked(quiz.ask) + choices(quiz) + [howToChoose(quiz)].filter { !$0.isEmpty }
    case .answer(let answer): asked(answer.ask)
    }
  }

  private func howToChoose(_ quiz: Quiz) -> String {
    switch quiz.solution {
    case .texts: ""
    case .choices(let ids) where ids.count > 1:
      Text("  (all that are right, such as 1,3)", ko: "  (맞는 것을 모두, 예: 1,3)")(language)
    case .choices:
      Text("  (a number; Enter gives up)", ko: "  (번호를 입력하세요. 그냥 Enter를 치면 건너뜁니다)")(
        language)
    case .groups: Text("  (pairs such as 1=a, 2=b)", ko: "  (1=a, 2=b처럼 짝지으세요)")(language)
    }
  }

  /// What the student is told about an answer they gave.
  package func lines(_ given: GivenAnswer) -> [String] {
    let room = max(20, min(facts.columns, 100) - 2)
    if given.isRight {
      let right = facts.redraws ? "✔ " : ""
      var text = right + Text("Right.", ko: "맞습니다.")(language)
      if let why = given.quiz?.why { text += " " + rendered(why) }
      return (Style.green(text, on: facts)).wrapped(to: room, indent: "  ")
    }
    let wrong = facts.redraws ? "✘ " : ""
    var text = wrong + Text("Not yet.", ko: "아직 아닙니다.")(language)
    if given.keptEarlier {
      text +=
        " "
        + Text(
          "Your earlier answer was right, and it stays.", ko: "앞서 낸 답이 맞았으므로 그 답을 그대로 둡니다.")(
          language)
    } else if given.quiz == nil, let failure = given.verdict?.failure {
      for cause in failure.causes { text += " " + rendered(cause.text).sentence }
    }
    return Style.red(text, on: facts).wrapped(to: room, indent: "  ")
  }
}

extension LabSession {
  /// The debrief of a step that has passed, the first time it is asked for; nil afterwards.
  package func debriefOnce(_ step: Step) -> Prose? {
    let key = Progress.debriefed(step.id)
    guard let debrief = step.debrief, (try? progress.fact(key)) == .some(nil) else { return nil }
    try? progress.setFact(key, "1")
    return debrief
  }
}

extension String {
  /// The text as a sentence among others: a capital at its beginning, unless that is code, and a stop at
  /// its end.
  var sentence: String {
    guard let first, let last = trimmed.last else { return self }
    let begun = first.isASCII && first.isLowercase ? first.uppercased() + dropFirst() : self
    return ".?!…".contains(last) ? begun : begun + "."
  }
}
