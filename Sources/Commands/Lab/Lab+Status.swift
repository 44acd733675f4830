import ArgumentParser
import Engine
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
      let session = try selection.session(isRunning: prompt)
      guard prompt else {
        return printLines(try LabProgressText.lines(session, facts: .standardOutput))
      }
      print(try LabProgressText.prompt(session))
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
      let root = try selection.root()
      guard let lab = try started(root) else {
        // Nothing to throw away: it has only to be a lab.
        let id = try name.map { try LabCatalog.lab($0) } ?? selection.chosen()
        return tell(id.id, "dklab lab start \(id.id)")
      }
      try agreement.require(try lab.atStake())
      let beginning = lab.beginning
      try lab.reset(keepingFolder: CurrentLab.isInside(lab))
      tell(lab.id, beginning)
    }

    /// What is kept of the lab meant, whether or not its text can be read.
    private func started(_ root: DataRoot) throws -> StartedLab? {
      if selection.engine.isDocker {
        let lab = try name.map { try LabCatalog.lab($0) } ?? selection.chosen()
        return StartedLab.onDocker(lab.id, root: root)
      }
      guard let name = name ?? selection.lab else { return CurrentLab.started(root: root) }
      if let lab = StartedLab.named(name, root: root) { return lab }
      return StartedLab.named(try LabCatalog.lab(name).id, root: root)
    }

    private func tell(_ id: String, _ beginning: String?) {
      guard let beginning else {
        return print(
          Text(
            "`\(id)` is as if it had never been started; what it was started from is gone.",
            ko: "`\(id)`을(를) 처음 상태로 되돌렸습니다. 시작할 때 쓴 폴더나 묶음 파일은 이제 없습니다."
          ).settled)
      }
      print(
        Text(
          "`\(id)` is as if it had never been started; `\(beginning)` begins.",
          ko: "`\(id)`을(를) 처음 상태로 되돌렸습니다. `\(beginning)`(으)로 시작합니다."
        ).settled)
    }
  }
}

/// Whether the student agrees to lose what they have done.
struct LabAgreement: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Do not ask") var yes = false

  /// Asks somebody at a terminal whether `stake` may be lost, and ends quietly on a no. Where nobody can
  /// be asked it has to be said beforehand. Nil is nothing to lose. `state` is what is true on a no.
  func require(
    _ stake: @autoclosure () throws -> Text?,
    state: Text = Text("nothing was changed", ko: "아무것도 바꾸지 않았습니다")
  ) throws {
    guard !yes, let stake = try stake() else { return }
    guard TerminalFacts(of: 0).isTerminal else {
      throw DklabError(
        .conflict, id: "lab.not-agreed",
        Text("this would throw away: \(stake.en)", ko: "이렇게 하면 없어집니다: \(stake.ko)"),
        hint: Text(
          "there is no terminal to ask at, and \(state.en): say --yes",
          ko: "터미널이 없어 물어볼 수 없고, \(state.ko). --yes를 붙이세요"))
    }
    try ask(stake, state)
  }

  private func ask(_ stake: Text, _ state: Text) throws {
    let question = Text(
      "This throws away: \(stake.en). Go on? [y/N] ", ko: "이렇게 하면 없어집니다: \(stake.ko). 계속할까요? [y/N] "
    )
    print(question(), terminator: "")
    guard YesNo.isYes(readOneLine(0, prompting: true) ?? "") else {
      print(
        Text(state.en.prefix(1).uppercased() + state.en.dropFirst() + ".", ko: state.ko + ".")())
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
