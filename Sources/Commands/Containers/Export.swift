import ArgumentParser
import Engine
import Glibc

struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Export a container's filesystem as a tar archive",
    usage: "\(ProgramName.current) export [OPTIONS] CONTAINER")

  @Option(name: .shortAndLong, help: "Write to a file, instead of STDOUT") var output: String?
  @Argument(completion: Completion.containers) var container: String

  func run() throws {
    let engine = try openEngine()
    let record = try engine.container(container)
    try withOutput(output) { try engine.export(record, to: $0) }
  }
}
