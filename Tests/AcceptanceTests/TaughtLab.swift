import Linux
import Testing

/// A lab of a test's own, started, in the engine instance that belongs to it.
final class TaughtLab {
  let sandbox: Sandbox
  let id: String
  private let folder: String
  private(set) var environment: [String: String]

  /// Writes and starts a lab whose steps have the given headings and checks. `root` is for a test
  /// that breaks the whole of it.
  init(_ steps: [(heading: String, checks: String)], root: String = Sandbox.root) throws {
    sandbox = try Sandbox()
    id = "l\(UInt32.random(in: 1 ... .max))"
    folder = "\(Sandbox.root)/taught-\(id)"
    environment = sandbox.environment.merging([
      "DKLAB_ROOT": root, "DKLAB_LABS": folder, "DKLAB_INSTANCE": "lab-\(id)",
    ]) { $1 }
    try Directory.make("\(folder)/\(id)")
    try write(steps)
    let start = lab("start", "--no-shell", id)
    #expect(start.status == 0, "\(start)")
  }

  /// Writes the lab's text.
  func write(_ steps: [(heading: String, checks: String)]) throws {
    var english = """
      ---
      format: 1
      id: \(id)
      kind: notes
      languages: [en]
      title: A lab
      summary: A lab.
      minutes: 5
      images: [\(steps.contains { $0.checks.contains("busybox") } ? "busybox" : "")]
      ---
      Intro: `box`, `run`, http://localhost:8099/.

      """
    for step in steps {
      english += "## \(step.heading)\n\n`box`, `run`, `astray`, http://localhost:8099/\n\n"
      english += "```bash\ntrue\n```\n\n"
      english += "\(step.checks)\n\n"
    }
    try File.replace("\(folder)/\(id)/lab.md", english, durable: false)
  }

  /// `dklab lab …`
  @discardableResult
  func lab(_ words: String...) -> Sandbox.Output {
    Sandbox.run(["lab"] + words, environment: environment)
  }

  /// `dklab WORDS`, with `input` at its standard input.
  func run(_ words: [String], input: String) -> Sandbox.Output {
    Sandbox.run(words, input: input, environment: environment)
  }

  /// `dklab lab check`, of a step when it is named.
  func check(_ step: String? = nil) -> Sandbox.Output {
    Sandbox.run(
      ["lab", "check", "--lab", id] + (step.map { [$0] } ?? []), environment: environment)
  }

  /// A command in the lab's own engine.
  @discardableResult
  func docker(_ line: String) -> Sandbox.Output {
    Sandbox.run(line.split(separator: " ").map(String.init), environment: environment)
  }

  /// Takes the lab away again.
  func close() {
    lab("reset", "--yes", id)
    try? Directory.removeTree(folder)
    sandbox.close()
  }
}
