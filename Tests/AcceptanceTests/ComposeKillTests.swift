import Glibc
import Linux
import Testing

/// What the tests of plans prove of values (InterruptedUpTests), once more with processes: `compose up` is
/// killed at random moments, and the next one ends in the wished state.
@Suite("compose up, killed", .enabled(if: containerObstacle == nil, "needs root"))
struct ComposeKillTests {
  /// DKLAB_ROUNDS wants more, or fewer.
  private static let rounds =
    getenv("DKLAB_ROUNDS").flatMap { Int(String(cString: $0)) } ?? 25

  private func text(_ generator: inout SystemRandomNumberGenerator) -> (text: String, scale: Int) {
    let scale = Int.random(in: 1...3, using: &generator)
    let isInternal = Int.random(in: 0..<5, using: &generator) == 0
    func version() -> Int { Int.random(in: 0...1, using: &generator) }
    let text = """
      services:
        db:
          image: busybox
          command: sleep 1000
          stop_signal: SIGKILL
          environment: {V: "\(version())"}
          volumes: ["data:/data", /scratch]
        cache:
          image: busybox
          command: sleep 1000
          stop_signal: SIGKILL
          scale: \(scale)
          environment: {V: "\(version())"}
        web:
          image: busybox
          command: sleep 1000
          stop_signal: SIGKILL
          depends_on: {db: {condition: service_started, restart: true}}
      networks: {default: {internal: \(isInternal)}}
      volumes: {data: {}}

      """
    return (text, scale)
  }

  @Test("is completed by the next one, and nothing is left over")
  func killed() throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    var generator = SystemRandomNumberGenerator()
    let project = try ComposeProject(sandbox, text(&generator).text)
    defer { project.close() }
    let words = ["compose", "--project-directory", project.folder]
    for round in 1...Self.rounds {
      let wish = text(&generator)
      try project.write(wish.text)
      let milliseconds = Int.random(in: 20...600, using: &generator)
      let limit = "0." + String("00\(milliseconds)".suffix(3))
      _ = Sandbox.run(
        ["-s", "KILL", limit, Sandbox.binary] + words
          + ["-f", "\(project.folder)/compose.yaml", "up", "-d"],
        program: "/usr/bin/timeout", environment: sandbox.environment)
      let up = project.compose("up -d --remove-orphans")
      guard up.status == 0 else {
        Issue.record("round \(round), killed after \(milliseconds) ms: \(up)")
        return
      }
      let rest = project.compose("up -d --dry-run")
      #expect(!rest.output.contains("1  "), "round \(round), after \(milliseconds) ms: \(rest)")
      let states = project.compose("ps -a --format {{.Name}}:{{.State}}").lines
      let caches = (1...wish.scale).map { "\(project.name)-cache-\($0):running" }
      let wished = caches + ["\(project.name)-db-1:running", "\(project.name)-web-1:running"]
      #expect(states == wished, "round \(round), killed after \(milliseconds) ms")
    }
    #expect(project.compose("down -v").status == 0)
    #expect(sandbox.run("ps -aq").text.isEmpty)
  }
}
