import ArgumentParser
import Engine
import Glibc
import Images

struct Commit: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "commit", abstract: "Create a new image from a container's changes",
    usage: "\(ProgramName.current) commit [OPTIONS] CONTAINER [REPOSITORY[:TAG]]")

  @Option(name: .shortAndLong, help: "Author (e.g., \"John Hannibal Smith <hannibal@a-team.com>\")")
  var author: String?
  @Option(name: .shortAndLong, help: "Apply Dockerfile instruction to the created image")
  var change: [String] = []
  @Option(name: .shortAndLong, help: "Commit message") var message: String?
  @Flag(
    name: .shortAndLong, inversion: .prefixedNo, help: "Pause container during commit")
  var pause = true
  @Argument(completion: Completion.containers) var container: String
  @Argument var repository: String?

  func run() throws {
    var wish = CommitWish()
    wish.reference = try repository.map { try Reference($0) }
    wish.author = author
    wish.message = message
    wish.changes = change
    wish.pauses = pause
    wish.sourceDate = getenv("SOURCE_DATE_EPOCH").flatMap { Int64(String(cString: $0)) }
    let engine = try openEngine()
    print(try engine.commit(try engine.container(container), wish).id)
  }
}
