import ArgumentParser
import Documents
import Engine
import Linux
import Support

struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Return low-level information on Docker objects",
    usage: "\(ProgramName.current) inspect [OPTIONS] NAME|ID [NAME|ID...]")

  @Option(name: .shortAndLong, help: "Format output: json or TEMPLATE") var format: String?
  @Flag(name: .shortAndLong, help: "Display total file sizes if the type is container")
  var size = false
  @Option(help: "Only inspect objects of the given type (container, image, network, volume)")
  var type: String?
  @Argument(completion: Completion.containers) var names: [String]

  func run() throws {
    if let type, !["container", "image", "network", "volume"].contains(type) {
      throw DklabError(
        .invalid, id: "inspect.type",
        Text(
          "\"\(type)\" is not a valid value for --type", ko: "--type 값 \"\(type)\"은(는) 쓸 수 없습니다"),
        hint: Text(
          "use container, image, network or volume",
          ko: "container, image, network, volume 가운데 하나를 쓰세요"))
    }
    let engine = try openEngine()
    try InspectRun.run(names, format: format) { name in
      if type == nil || type == "container" {
        do {
          return try ContainerInspect.object(engine, name, size: size)
        } catch let error as DklabError where type == nil && error.id == "container.not-found" {}
      }
      if type == nil || type == "image", let image = try engine.images().find(name) {
        return ImageObject.json(image)
      }
      if type == nil || type == "network" {
        do {
          return try engine.inspect(try engine.findNetwork(name))
        } catch let error as DklabError where type == nil && error.id == "network.not-found" {}
      }
      if type == nil || type == "volume", let volume = try engine.findVolume(name) {
        return engine.inspect(volume)
      }
      throw DklabError(
        .notFound, id: "object.not-found",
        Text("no such object: \(name)", ko: "그런 개체가 없습니다: \(name)"))
    }
  }
}

struct ContainerInspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Display detailed information on one or more containers",
    usage: "\(ProgramName.current) container inspect [OPTIONS] CONTAINER [CONTAINER...]")

  @Option(name: .shortAndLong, help: "Format output: json or TEMPLATE") var format: String?
  @Flag(name: .shortAndLong, help: "Display total file sizes") var size = false
  @Argument(completion: Completion.containers) var containers: [String]

  func run() throws {
    let engine = try openEngine()
    try InspectRun.run(containers, format: format) { name in
      try ContainerInspect.object(engine, name, size: size)
    }
  }

  static func object(_ engine: Engine, _ name: String, size: Bool) throws -> JSONValue {
    let record = try engine.container(name)
    var object = engine.inspect(record)
    if size {
      let own = try Directory.size(engine.containerDirectory(record.id) + "/upper")
      let image = try engine.images().image(id: record.imageID)?.size ?? 0
      object["SizeRw"] = .integer(own)
      object["SizeRootFs"] = .integer(own + image)
    }
    return object
  }
}

/// Looks all names up, prints what was found, then fails if something was not.
enum InspectRun {
  static func run(
    _ names: [String], format: String?, _ find: (String) throws -> JSONValue
  ) throws {
    var found: [JSONValue] = []
    var failures: [any Error] = []
    for name in names {
      do { found.append(try find(name)) } catch { failures.append(error) }
    }
    let text = try InspectFormat.text(found, format: format)
    if !found.isEmpty || (format ?? "").isEmpty { print(text) }
    let report = ErrorReport(program: ProgramName.current)
    for failure in failures { report.lines(for: failure).forEach(StandardError.print) }
    if !failures.isEmpty { throw BatchFailure() }
  }
}
