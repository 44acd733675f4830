import Engine
import Glibc
import Linux
import Support

/// Standing at the start of a step, whatever has become of the lab before. What the other steps had
/// built goes with the engine, unless this one builds on it; that they were done stays on record, and
/// what a later step needs of theirs is built again when the student comes to it.
extension LabSession {
  /// How many times a student's files are kept before the oldest go.
  private static let keptLimit = 5

  /// Throws containers, images and journal away and builds the start of `step` anew, by solving what
  /// it builds on. The values stay, except for ports that another program has taken meanwhile. Files
  /// the student made are put aside, for nothing can make them again. Cut short, it is gone on with by
  /// whoever opens the lab next (Handover.swift).
  ///
  /// This session is of no use afterwards; the new one is returned, and where the files are.
  package func restart(
    at step: Step, keepingFolder: Bool = false
  ) throws -> (session: LabSession, kept: String?) {
    try refuseRestartElsewhere()
    let handover = Handover(
      seed: try progress.fact("seed"), values: variables.values, step: step.id,
      origin: try? File.text(bench.directory + "/origin", limit: 4096).trimmed,
      history: try progress.history(without: step))
    try handover.write(root, instanceName)
    let kept = try keepFiles()
    try LabSession.reset(
      instanceName, root: root, keepingFolder: keepingFolder, keepingFiles: true)
    return (try LabSession(lab, root: root, instance: instanceName), kept)
  }

  /// Goes to the step that a lab was begun anew for. Answers that hold whatever the engine does are given
  /// once more, so that the journal tells of them.
  func goOn(from handover: Handover) throws {
    try note("restart", handover.step)
    for step in lab.steps {
      for quiz in step.quizzes {
        guard let answer = handover.history.answers[quiz.id] else { continue }
        try note("answer", step.id, ["id": quiz.id, "text": answer.text])
      }
    }
    // A lab that was edited meanwhile may have that step no more.
    if let step = lab.step(handover.step) { try advance(to: step) }
  }

  /// Refuses to begin anew on an engine that is somebody else's.
  package func refuseRestartElsewhere() throws {
    if let docker {
      throw DklabError(
        .unsupported, id: "lab.docker-restart",
        Text(
          "a step cannot be begun anew at \(docker.host): nothing is removed from another's engine",
          ko: "\(docker.host)에서는 단계를 처음부터 다시 할 수 없습니다. 다른 엔진의 것은 지우지 않습니다"),
        hint: Text(
          "remove by hand what is in the way (`docker rm -f …`) and go on",
          ko: "방해되는 것을 `docker rm -f …`(으)로 직접 지우고 계속하세요"))
    }
  }

  /// Where files of earlier tries are.
  static func keptDirectory(_ root: DataRoot, _ instance: String) -> String {
    directory(root, instance) + "-kept"
  }

  /// Moves what the student has made in the folder to a place of its own.
  private func keepFiles() throws -> String? {
    let own = try Directory.list(bench.folder).filter { name in !isGiven(name) }
    guard !own.isEmpty else { return nil }
    let place = Self.keptDirectory(root, instanceName)
    let numbers = ((try? Directory.list(place)) ?? []).compactMap { Int($0) }.sorted()
    for old in numbers.dropLast(Self.keptLimit - 1) { try Directory.removeTree("\(place)/\(old)") }
    let target = "\(place)/\((numbers.last ?? 0) + 1)"
    try Directory.make(target)
    for name in own {
      let (from, to) = ("\(bench.folder)/\(name)", "\(target)/\(name)")
      guard rename(from, to) == 0 else { throw SyscallError("rename", from) }
    }
    return target
  }

  /// Whether `name` is a file of the lab's that still is as it was given.
  private func isGiven(_ name: String) -> Bool {
    lab.steps.flatMap(\.files).contains { file in
      file.path == name
        && (try? File.text("\(bench.folder)/\(name)")) == variables.fillExactly(file.text)
    }
  }
}
