import ArgumentParser
import Documents
import Glibc

/// What this program is.
enum Version {
  static let text = "0.1.0"

  static var json: JSONObject {
    let kernel = names()
    return [
      "Version": .string(text), "ApiVersion": "1.50", "Os": "linux",
      "Arch": .string(kernel.machine), "KernelVersion": .string(kernel.release),
    ]
  }

  /// The kernel's release and the machine, by docker's names (`amd64`).
  static func names() -> (release: String, machine: String) {
    var names = utsname()
    uname(&names)
    let release = withUnsafeBytes(of: &names.release) { text($0) }
    let machine = withUnsafeBytes(of: &names.machine) { text($0) }
    return (release, ["x86_64": "amd64", "aarch64": "arm64"][machine] ?? machine)
  }

  private static func text(_ bytes: UnsafeRawBufferPointer) -> String {
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
}

struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "version", abstract: "Show the version information",
    usage: "\(ProgramName.current) version [OPTIONS]")

  @Option(name: .shortAndLong, help: "Format output: json or TEMPLATE") var format: String?

  func run() throws {
    let object: JSONObject = ["Client": .object(Version.json), "Server": .object(Version.json)]
    if let format {
      let template = try GoTemplate(format == "json" ? "{{json .}}" : format)
      return print(try template.render(.object(object), as: InspectFormat.shape))
    }
    let facts = Version.names()
    print(
      """
      Client: dklab
       Version:           \(Version.text)
       API version:       1.50
       OS/Arch:           linux/\(facts.machine)

      Server: dklab (no daemon: every command does its own work)
       Engine:
        Version:          \(Version.text)
        API version:      1.50
        OS/Arch:          linux/\(facts.machine)
        Kernel Version:   \(facts.release)
      """)
  }
}
