import Engine
import Linux
import Support

/// Small facts that what the student reads is made of.
extension LabSession {
  /// The number of `step`, from 1.
  package func number(of step: Step) -> Int {
    (lab.steps.firstIndex { $0.id == step.id } ?? 0) + 1
  }

  /// The numbers of `steps`: "1, 3".
  package func numbers(of steps: [Step]) -> String {
    steps.map { "\(number(of: $0))" }.joined(separator: ", ")
  }

  /// What a grader makes of steps that the kit has built again, without the full stop.
  package func builtAgain(_ steps: [Step]) -> Text {
    let list = numbers(of: steps)
    return Text(
      steps.count == 1
        ? "Step \(list) was built again by the kit; a grader counts it as solved by it"
        : "Steps \(list) were built again by the kit; a grader counts them as solved by it",
      ko: "\(list)단계는 키트가 다시 만든 것이라 채점에서는 키트가 푼 단계로 셉니다")
  }

  /// What the student types for `docker`: the name used last.
  package var program: String {
    let names = ["docker", "podman", "dklab"]
    let entries = (try? instance.engine.journal.entries()) ?? []
    let last = entries.last { entry in
      entry.type == "command" && names.contains(entry.name)
        && entry.attributes["argv"]?.hasPrefix("dklab lab") != true
    }
    return last?.name ?? "docker"
  }

  /// What would be thrown away by beginning anew at `step`; nil when there is nothing to lose. Files are
  /// put aside, and what was done in other steps stays on record; but those that `step` builds on are
  /// the kit's work then, and a grader counts them so.
  package func atStake(at step: Step) throws -> Text? {
    let answers = try progress.answers()
    let own = step.questions.filter { answers[$0.id] != nil }.count
    let done = try progress.doneSteps()
    let stake = Self.stake(
      containers: try instance.containerCount(), volumes: try instance.volumeCount(), answers: own,
      done: done[step.id] == nil ? 0 : 1)
    let again = foundations(of: step).filter { done[$0.id] != nil }
    guard !again.isEmpty else { return stake }
    let list = numbers(of: again)
    let lost =
      stake
      ?? Text(
        again.count == 1 ? "what you did in step \(list)" : "what you did in steps \(list)",
        ko: "\(list)단계에서 한 일")
    return Text(
      again.count == 1
        ? "\(lost.en). Step \(list) is built again by the kit; a grader counts it as solved by it"
        : "\(lost.en). Steps \(list) are built again by the kit; a grader counts them as solved by it",
      ko: "\(lost.ko). \(list)단계는 키트가 다시 만들므로 채점에서는 키트가 푼 단계로 셉니다")
  }

  /// What would be lost by undoing `step`, which may know how to undo itself.
  package func atStake(undoing step: Step) throws -> Text? {
    guard !step.undo.isEmpty else { return try atStake(at: step) }
    return Text("what you did in this step", ko: "이 단계에서 한 일")
  }

  /// What would be lost with all of a lab, its files in `folder` included.
  static func stake(containers: Int, files folder: String, _ progress: Progress) throws -> Text? {
    stake(
      containers: containers, files: ((try? Directory.list(folder)) ?? []).count,
      answers: try progress.answers().count, done: try progress.doneSteps().count)
  }

  /// What would be lost with a lab that is between its end and its new beginning.
  static func stake(files folder: String, _ history: Progress.History) -> Text? {
    stake(
      containers: 0, files: ((try? Directory.list(folder)) ?? []).count,
      answers: history.answers.count, done: history.done.count)
  }

  private static func stake(
    containers: Int, volumes: Int = 0, files: Int = 0, answers: Int, done: Int
  ) -> Text? {
    var english: [String] = []
    var korean: [String] = []
    func add(_ count: Int, _ one: String, _ many: String, _ counted: String) {
      guard count > 0 else { return }
      english.append("\(count) \(count == 1 ? one : many)")
      korean.append(counted)
    }
    add(containers, "container", "containers", "컨테이너 \(containers)개")
    add(volumes, "volume", "volumes", "볼륨 \(volumes)개")
    add(files, "file in your folder", "files in your folder", "작업 폴더의 파일 \(files)개")
    add(answers, "answer", "answers", "답 \(answers)개")
    add(done, "step done", "steps done", "완료한 단계 \(done)개")
    guard !english.isEmpty else { return nil }
    return Text(english.joined(separator: ", "), ko: korean.joined(separator: ", "))
  }
}
