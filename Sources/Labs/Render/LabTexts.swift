import Engine
import Support

/// The next hint of a step, as the student reads it.
package enum HintText {
  /// Takes the next rung of the ladder and shows it.
  package static func lines(_ session: LabSession, _ step: Step, _ view: StepView) throws
    -> [String]
  {
    switch try session.hint(for: step) {
    case .rung(let hint, let number, let count):
      let place = Text("hint \(number) of \(count)", ko: "힌트 \(number)/\(count)")(view.language)
      return [Style.dim(place, on: view.facts)] + view.lines(hint)
    case .solution(let scripts, let debrief):
      let title = Text("The solution:", ko: "풀이:")(view.language)
      return [title] + view.lines(scripts) + (debrief.map { [""] + view.debriefing($0) } ?? [])
    }
  }
}

/// The debrief of a step, on request.
package enum DebriefText {
  /// Refuses before the step is done: it would give the answer away.
  package static func lines(_ session: LabSession, _ step: Step, _ view: StepView) throws
    -> [String]
  {
    guard let debrief = step.debrief else {
      return [Text("This step has no debrief.", ko: "이 단계에는 해설이 없습니다.")(view.language)]
    }
    guard try session.progress.doneSteps()[step.id] != nil else {
      throw DklabError(
        .conflict, id: "lab.debrief-early",
        Text("the debrief comes when the step is done", ko: "해설은 단계를 마친 뒤에 볼 수 있습니다"),
        hint: Text("`lab hint` helps until then", ko: "그때까지는 `lab hint`로 힌트를 보세요"))
    }
    return view.debriefing(debrief)
  }
}

/// The labs there are, and how far the student is in each.
package enum LabList {
  package static func lines(
    _ labs: [Lab], root: DataRoot, facts: TerminalFacts, language: Language = .current,
    numbered: Bool = false
  ) -> [String] {
    var rows = labs.enumerated().map { place, lab in
      (numbered ? ["\(place + 1)"] : []) + [
        lab.id, WrittenParticles.settle(lab.title(language)), "\(lab.minutes)", state(lab, root),
      ]
    }
    if !numbered { rows += elsewhere(labs, root, language) }
    let header =
      language == .ko ? ["실습", "제목", "분", "진행"] : ["LAB", "TITLE", "MINUTES", "PROGRESS"]
    let alignments: [Alignment] = [.left, .left, .right, .left]
    return BorderedTable(
      header: (numbered ? ["#"] : []) + header, rows: rows,
      alignments: (numbered ? [.right] : []) + alignments
    ).lines(for: facts)
  }

  /// Labs that were started from a folder or bundle which is none of the places that are looked in.
  private static func elsewhere(_ labs: [Lab], _ root: DataRoot, _ language: Language) -> [[String]]
  {
    let known = Set(labs.map(\.id))
    return StartedLab.all(root: root).filter { !known.contains($0.id) }.map { started in
      let lab = started.folder.flatMap { try? Linter.lint(folder: $0).lab }
      let gone = Text("cannot be read", ko: "읽을 수 없음")(language)
      let title = lab.map { WrittenParticles.settle($0.title(language)) } ?? "(\(gone))"
      let place = started.origin ?? started.folder ?? ""
      let done = ((try? started.doneSteps()) ?? 0).description
      return [
        started.id, place.isEmpty ? title : "\(title) — \(place)",
        lab.map { "\($0.minutes)" } ?? "-", lab.map { "\(done)/\($0.steps.count)" } ?? done,
      ]
    }
  }

  private static func state(_ lab: Lab, _ root: DataRoot) -> String {
    guard LabSession.isStarted(lab, root: root),
      let done = try? LabSession.doneSteps(lab, root: root).count
    else { return "-" }
    return "\(done)/\(lab.steps.count)"
  }
}
