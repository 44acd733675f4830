import ArgumentParser
import Engine

struct Rename: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rename", abstract: "Rename a container",
    usage: "\(ProgramName.current) rename CONTAINER NEW_NAME")

  @Argument(completion: Completion.containers) var container: String
  @Argument var newName: String

  func run() throws {
    let name = try ContainerName.check(newName)
    let engine = try openEngine()
    try engine.rename(try engine.container(container), to: name)
  }
}
