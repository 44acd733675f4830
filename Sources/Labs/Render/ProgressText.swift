import Linux
import Support

/// Where the student is: a line for each step, and what to do next.
package enum LabProgressText {
  package static func lines(
    _ session: LabSession, facts: TerminalFacts, language: Language = .current
  ) throws -> [String] {
    let view = StepView(session, facts: facts, language: language)
    let current = try session.currentStep()
    let room = max(20, min(facts.columns, 100) - 2)
    let title = WrittenParticles.settle(session.lab.title(language))
    var lines = Style.bold(title, on: facts).wrapped(to: room)
    var done = 0
    for (number, step) in session.lab.steps.enumerated() {
      let report = try session.check(step, waiting: false)
      if report.doneAt != nil { done += 1 }
      let isCurrent = step.id == current?.id
      let lead = (isCurrent ? ">" : " ") + " \(number + 1). "
      let state = Self.state(report, facts, language)
      let colour: Style =
        report.doneAt == nil ? .plain : report.brokenSince.isEmpty ? .green : .yellow
      lines += "\(lead)\(view.title(step))  \(colour(state, on: facts))"
        .wrapped(to: room, indent: String(repeating: " ", count: lead.count))
    }
    let count = session.lab.steps.count
    let total = Text("\(done) of \(count) steps done", ko: "\(count)단계 중 \(done)단계 완료")
    return lines + ["", total(language)]
  }

  private static func state(
    _ report: StepReport, _ facts: TerminalFacts, _ language: Language
  ) -> String {
    let passed = report.verdicts.filter(\.passed).count
    guard let time = report.doneAt else { return "\(passed)/\(report.verdicts.count)" }
    var state = Text("done", ko: "완료")(language) + " " + clockTime(time)
    if let away = report.awayAt, !report.passes {
      return state
        + Text(
          " (what it built was put away at \(clockTime(away)))",
          ko: " (만든 것은 \(clockTime(away))에 치움)")(language)
    }
    for (check, since) in report.brokenSince.sorted(by: { $0.key < $1.key }) {
      let sentence = report.verdicts.first { $0.check == check }?.sentence(language) ?? check
      let why = report.breakage(check)(language)
      let name = InlineMarkdown.render(
        WrittenParticles.settle("\(sentence) (\(why))"), facts: facts)
      state += Text(
        ", broken again since \(clockTime(since)): \(name)",
        ko: ", \(clockTime(since))부터 다시 맞지 않음: \(name)")(language)
    }
    return state
  }

  /// For the prompt of the lab shell: `day44 3/7 2/5`. `seen` is a look that was just had. What was found
  /// is kept for a prompt that cannot wait: the shell may have stopped listening to this one.
  @discardableResult
  package static func prompt(_ session: LabSession, seen: StepReport? = nil) throws -> String {
    let steps = session.lab.steps
    guard let step = try session.currentStep() else { return session.lab.id }
    let fresh = seen.flatMap { $0.step.id == step.id ? $0 : nil }
    let report = try fresh ?? session.check(step, waiting: false)
    let passed = report.verdicts.filter(\.passed).count
    let state = report.passes ? "✔" : "\(passed)/\(report.verdicts.count)"
    let text = "\(session.lab.id) \(session.number(of: step))/\(steps.count) \(state)"
    try File.replace(session.bench.prompt, text + "\n", durable: false)
    return text
  }

  /// Keeps what the next prompt shows when its own look takes too long: whatever moves the student on,
  /// or counts for them, does so. A prompt that cannot be kept stops nobody.
  package static func keepPrompt(_ session: LabSession, _ seen: StepReport? = nil) {
    _ = try? prompt(session, seen: seen)
  }
}

/// The end of a lab: what was learnt, what is still open, and which lab comes next.
package enum FinishText {
  package static func lines(_ session: LabSession, _ view: StepView) throws -> [String] {
    let (facts, language) = (view.facts, view.language)
    let room = max(20, min(facts.columns, 100) - 2)
    let done = try session.progress.doneSteps()
    let open = session.lab.steps.filter { done[$0.id] == nil }
    let title = WrittenParticles.settle(session.lab.title(language))
    guard open.isEmpty else {
      let numbers = open.map { "\(session.number(of: $0))" }.joined(separator: ", ")
      let words = Text(
        "That was the last step of `\(session.lab.id)`, but steps \(numbers) are not done yet; "
          + "`lab show \(session.number(of: open[0]))` shows one.",
        ko: "`\(session.lab.id)`의 마지막 단계까지 왔지만 \(numbers)단계가 아직 남아 있습니다. "
          + "`lab show \(session.number(of: open[0]))`(으)로 볼 수 있습니다.")
      return InlineMarkdown.render(
        WrittenParticles.settle(words(language)), facts: facts
      ).wrapped(to: room)
    }
    var lines = Style.bold(
      Text("You have finished: \(title)", ko: "실습을 마쳤습니다: \(title)")(language), on: facts
    ).wrapped(to: room)
    lines += ["", Text("What you have learnt:", ko: "이번에 배운 것:")(language)]
    let bullet = facts.redraws ? "• " : "- "
    for step in session.lab.steps {
      lines += (bullet + view.title(step)).wrapped(to: room, indent: "  ")
      guard let debrief = step.debrief, let sentence = view.firstSentence(debrief) else { continue }
      lines += ("  " + sentence).wrapped(to: room, indent: "  ")
    }
    return lines + [""] + (try next(session, room, language, facts))
  }

  private static func next(
    _ session: LabSession, _ room: Int, _ language: Language, _ facts: TerminalFacts
  ) throws -> [String] {
    let labs = try LabCatalog.labs()
    let place = labs.firstIndex { $0.id == session.lab.id } ?? labs.count - 1
    let following = labs.dropFirst(place + 1).first
    let words =
      following.map { lab in
        Text(
          "Next: \(lab.title.en). `dklab lab start \(lab.id)` begins it.",
          ko: "다음 실습: \(lab.title.ko). `dklab lab start \(lab.id)`(으)로 시작합니다.")
      } ?? Text("That was the last lab there is so far.", ko: "지금 있는 실습은 여기까지입니다.")
    let leave = Text(
      "`lab reset` throws this lab's containers and files away when you no longer need them.",
      ko: "이 실습의 컨테이너와 파일이 더 필요 없으면 `lab reset`으로 정리합니다.")
    return [words, leave].flatMap {
      InlineMarkdown.render(WrittenParticles.settle($0(language)), facts: facts).wrapped(to: room)
    }
  }
}

extension StepView {
  /// The sentence of a debrief to keep in mind: the first in bold, else the first of all.
  func firstSentence(_ prose: Prose) -> String? {
    let paragraphs = prose(language).compactMap { block -> String? in
      guard case .paragraph(let text) = block.kind else { return nil }
      return text.split(separator: "\n").joined(separator: " ")
    }
    for line in paragraphs {
      if let bold = line.firstMatch(of: #/\*\*(.+?)\*\*/#) {
        return rendered(Text(String(bold.1), ko: String(bold.1)))
      }
    }
    guard let line = paragraphs.first else { return nil }
    var sentence = ""
    for (character, next) in zip(line, line.dropFirst() + " ") {
      sentence.append(character)
      if ".?!".contains(character), next == " " { break }
    }
    return rendered(Text(sentence, ko: sentence))
  }
}
