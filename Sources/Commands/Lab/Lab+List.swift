import ArgumentParser
import Labs
import Support

extension LabCommand {
  /// `dklab lab list`
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "Show the labs and how far you are")

    func run() throws {
      let root = try LabSelection().root()
      printLines(LabList.lines(try LabCatalog.labs(), root: root, facts: .standardOutput))
    }
  }
}
