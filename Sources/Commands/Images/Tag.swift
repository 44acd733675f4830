import ArgumentParser

struct Tag: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tag", abstract: "Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE",
    usage: "\(ProgramName.current) tag SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]")

  @Argument(completion: Completion.images) var source: String
  @Argument var target: String

  func run() throws {
    try openEngine().images().tag(source: source, target: target)
  }
}
