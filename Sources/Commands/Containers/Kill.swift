import ArgumentParser
import Linux

struct Kill: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kill", abstract: "Kill one or more running containers",
    usage: "\(ProgramName.current) kill [OPTIONS] CONTAINER [CONTAINER...]")

  @Option(name: .shortAndLong, help: "Signal to send to the container") var signal = "KILL"
  @Argument(completion: Completion.runningContainers) var containers: [String]

  func run() throws {
    let signal = try Signal(parsing: signal)
    let engine = try openEngine()
    try Batch.each(containers) { name in
      try engine.kill(try engine.container(name), signal: signal)
      print(name)
    }
  }
}
