import ArgumentParser

struct Create: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Create a new container",
    usage: "\(ProgramName.current) create [OPTIONS] IMAGE [COMMAND] [ARG...]", helpNames: .long)

  @OptionGroup var options: RunOptions
  @Argument(
    parsing: .captureForPassthrough, help: ArgumentHelp("Image and command", valueName: "image"),
    completion: Completion.images)
  var words: [String]

  func run() throws {
    let spec = try asRunFailure { try options.spec(words, detached: false) }
    try asCreateFailure {
      let launch = Launch(engine: try openEngine(), options: options)
      print(try launch.create(spec, image: try launch.image(words[0])).id)
    }
  }
}
