import ArgumentParser

struct Pause: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause", abstract: "Pause all processes within one or more containers",
    usage: "\(ProgramName.current) pause CONTAINER [CONTAINER...]")

  @Argument(completion: Completion.runningContainers) var containers: [String]

  func run() throws {
    let engine = try openEngine()
    try Batch.each(containers) { name in
      try engine.pause(try engine.container(name))
      print(name)
    }
  }
}
