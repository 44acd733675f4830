import ArgumentParser

struct ImageInspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Display detailed information on one or more images",
    usage: "\(ProgramName.current) image inspect [OPTIONS] IMAGE [IMAGE...]")

  @Option(name: .shortAndLong, help: "Format output: json or TEMPLATE") var format: String?
  @Argument(completion: Completion.images) var images: [String]

  func run() throws {
    let store = try openEngine().images()
    try InspectRun.run(images, format: format) { ImageObject.json(try store.resolve($0)) }
  }
}
