import ArgumentParser
import Engine

struct Difference: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Inspect changes to files or directories on a container's filesystem",
    usage: "\(ProgramName.current) diff CONTAINER")

  @Argument(completion: Completion.containers) var container: String

  func run() throws {
    let engine = try openEngine()
    for line in try LayerDifference.lines(try engine.container(container), engine) { print(line) }
  }
}
