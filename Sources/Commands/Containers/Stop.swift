import ArgumentParser
import Linux

struct Stop: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stop", abstract: "Stop one or more running containers",
    usage: "\(ProgramName.current) stop [OPTIONS] CONTAINER [CONTAINER...]")

  @Option(name: .shortAndLong, help: "Signal to send to the container") var signal: String?
  @Option(name: .shortAndLong, help: "Seconds to wait before killing the container")
  var timeout: String?
  @Argument(completion: Completion.runningContainers) var containers: [String]

  func run() throws {
    let signal = try signal.map(Signal.init(parsing:))
    let limit = try seconds(timeout)
    let engine = try openEngine()
    try Batch.each(containers) { name in
      try engine.stop(try engine.container(name), signal: signal, seconds: limit)
      print(name)
    }
  }
}
