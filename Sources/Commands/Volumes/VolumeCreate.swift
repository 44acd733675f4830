import ArgumentParser
import Engine

struct VolumeCreate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Create a volume",
    usage: "\(ProgramName.current) volume create [OPTIONS] [VOLUME]")

  @Option(name: .shortAndLong, help: "Specify volume driver name") var driver = "local"
  @Option(help: "Set metadata for a volume") var label: [String] = []
  @Option(name: .shortAndLong, help: "Set driver specific options") var opt: [String] = []
  @Argument var name: String?

  func run() throws {
    let volume = try openEngine().createVolume(
      name, driver: driver, labels: try KeyValues.labels(label),
      options: try KeyValues.map(opt, flag: "-o, --opt"))
    print(volume.name)
  }
}

struct VolumeInspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Display detailed information on one or more volumes",
    usage: "\(ProgramName.current) volume inspect [OPTIONS] VOLUME [VOLUME...]")

  @Option(name: .shortAndLong, help: "Format output: json or TEMPLATE") var format: String?
  @Argument var volumes: [String]

  func run() throws {
    let engine = try openEngine()
    try InspectRun.run(volumes, format: format) { engine.inspect(try engine.volume($0)) }
  }
}
