import ArgumentParser

/// `dklab completions bash|zsh|fish`.
struct Completions: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "completions", abstract: "Print the completion script for a shell")

  @Argument(help: "bash, zsh or fish") var shell: String

  func run() throws {
    guard let shell = CompletionShell(rawValue: shell) else {
      throw ValidationError("unknown shell '\(shell)': one of bash, zsh, fish")
    }
    print(Dklab.completionScript(for: shell))
  }
}
