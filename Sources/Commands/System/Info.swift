import ArgumentParser
import Documents
import Engine
import Linux
import Runtime

struct Info: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info", abstract: "Display system-wide information",
    usage: "\(ProgramName.current) info [OPTIONS]")

  @Option(name: .shortAndLong, help: "Format output: json or TEMPLATE") var format: String?

  func run() throws {
    let engine = try openEngine()
    let containers = try engine.containers()
    let count = { (status: ContainerState.Status) in
      JSONValue.integer(Int64(containers.count { $0.state.status == status }))
    }
    let running = count(.running)
    let paused = count(.paused)
    let active = containers.count { $0.state.isActive }
    let facts = Version.names()
    let object: JSONObject = [
      "ID": .string(engine.instance), "Containers": .integer(Int64(containers.count)),
      "ContainersRunning": running, "ContainersPaused": paused,
      "ContainersStopped": .integer(Int64(containers.count - active)),
      "Images": .integer(Int64(try engine.images().list().count)), "Driver": "overlay2",
      "LoggingDriver": "json-file", "CgroupVersion": .string(cgroupVersion),
      "KernelVersion": .string(facts.release), "OSType": "linux",
      "Architecture": .string(facts.machine), "DockerRootDir": .string(engine.root.path),
      "Instance": .string(engine.instance), "ServerVersion": .string(Version.text),
      "Rootless": .bool(HostFacts.observe().inUserNamespace),
      "SecurityOptions": .array(Engine.securityOptions().map { .string($0) }),
    ]
    if let format {
      let template = try GoTemplate(format == "json" ? "{{json .}}" : format)
      return print(try template.render(.object(object), as: InspectFormat.shape))
    }
    for (key, value) in object where key != "ID" {
      print("\(key): \(value.string ?? value.text())")
    }
  }

  /// Docker knows two generations; where both are mounted, the controllers are the first one's.
  private var cgroupVersion: String {
    CgroupLayout.observe().kind == .v2 ? "2" : "1"
  }
}
