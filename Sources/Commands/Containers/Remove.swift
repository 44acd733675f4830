import ArgumentParser
import Support

struct Remove: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rm", abstract: "Remove one or more containers",
    usage: "\(ProgramName.current) rm [OPTIONS] CONTAINER [CONTAINER...]")

  @Flag(name: .shortAndLong, help: "Force the removal of a running container (uses SIGKILL)")
  var force = false
  @Flag(name: .shortAndLong, help: "Remove anonymous volumes associated with the container")
  var volumes = false
  @Argument(completion: Completion.containers) var containers: [String]

  func run() throws {
    let engine = try openEngine()
    try Batch.each(containers) { name in
      do {
        try engine.remove(try engine.container(name), force: force, volumes: volumes)
        print(name)
      } catch let error as DklabError where force && error.id == "container.not-found" {
        // As in docker: with -f what is gone already is told, but is no failure.
        StandardError.print(error.message())
      }
    }
  }
}
