import ArgumentParser
import Labs

extension LabCommand {
  /// The hidden `dklab lab __grader`: grades what `dklab grade` asks for.
  struct GraderEntry: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "__grader", shouldDisplay: false)

    @Argument var stateRoot: String

    func run() throws { try GradeWorker.serve(stateRoot: stateRoot) }
  }
}
