import ArgumentParser
import Engine
import Glibc
import Labs
import Linux
import Support

extension LabCommand {
  /// `dklab lab test`
  struct Test: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "test",
      abstract: "Play labs against their own solutions and wrong answers")

    @Option(help: "The seed of the order and of the variables") var seed: UInt64?
    @Option(help: "Solve every lab with this many seeds") var seeds = 1
    @Flag(help: "Only solve the labs, once for each of --seeds from --seed on") var solve = false
    @Option(
      name: .shortAndLong, help: "How many plays at the same time; all processors' when not given")
    var jobs: Int?
    @Option(help: "Only this step") var step: String?
    @OptionGroup var engine: LabEngineOption
    @Option(help: "How many seconds the commands of one fence may take")
    var limit = LabSession.defaultLimit
    @Option(help: "Also write the outcome as JUnit XML to this file", completion: .file())
    var junit: String?
    @Flag(help: "Play the labs' mistakes.md instead: is the cause of each mistake named?")
    var mistakes = false
    @Flag(name: .shortAndLong, help: "Only failures and the summary") var quiet = false
    @Argument(help: "Lab folders; all labs when none is given") var folders: [String] = []

    func run() throws {
      // A lab must work without the internet, and a wrong answer must not reach for it.
      setenv("DKLAB_OFFLINE", "1", 0)
      let chosen = try LabCatalog.chosen(folders)
      let seed = seed ?? UInt64.random(in: 0...999_999)
      print("seed \(seed)")
      let begun = monotonicMilliseconds()
      let docker = try engine.docker()
      let test = LabTestRun(
        root: try DataRoot.current(), seed: seed, jobs: jobs, limit: limit, on: docker
      ) { result in
        if let failure = result.failure {
          print("FAIL \(Self.name(result))")
          for line in failure().split(separator: "\n") { print("     \(line)") }
        } else if !quiet {
          print("ok   \(Self.name(result))  \(Self.tenths(result.seconds))s")
        }
        fflush(nil)
      }
      guard !mistakes else { return try playMistakes(test, chosen) }
      if solve {
        try test.solve(folders: chosen, seeds: seeds)
      } else {
        try test.run(folders: chosen, step: step, seeds: seeds)
      }
      if let junit { try File.replace(junit, JUnitReport.text(test.cases), durable: false) }
      let failed = test.failures.count
      let seconds = Double(monotonicMilliseconds() - begun) / 1000
      print(
        "\(test.cases.count - failed) passed, \(failed) failed in \(Self.tenths(seconds)) s, "
          + "seed \(seed)")
      if failed > 0 { throw ExitCode(1) }
    }

    func validate() throws {
      guard !solve || !mistakes && step == nil && !engine.isDocker else {
        throw ValidationError("--solve is about whole labs on this kit's own engine")
      }
      guard !mistakes || !engine.isDocker else {
        throw ValidationError("--mistakes are about this kit's own engine")
      }
      guard seeds < 1 || (jobs ?? 1) < 1 || limit < 1 else { return }
      throw ValidationError("--seeds, --jobs and --limit take numbers from 1")
    }

    private func playMistakes(_ test: LabTestRun, _ folders: [String]) throws {
      let share = try test.playMistakes(folders: folders, step: step)
      print("causes named: \(share.named) of \(share.played)")
      if !share.isEnough { throw ExitCode(1) }
    }

    private static func name(_ result: LabTest.Case) -> String {
      [result.lab, result.step, result.name].filter { !$0.isEmpty }.joined(separator: " ")
    }

    private static func tenths(_ seconds: Double) -> String {
      "\(Int(seconds * 10) / 10).\(Int(seconds * 10) % 10)"
    }
  }

  /// The hidden `dklab lab __player`: plays what `lab test` asks for.
  struct PlayerEntry: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "__player", shouldDisplay: false)

    func run() throws {
      try LabTest.servePlays()
    }
  }

  /// The hidden `dklab lab __relay SOCKET ENGINE OUTPUTS`.
  struct RelayEntry: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "__relay", shouldDisplay: false)

    @Argument var words: [String]

    func run() throws {
      guard words.count == 3 else { throw ExitCode(64) }
      try DockerRelay(to: DockerAddress(words[1]), outputs: words[2])
        .serve(at: words[0], mode: 0o600, bound: true) {
          print("ready", terminator: ""); flushOutput()
        }
    }
  }

  /// The hidden `dklab lab __terminal COMMAND …`.
  struct PlayedTerminalEntry: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "__terminal", shouldDisplay: false)

    @Argument(parsing: .captureForPassthrough) var words: [String] = []

    func run() throws {
      throw ExitCode(PlayedTerminal.run(words))
    }
  }
}
