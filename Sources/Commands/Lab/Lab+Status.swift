import ArgumentParser
import Labs
import Linux
import Support

extension LabCommand {
  /// `dklab lab status`
  struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "status", abstract: "Where you are in the lab")

    @OptionGroup var selection: LabSelection
    @Flag(help: .hidden) var prompt = false

    func run() throws {
      guard try selection.lab != nil || CurrentLab.find(root: selection.root()) != nil else {
        return try List().run()
      }
      let session = try selection.session()
      guard prompt else {
        return printLines(try LabProgressText.lines(session, facts: .standardOutput))
      }
      // The shell may have stopped listening: what was found is kept for its next prompt.
      let text = try LabProgressText.prompt(session)
      try File.replace(session.bench.prompt, text + "\n", durable: false)
      print(text)
    }
  }

  /// `dklab lab reset`
  struct Reset: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "reset", abstract: "Throw away all you did in a lab and begin anew")

    @OptionGroup var selection: LabSelection
    @OptionGroup var agreement: LabAgreement
    @Argument(help: "The lab; the current one when not given", completion: LabCompletion.labs)
    var name: String?

    func run() throws {
      let lab = try name.map { try LabCatalog.lab($0) } ?? selection.chosen()
      let instance =
        CurrentLab.instance(of: lab)
        ?? (selection.engine.isDocker ? DockerWork.instanceName(of: lab.id) : nil)
      let root = try selection.root()
      if LabSession.isStarted(lab, root: root, instance: instance) {
        try agreement.ask(try LabSession(lab, root: root, instance: instance), files: true)
      }
      try LabSession.reset(lab, root: root, instance: instance, keepingFolder: instance != nil)
      print(
        Text(
          "`\(lab.id)` is as if it had never been started; `dklab lab start \(lab.id)` begins.",
          ko: "`\(lab.id)`을(를) 처음 상태로 되돌렸습니다. `dklab lab start \(lab.id)`(으)로 시작합니다."
        ).settled)
    }
  }
}

/// Whether the student agrees to lose what they have done.
struct LabAgreement: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Do not ask") var yes = false

  /// Asks somebody at a terminal, and ends quietly on a no. A script knows what it does.
  func ask(_ session: LabSession, files: Bool = false) throws {
    guard !yes, TerminalFacts(of: 0).isTerminal, let stake = try session.atStake(files: files)
    else { return }
    let question = Text(
      "This throws away: \(stake.en). Go on? [y/N] ", ko: "이렇게 하면 없어집니다: \(stake.ko). 계속할까요? [y/N] "
    )
    print(question(), terminator: "")
    guard YesNo.isYes(readOneLine(0, prompting: true) ?? "") else {
      print(Text("Nothing was changed.", ko: "아무것도 바꾸지 않았습니다.")())
      throw ExitCode(1)
    }
  }
}

/// A line from the terminal, once what was printed can be seen.
private func readOneLine(_ fd: Int32, prompting: Bool) -> String? {
  flushOutput()
  return Linux.readOneLine(fd)
}

extension Text {
  /// The sentence with its Korean particles settled.
  var settled: String { WrittenParticles.settle(self()) }
}
