import ArgumentParser
import Engine
import Glibc
import Linux
import Support

struct Top: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "top", abstract: "Display the running processes of a container",
    usage: "\(ProgramName.current) top CONTAINER [ps OPTIONS]")

  @Argument(
    parsing: .captureForPassthrough,
    help: ArgumentHelp("Container and command", valueName: "container"),
    completion: Completion.runningContainers)
  var words: [String]

  func run() throws {
    let engine = try openEngine()
    let columns = try ProcessTable.columns(Array(words.dropFirst()))
    let record = try engine.container(words[0])
    let pids = try engine.processes(of: record)
    try engine.tell("top", record)
    for line in ProcessTable.lines(pids, columns: columns) { print(line) }
  }
}
