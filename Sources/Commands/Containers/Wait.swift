import ArgumentParser

struct Wait: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wait",
    abstract: "Block until one or more containers stop, then print their exit codes",
    usage: "\(ProgramName.current) wait CONTAINER [CONTAINER...]")

  @Argument(completion: Completion.runningContainers) var containers: [String]

  func run() throws {
    let engine = try openEngine()
    try Batch.each(containers) { name in
      if let code = try engine.wait(try engine.container(name)) { print(code) }
    }
  }
}
