import ArgumentParser
import Engine
import Labs

extension LabCommand {
  /// The hidden `dklab lab __grader`: grades what `dklab grade` asks for.
  struct GraderEntry: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "__grader", shouldDisplay: false)

    @Argument var stateRoot: String

    func run() throws { try GradeWorker.serve(stateRoot: stateRoot) }
  }
}

extension LabCommand {
  /// The hidden `dklab lab __parcel`: in a pod, grades what `dklab grade --on kubernetes` has sent.
  struct ParcelEntry: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "__parcel", shouldDisplay: false)

    @Argument var folder: String

    func run() throws {
      throw ExitCode(
        try GradeParcel.open(folder, kit: Version.text, root: try DataRoot.current()))
    }
  }
}
