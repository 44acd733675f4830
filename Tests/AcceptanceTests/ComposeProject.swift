import Linux

/// A folder with a compose file, and the project's name that nobody else has.
final class ComposeProject {
  let sandbox: Sandbox
  let folder: String
  let name: String

  init(_ sandbox: Sandbox, _ text: String, file: String = "compose.yaml") throws {
    self.sandbox = sandbox
    name = "p\(UInt32.random(in: 0 ... .max))"
    folder = "\(Sandbox.root)/\(name)"
    try Directory.make(folder)
    try File.replace("\(folder)/\(file)", text, durable: false)
  }

  /// Another text for the compose file.
  func write(_ text: String, file: String = "compose.yaml") throws {
    try File.replace("\(folder)/\(file)", text, durable: false)
  }

  /// Runs `compose WORDS` for this project.
  @discardableResult
  func compose(_ line: String, seconds: Int = 120) -> Sandbox.Output {
    compose(line.split(separator: " ").map(String.init), seconds: seconds)
  }

  /// The same with words that may have spaces.
  @discardableResult
  func compose(_ words: [String], seconds: Int = 120) -> Sandbox.Output {
    sandbox.run(
      ["compose", "--project-directory", folder, "-f", "\(folder)/compose.yaml"] + words,
      seconds: seconds)
  }

  /// What `inspect -f FORMAT` says of a container of the project.
  func inspect(_ container: String, _ format: String) -> String {
    sandbox.run(["inspect", "-f", format, "\(name)-\(container)"]).text
  }

  func close() {
    try? Directory.removeTree(folder)
  }
}
