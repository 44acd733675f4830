import ArgumentParser
import Glibc
import Labs
import Support

extension LabCommand {
  /// `dklab lab start day44`
  struct Start: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "start", abstract: "Start a lab, or go on with it, in a shell of its own")

    @OptionGroup var engine: LabEngineOption
    @Flag(name: .long, help: "Do not open the lab's shell") var noShell = false
    @Option(help: "The seed of the lab's values; the same seed gives the same values")
    var seed: UInt64?
    @Argument(
      help: "The lab: an id such as day44, a folder, or a bundle (labs.dklab#day44)",
      completion: LabCompletion.labs)
    var name: String

    func run() throws {
      let lab = try LabCatalog.lab(name)
      let root = try LabSelection().root()
      let isInside = LabShell.current == lab.id
      let instance =
        isInside
        ? CurrentLab.instance(of: lab)
        : engine.isDocker ? DockerWork.instanceName(of: lab.id) : nil
      let isNew = !LabSession.isStarted(lab, root: root, instance: instance)
      if seed != nil, !isNew { throw alreadyStarted(lab) }
      if !engine.isDocker { try LabImages.require(lab, root: root) }
      let session = try LabSession(
        lab, root: root, instance: instance, seed: seed, on: isInside ? nil : engine.docker())
      if !isInside, !noShell { try LabShell(session).refuseInside() }
      try CurrentLab.set(lab, root: root)
      if isNew { try StartedLab.note(origin: LabCatalog.origin(name), of: session) }
      let view = StepView(session)
      if isNew { printLines(view.introduction() + [""]) }
      printLines(view.lines(try session.chosenStep(nil)))
      LabProgressText.keepPrompt(session)
      let opens = TerminalFacts.standardOutput.isTerminal && TerminalFacts(of: 0).isTerminal
      guard !noShell, !isInside, opens else { return }
      printLines([""] + LabShell.introduction(.current, .standardOutput))
      flushOutput()
      try LabShell(session).run()
    }

    private func alreadyStarted(_ lab: Lab) -> DklabError {
      DklabError(
        .conflict, id: "lab.already-started",
        Text("lab `\(lab.id)` has its values already", ko: "`\(lab.id)` 실습의 값은 이미 정해져 있습니다"),
        hint: Text(
          "`dklab lab reset \(lab.id)` first; that throws away what was done",
          ko: "먼저 `dklab lab reset \(lab.id)`(으)로 초기화합니다. 지금까지 한 것은 사라집니다"))
    }
  }

  /// `dklab lab shell`
  struct Shell: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "shell", abstract: "Open the lab's shell: docker there is this lab's own engine")

    @OptionGroup var selection: LabSelection

    func run() throws {
      let session = try selection.session()
      try LabShell(session).refuseInside()
      printLines(LabShell.introduction(.current, .standardOutput))
      flushOutput()
      try LabShell(session).run()
    }
  }
}

/// Shows what was printed before another program, or a question, takes over.
func flushOutput() { fflush(nil) }
