import ArgumentParser
import Engine
import Glibc
import Linux
import Support

struct Logs: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logs", abstract: "Fetch the logs of a container",
    usage: "\(ProgramName.current) logs [OPTIONS] CONTAINER")

  @Flag(help: "Show extra details provided to logs") var details = false
  @Flag(name: .shortAndLong, help: "Follow log output") var follow = false
  @Option(help: "Show logs since timestamp (2013-01-02T13:23:37Z) or relative (42m)")
  var since: String?
  @Option(name: [.customShort("n"), .long], help: "Number of lines to show from the end")
  var tail = "all"
  @Flag(name: .shortAndLong, help: "Show timestamps") var timestamps = false
  @Option(help: "Show logs before a timestamp (2013-01-02T13:23:37Z) or relative (42m)")
  var until: String?
  @Argument(completion: Completion.containers) var container: String

  func run() throws {
    var wish = LogWish()
    wish.follow = follow
    wish.since = try since.map { try TimeOption.parse($0) }
    wish.until = try until.map { try TimeOption.parse($0) }
    // As in docker: a number that makes no sense means all lines.
    wish.tail = Int(tail).flatMap { $0 >= 0 ? $0 : nil }
    let engine = try openEngine()
    try engine.logs(try engine.container(container), wish) { entry in
      var text = entry.text
      if details {
        let list = entry.attributes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        text = list.joined(separator: ",") + " " + text
      }
      if timestamps { text = entry.time + " " + text }
      do {
        try writeAll(entry.isError ? STDERR_FILENO : STDOUT_FILENO, text)
      } catch let error as SyscallError where error.errno == EPIPE {
        return false
      }
      return true
    }
  }
}
