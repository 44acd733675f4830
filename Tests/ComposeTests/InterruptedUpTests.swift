import Engine
import Linux
import Testing

@testable import Compose

/// Whatever an `up` was doing when it was killed, the next one ends in the wished state.
@Suite("An interrupted up")
struct InterruptedUpTests {
  private static let services = ["db", "cache", "web", "worker"]

  /// A random project; `version` changes configurations, so that two of them differ.
  private func project(_ generator: inout SystemRandomNumberGenerator) throws -> ProjectModel {
    var text = "services:\n"
    var volumes: Set<String> = []
    for (index, name) in Self.services.enumerated() {
      guard index == 0 || Int.random(in: 0..<5, using: &generator) > 0 else { continue }
      text += "  \(name):\n    image: \(name)\n"
      text += "    environment: {V: \"\(Int.random(in: 0..<2, using: &generator))\"}\n"
      text += "    scale: \(Int.random(in: 0..<4, using: &generator))\n"
      if Bool.random(using: &generator) {
        text += "    volumes: [\"\(name)_data:/data\", \"/scratch\"]\n"
        volumes.insert("\(name)_data")
      }
      if index > 0, Bool.random(using: &generator) {
        let condition = ["service_started", "service_healthy"].randomElement(using: &generator)
        text += "    depends_on:\n      db: {condition: \(condition ?? ""), restart: true}\n"
      }
    }
    if Bool.random(using: &generator) {
      text += "networks: {default: {internal: \(Bool.random(using: &generator))}}\n"
    }
    text += "volumes:\n" + volumes.sorted().map { "  \($0): {}\n" }.joined()
    if volumes.isEmpty { text += "  unused: {}\n" }
    let content = text
    var loader = ProjectLoader(files: ["/demo/compose.yaml"])
    loader.source = ComposeSource(read: { _ in content }, exists: { $0 == "/demo/compose.yaml" })
    return try ProjectModel(try loader.load())
  }

  @Test("is completed by the next one, wherever it was killed")
  func interrupted() throws {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<500 {
      let before = try project(&generator)
      let after = try project(&generator)
      var options = UpOptions()
      options.removesOrphans = true
      var state = Simulation.settled(before)
      // Killed up to three times, then left alone.
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        var simulation = Simulation(after, state: state)
        let plan = UpPlanner.plan(after, simulation.state, options)
        guard !plan.isEmpty else { break }
        let count = Int.random(in: 0..<plan.steps.count, using: &generator)
        simulation.run(plan, steps: count) { Int.random(in: 0..<$0, using: &generator) }
        state = simulation.state
      }
      var simulation = Simulation(after, state: state)
      simulation.run(UpPlanner.plan(after, simulation.state, options))
      let rest = UpPlanner.plan(after, simulation.state, options)
      #expect(rest.isEmpty, "\(rest.text(.en))")
      for service in after.services {
        let there = simulation.state.containers(of: service.name)
        let names = (0..<service.replicas).map { after.containerName(service, $0 + 1) }
        #expect(there.map(\.name).sorted() == names)
        #expect(there.allSatisfy { $0.status == .running && $0.hash == service.hash })
      }
    }
  }

  @Test("keeps the anonymous volumes of what it replaces")
  func volumes() throws {
    func model(_ value: Int) throws -> ProjectModel {
      let text = "services: {a: {image: a, volumes: [/x], environment: {V: \"\(value)\"}}}"
      var loader = ProjectLoader(files: ["/demo/compose.yaml"])
      loader.source = ComposeSource(read: { _ in text }, exists: { $0 == "/demo/compose.yaml" })
      return try ProjectModel(try loader.load())
    }
    let state = Simulation.settled(try model(1))
    let volume = state.containers[0].volumes
    let after = try model(2)
    let plan = UpPlanner.plan(after, state)
    for count in 0...plan.steps.count {
      var simulation = Simulation(after, state: state)
      simulation.run(plan, steps: count)
      var next = Simulation(after, state: simulation.state)
      next.run(UpPlanner.plan(after, next.state))
      #expect(next.state.containers.map(\.volumes) == [volume], "killed after \(count) steps")
      #expect(next.state.containers.map(\.name) == ["demo-a-1"])
    }
  }
}
