import ArgumentParser
import Support

/// `dklab oci` as the list of commands shows it. What follows the word is read by `OCIMain`, before
/// the argument parser sees it.
struct OCICommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "oci",
    abstract: "An OCI runtime, as podman and containerd call it (runtime-spec 1.2)",
    usage: "dklab oci [OPTIONS] COMMAND [ARGUMENTS]")

  @Argument(parsing: .captureForPassthrough, help: ArgumentHelp(visibility: .private))
  var words: [String] = []

  func run() throws {
    throw ExitCode(OCIMain.run(words, all: CommandLine.arguments))
  }
}
