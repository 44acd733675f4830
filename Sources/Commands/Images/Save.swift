import ArgumentParser

struct Save: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "save",
    abstract: "Save one or more images to a tar archive (streamed to STDOUT by default)",
    usage: "\(ProgramName.current) save [OPTIONS] IMAGE [IMAGE...]")

  @Option(name: .shortAndLong, help: "Write to a file, instead of STDOUT") var output: String?
  @Argument(completion: Completion.images) var images: [String]

  func run() throws {
    let store = try openEngine().images()
    try withOutput(output) { try store.save(images, to: $0) }
  }
}
