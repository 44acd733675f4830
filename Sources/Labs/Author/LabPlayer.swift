import Engine
import Glibc
import Linux
import Support

/// Plays one thing after another, each in an instance of its own, and holds the lab to its rules.
/// `LabPlayer+Rules.swift` has the rules.
final class LabPlayer {
  let root: DataRoot
  private var labs: [String: Lab] = [:]
  private var instances: [String] = []

  init(root: DataRoot) {
    self.root = root
  }

  /// Plays `play`; what it throws is its failure.
  func outcome(of play: LabTest.Play) -> LabTest.Outcome {
    let begun = monotonicMilliseconds()
    instances = []
    var failure: Text?
    do {
      failure = try failureOf(play)
    } catch {
      failure = Complaint.text(error)
    }
    return LabTest.Outcome(
      failure: failure, seconds: Double(monotonicMilliseconds() - begun) / 1000,
      instances: instances)
  }

  private func failureOf(_ play: LabTest.Play) throws -> Text? {
    let lab = try lab(play.folder)
    if play.kind == .through { return try through(lab, play) }
    if play.kind == .seed {
      let name = instance(play)
      return try takingAway(name, play) { try through(lab, play, name, play.seed) }
    }
    guard let step = lab.step(play.step) else {
      preconditionFailure("step \(play.step) is in the plan and not in the lab")
    }
    return try at(step, of: lab, play) { session in
      switch play.kind {
      case .solution: return try self.solution(step, session)
      case .alternative:
        return try step.alternatives.first { $0.id == play.id }
          .flatMap { try self.alternative($0, step, session) }
      case .wrong:
        return try step.wrongs.first { $0.id == play.id }
          .flatMap { try self.wrong($0, step, session) }
      case .mistake:
        return try MistakeReader.read(lab).first { $0.step.id == step.id && $0.wrong.id == play.id }
          .flatMap { try self.mistake($0.wrong, step, session) }
      case .through, .seed: return nil
      }
    }
  }

  private func lab(_ folder: String) throws -> Lab {
    if let lab = labs[folder] { return lab }
    let result = try Linter.lint(folder: folder)
    guard let lab = result.lab else {
      throw result.diagnostics.first?.error
        ?? DklabError(
          .invalid, id: "lab.unreadable",
          Text("\(folder) holds no lab", ko: "\(folder)에 실습이 없습니다"))
    }
    labs[folder] = lab
    return lab
  }

  /// A fresh lab at the start of `step`, taken away again when `body` ends.
  private func at(
    _ step: Step, of lab: Lab, _ play: LabTest.Play, _ body: (LabSession) throws -> Text?
  ) throws -> Text? {
    let name = instance(play)
    return try takingAway(name, play) {
      let session = try session(lab, play, name, play.seed)
      try session.advance(to: step)
      for earlier in session.foundations(of: step) {
        guard try session.progress.milestone(earlier.id) != nil else {
          return Complaint.text(
            at: earlier.location,
            Text(
              "step `\(earlier.id)`, which comes first, was not solved by its own solution",
              ko: "먼저 와야 할 `\(earlier.id)` 단계가 자신의 풀이로 해결되지 않았습니다"),
            hint: Text(
              "`--step \(earlier.id)` plays that one",
              ko: "`--step \(earlier.id)`(으)로 그 단계를 실행해 봅니다"))
        }
      }
      return try body(session)
    }
  }

  /// Does `body` and takes the instance `name` away, whatever came of it. An instance that does not
  /// go is a failure of its own.
  private func takingAway(
    _ name: String, _ play: LabTest.Play, _ body: () throws -> Text?
  ) throws -> Text? {
    let outcome = Result { try body() }
    do {
      if let docker = play.docker { try DockerClient(DockerAddress(docker)).clear() }
      try LabSession.reset(name, root: root)
    } catch {
      let reason = (error as? DklabError)?.message ?? Text("\(error)", ko: "\(error)")
      return try outcome.get()
        ?? Text(
          "its instance cannot be taken away: \(reason.en)", ko: "인스턴스를 없앨 수 없습니다: \(reason.ko)")
    }
    return try outcome.get()
  }

  /// The whole lab as a diligent student goes through it, twice in the same instance: the second
  /// time must not stumble over what the first has left.
  private func through(_ lab: Lab, _ play: LabTest.Play) throws -> Text? {
    let name = instance(play)
    for time in 0..<2 {
      let seed = play.seed &+ UInt64(time)
      let failure = try takingAway(name, play) { try through(lab, play, name, seed) }
      guard let failure else { continue }
      let place = Text(
        "\(time == 0 ? "first" : "second") time through, seed \(seed): ",
        ko: "\(time + 1)번째로 풀 때, 시드 \(seed): ")
      return Text(place.en + failure.en, ko: place.ko + failure.ko)
    }
    return nil
  }

  private func through(
    _ lab: Lab, _ play: LabTest.Play, _ name: String, _ seed: UInt64
  ) throws -> Text? {
    let session = try session(lab, play, name, seed)
    for step in session.lab.steps {
      try session.enter(step)
      let said = try session.solve(step)
      if let failure = try unsolved(step, session, said: said, by: step.solution.first?.location) {
        return Text("step `\(step.id)`:\n" + failure.en, ko: "`\(step.id)` 단계:\n" + failure.ko)
      }
    }
    return nil
  }

  private func session(
    _ lab: Lab, _ play: LabTest.Play, _ name: String, _ seed: UInt64
  ) throws -> LabSession {
    let session = try LabSession(
      lab, root: root, instance: name, seed: seed, on: play.docker.map(DockerAddress.init))
    session.limit = play.limit
    return session
  }

  private func instance(_ play: LabTest.Play) -> String {
    let name = "lab-test-\(play.lab)-\(getpid())-\(play.number)"
    instances.append(name)
    return name
  }
}
