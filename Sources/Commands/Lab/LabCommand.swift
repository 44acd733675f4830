import ArgumentParser
import Engine
import Labs
import Support

/// `dklab lab`: everything about labs. Alone, it leads the student.
struct LabCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lab", abstract: "Learn with labs that check what you did",
    discussion: "Alone, it leads you through a lab by single keys.",
    subcommands: [
      GuideCommand.self, List.self, Start.self, Show.self, Next.self, Check.self, Watch.self,
      Hint.self, Answer.self, Quizzes.self, Debrief.self, Status.self, Shell.self, GoTo.self,
      Undo.self, Solve.self, Reset.self, Submit.self, New.self, Bundle.self, Lint.self, Test.self,
      Schema.self, PlayerEntry.self, RelayEntry.self, GraderEntry.self, ParcelEntry.self,
      PlayedTerminalEntry.self, Complete.self,
    ], defaultSubcommand: GuideCommand.self)

  /// The verbs a student may have meant.
  static var verbs: [String] {
    configuration.subcommands.filter { $0.configuration.shouldDisplay }
      .compactMap { $0.configuration.commandName }
  }
}

/// The lab and step a verb acts on.
struct LabSelection: ParsableArguments {
  @Option(help: "The lab; the current one when not given", completion: LabCompletion.labs)
  var lab: String?

  @OptionGroup var engine: LabEngineOption

  func root() throws -> DataRoot { try DataRoot.current() }

  /// The lab meant.
  func chosen() throws -> Lab {
    if let lab { return try LabCatalog.lab(lab) }
    return try CurrentLab.required(root: try root())
  }

  /// The lab meant, opened; one that has not been started is not started by asking about it. With
  /// `isRunning` none is begun anew that somebody else may just be beginning.
  func session(isRunning: Bool = false) throws -> LabSession {
    let lab = try chosen()
    if engine.isDocker { return try engine.session(lab, root: try root()) }
    let instance = CurrentLab.instance(of: lab)
    guard LabSession.isStarted(lab, root: try root(), instance: instance) else {
      throw DklabError(
        .notFound, id: "lab.not-started",
        Text("lab `\(lab.id)` has not been started", ko: "`\(lab.id)` 실습을 시작하지 않았습니다"),
        hint: Text("`dklab lab start \(lab.id)`", ko: "`dklab lab start \(lab.id)`"))
    }
    return try LabSession(lab, root: try root(), instance: instance, isRunning: isRunning)
  }
}

/// The engine a lab is done on: the kit's own, or the Docker Engine of `DOCKER_HOST`.
struct LabEngineOption: ParsableArguments {
  enum Engine: String, ExpressibleByArgument, CaseIterable { case dklab, docker }

  @Option(
    help:
      "The engine the lab is done on: this kit's own (dklab), or the one of DOCKER_HOST (docker)")
  var engine = Engine.dklab

  var isDocker: Bool { engine == .docker }

  /// The Docker Engine that was asked for.
  func docker() throws -> DockerAddress? {
    guard isDocker else { return nil }
    return try .current()
  }

  /// The lab on that engine, with the student's own values. One that was not begun there counts all
  /// that the engine still knows of.
  func session(_ lab: Lab, root: DataRoot, since start: Int64 = 1) throws -> LabSession {
    let instance = CurrentLab.instance(of: lab) ?? DockerWork.instanceName(of: lab.id)
    guard !LabSession.isStarted(lab, root: root, instance: instance) else {
      return try LabSession(lab, root: root, instance: instance)
    }
    let own = LabSession.isStarted(lab, root: root) ? try LabSession(lab, root: root) : nil
    return try LabSession(
      lab, root: root, instance: instance, keeping: own?.variables, on: .current(),
      since: start)
  }
}

extension LabSession {
  /// The step `name`, else the one the student is at, else the last.
  func chosenStep(_ name: String?) throws -> Step {
    if let name { return try step(name) }
    if let current = try currentStep() ?? lab.steps.last { return current }
    return try step("1")
  }
}

/// Prints lines to standard output.
func printLines(_ lines: [String]) {
  for line in lines { print(line) }
}
