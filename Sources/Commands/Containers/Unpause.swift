import ArgumentParser

struct Unpause: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unpause", abstract: "Unpause all processes within one or more containers",
    usage: "\(ProgramName.current) unpause CONTAINER [CONTAINER...]")

  @Argument(completion: Completion.runningContainers) var containers: [String]

  func run() throws {
    let engine = try openEngine()
    try Batch.each(containers) { name in
      try engine.unpause(try engine.container(name))
      print(name)
    }
  }
}
