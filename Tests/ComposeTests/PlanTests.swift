import Documents
import Glibc
import Linux
import Support
import Testing

@testable import Compose

/// One case a folder: `compose.yaml` is what is wished; `before.yaml`, if any, is what an `up` was made of
/// before, and `since.txt` what has happened since; `command` is what is asked for. `plan.txt` is the plan.
/// DKLAB_RECORD=1 writes the plans anew.
@Suite("The plan of a compose command")
struct PlanTests {
  static let root = String(#filePath.dropLast("PlanTests.swift".count)) + "Fixtures/plans"

  @Test("is the one written down", arguments: try Directory.list(root))
  func fixture(_ name: String) throws {
    let folder = "\(Self.root)/\(name)"
    let model = try Self.model("\(folder)/compose.yaml")
    let state = try Self.state(folder, model)
    let text = try Self.plan(try File.text("\(folder)/command"), model, state).text(.en)
    let file = "\(folder)/plan.txt"
    if getenv("DKLAB_RECORD") != nil { try File.replace(file, text) }
    #expect(File.exists(file), "\(text)")
    #expect(try File.text(file) == text)
  }

  @Test("can be carried out step by step", arguments: try Directory.list(root))
  func feasible(_ name: String) throws {
    let folder = "\(Self.root)/\(name)"
    let model = try Self.model("\(folder)/compose.yaml")
    let state = try Self.state(folder, model)
    let command = try File.text("\(folder)/command")
    let plan = try Self.plan(command, model, state)
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<20 {
      // The simulation stops the test where a step is not possible: a network with members, a name
      // that is taken, a container that is not there.
      var simulation = Simulation(model, state: state)
      simulation.run(plan) { Int.random(in: 0..<$0, using: &generator) }
    }
  }

  static func model(_ file: String) throws -> ProjectModel {
    var loader = ProjectLoader(files: [file])
    loader.projectName = "demo"
    return try ProjectModel(try loader.load())
  }

  static func state(_ folder: String, _ model: ProjectModel) throws -> ProjectState {
    var simulation = Simulation(model)
    let names = try Directory.list(folder)
    if names.contains("before.yaml") {
      let before = try Self.model("\(folder)/before.yaml")
      simulation = Simulation(model, state: Simulation.settled(before))
      simulation.state.images = simulation.state.images.filter { name, _ in
        model.services.contains { $0.spec.image == name }
      }
    } else {
      simulation.state.images = [:]
    }
    guard names.contains("since.txt") else { return simulation.state }
    for line in try File.text("\(folder)/since.txt").split(separator: "\n") {
      try happen(line.split(separator: " ").map(String.init), model, &simulation)
    }
    return simulation.state
  }

  /// One line of `since.txt`.
  private static func happen(
    _ words: [String], _ model: ProjectModel, _ simulation: inout Simulation
  ) throws {
    switch words[0] {
    case "stop": simulation.perform(.stopContainer(name: words[1], service: "", seconds: nil))
    case "pause": simulation.perform(.pauseContainer(name: words[1]))
    case "remove": simulation.state.containers.removeAll { $0.name == words[1] }
    case "image": simulation.state.images[words[1]] = words[2]
    case "network": simulation.state.networks.append(ObservedNetwork(name: words[1]))
    case "volume": simulation.state.volumes.append(ObservedVolume(name: words[1]))
    case "one-off":
      var container = ObservedContainer(
        id: String(repeating: "9", count: 64), name: words[1], service: words[2], number: 1)
      container.isOneOff = true
      simulation.state.containers.append(container)
    case "interrupted":
      // The first N steps of the plan of `up` were carried out.
      let plan = UpPlanner.plan(model, simulation.state)
      simulation.run(plan, steps: Int(words[1]) ?? 0)
    default: Issue.record("unknown word \(words[0])")
    }
  }

  /// The plan of a command line.
  static func plan(
    _ command: String, _ model: ProjectModel, _ state: ProjectState
  ) throws -> ComposePlan {
    var words = command.split(whereSeparator: \.isWhitespace).map(String.init)
    let verb = words.removeFirst()
    let flags = Set(words.filter { $0.hasPrefix("-") })
    let names = words.filter { !$0.hasPrefix("-") && !$0.contains("=") }
    let seconds = words.first { $0.hasPrefix("-t=") }.flatMap { Int($0.dropFirst(3)) }
    switch verb {
    case "up", "create":
      var options = UpOptions()
      options.services = names
      options.starts = verb == "up" && !flags.contains("--no-start")
      options.removesOrphans = flags.contains("--remove-orphans")
      options.renewsVolumes = flags.contains("-V")
      options.recreatesVolumes = flags.contains("-y")
      options.skipsDependencies = flags.contains("--no-deps")
      options.awaitsReadiness = flags.contains("--wait")
      if flags.contains("--force-recreate") { options.recreation = .force }
      if flags.contains("--no-recreate") { options.recreation = .never }
      for word in words where !word.hasPrefix("-") && word.contains("=") {
        let parts = word.split(separator: "=")
        options.scale[String(parts[0])] = Int(parts[1])
      }
      return UpPlanner.plan(model, state, options)
    case "images": return try ImagePlanner.plan(model.services, state)
    case "down":
      var options = DownPlanner.Options()
      options.services = names
      options.removesVolumes = flags.contains("--volumes")
      options.removesOrphans = flags.contains("--remove-orphans")
      options.images = words.first { $0.hasPrefix("--rmi=") }.map { String($0.dropFirst(6)) }
      return DownPlanner.plan(model, state, options)
    case "start": return LifePlanner.plan(.start, names, model, state)
    case "stop": return LifePlanner.plan(.stop(seconds: seconds), names, model, state)
    case "restart": return LifePlanner.plan(.restart(seconds: seconds), names, model, state)
    case "rm":
      let verb = LifePlanner.Verb.remove(stops: flags.contains("-s"), volumes: false)
      return LifePlanner.plan(verb, names, model, state)
    default:
      throw DklabError(.invalid, id: "test", Text("no verb \(verb)", ko: ""))
    }
  }
}
