import ArgumentParser
import Kubectl
import Support

/// `dklab kubectl` as the list of commands shows it. What follows the word is read by `KubectlMain`,
/// before the argument parser sees it.
struct KubectlCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kubectl", abstract: "A client of any Kubernetes cluster, with kubectl's commands",
    usage: "dklab kubectl COMMAND [ARGUMENTS]")

  @Argument(parsing: .captureForPassthrough, help: ArgumentHelp(visibility: .private))
  var words: [String] = []

  func run() throws {
    throw ExitCode(KubectlMain.run(words))
  }

  /// The words for kubectl when this command line is for it; nil for any other. Linked or named
  /// kubectl, the program is nothing else.
  static func words(of arguments: [String]) -> [String]? {
    let name = arguments.first?.split(separator: "/").last.map(String.init) ?? ""
    if name == "kubectl" { return Array(arguments.dropFirst()) }
    return arguments.dropFirst().first == "kubectl" ? Array(arguments.dropFirst(2)) : nil
  }
}
