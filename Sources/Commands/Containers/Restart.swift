import ArgumentParser
import Linux

struct Restart: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restart", abstract: "Restart one or more containers",
    usage: "\(ProgramName.current) restart [OPTIONS] CONTAINER [CONTAINER...]")

  @Option(name: .shortAndLong, help: "Signal to send to the container") var signal: String?
  @Option(name: .shortAndLong, help: "Seconds to wait before killing the container")
  var timeout: String?
  @Argument(completion: Completion.containers) var containers: [String]

  func run() throws {
    let signal = try signal.map(Signal.init(parsing:))
    let limit = try seconds(timeout)
    let engine = try openEngine()
    try Batch.each(containers) { name in
      try engine.stopToRestart(try engine.container(name), signal: signal, seconds: limit)
      let record = try engine.container(name)
      if let outcome = try engine.start(record).awaitStart() {
        _ = try Launch.status(outcome, of: record)
      }
      try engine.tell("restart", record)
      print(name)
    }
  }
}
