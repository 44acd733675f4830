import ArgumentParser
import Engine
import Images

struct ImageRemove: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rmi", abstract: "Remove one or more images",
    usage: "\(ProgramName.current) rmi [OPTIONS] IMAGE [IMAGE...]")

  @Flag(name: .shortAndLong, help: "Force removal of the image") var force = false
  @Flag(help: "Do not delete untagged parents") var noPrune = false
  @Argument(completion: Completion.images) var images: [String]

  func run() throws {
    let engine = try openEngine()
    // Contents that cannot be deleted now are taken the next time.
    defer { try? Engine.collectImages(root: engine.root) }
    try Batch.each(images) { name in
      let removals = try engine.images().remove(name, force: force) { try engine.users(of: $0) }
      for line in removals { print(line) }
    }
  }
}

extension Engine {
  /// The containers made from an image.
  func users(of image: Digest) throws -> [ImageUser] {
    try containers().filter { $0.imageID == image }
      .map { ImageUser(container: $0.id, isRunning: $0.state.isActive) }
  }
}
