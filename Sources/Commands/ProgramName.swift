/// The name this program was called by. Linked as `docker` it answers as docker does.
enum ProgramName {
  /// The last part of the first word of the command line.
  static let current = from(CommandLine.arguments.first ?? "dklab")

  static func from(_ path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? ""
    return ["docker", "podman", "docker-compose"].contains(name) ? name : "dklab"
  }

  /// What `compose` is called on this command line.
  static let compose = current == "docker-compose" ? current : "\(current) compose"
}
