import ArgumentParser
import Compose
import Documents
import Linux
import Support

struct ComposeConfig: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config",
    abstract: "Parse, resolve and render compose file in canonical format",
    usage: "\(ProgramName.compose) config [OPTIONS] [SERVICE...]", aliases: ["convert"])

  @OptionGroup var project: ComposeProjectOptions
  @Flag(help: "Print environment used for interpolation") var environment = false
  @Option(help: "Format the output: yaml or json") var format = "yaml"
  @Option(help: "Print the service config hash, one per line (\"*\" for all services)")
  var hash: String?
  @Flag(help: "Print the image names, one per line") var images = false
  @Flag(help: "Print the network names, one per line") var networks = false
  @Flag(help: "Don't check model consistency") var noConsistency = false
  @Flag(help: "Don't resolve service env files") var noEnvResolution = false
  @Flag(help: "Don't interpolate environment variables") var noInterpolate = false
  @Flag(help: "Don't normalize compose model") var noNormalize = false
  @Option(name: .shortAndLong, help: "Save to file (default to stdout)") var output: String?
  @Flag(help: "Print the profile names, one per line") var profiles = false
  @Flag(name: .shortAndLong, help: "Only validate the configuration, don't print anything")
  var quiet = false
  @Flag(help: "Print the service names, one per line") var services = false
  @Flag(help: "Print the volume names, one per line") var volumes = false
  @Argument var names: [String] = []

  func run() throws {
    guard ["yaml", "json"].contains(format) else {
      throw DklabError(
        .invalid, id: "compose.format",
        Text("unsupported format `\(format)`", ko: "지원하지 않는 형식 `\(format)`"),
        hint: Text("known: yaml, json", ko: "쓸 수 있는 형식: yaml, json"))
    }
    let loaded = try project.load { loader in
      loader.services = names
      loader.interpolates = !noInterpolate
      loader.normalizes = !noNormalize
      loader.checksConsistency = !noConsistency
      loader.resolvesEnvironment = !noEnvResolution
    }
    if quiet { return }
    if let lines = try lines(of: loaded) {
      for line in lines { print(line) }
      return
    }
    let text = document(loaded)
    if let output {
      try File.replace(output, text)
    } else {
      print(text, terminator: "")
    }
  }

  /// What one of the list flags asks for.
  private func lines(of project: Project) throws -> [String]? {
    if services { return project.names("services") }
    if let hash {
      let wanted = hash == "*" ? nil : hash.split(separator: ",").map(String.init)
      let known = project.names("services")
      if let name = wanted?.first(where: { !known.contains($0) }) {
        throw DklabError(
          .notFound, id: "compose.no-service",
          Text("no such service: \(name)", ko: "그런 서비스가 없습니다: \(name)"),
          hint: Suggestion.nearest(to: name, in: known).map {
            Text("did you mean `\($0)`?", ko: "`\($0)`을(를) 쓰려던 것입니까?")
          }, exitStatus: 1)
      }
      let document = ConfigDocument(project)
      return known.filter { wanted?.contains($0) ?? true }
        .map { "\($0) \(ServiceHash.text(document, service: $0))" }
    }
    if volumes { return project.names("volumes") }
    if networks { return project.names("networks") }
    if images { return project.images }
    if profiles { return project.profiles }
    if environment { return project.environment.sorted { $0.key < $1.key }.map { "\($0)=\($1)" } }
    return nil
  }

  /// The whole document. What it says is read again with variables replaced, so a dollar sign is
  /// doubled, unless nothing was replaced.
  private func document(_ project: Project) -> String {
    let json = ConfigDocument(project).json
    let text = format == "json" ? json.text(indentation: 2) + "\n" : YAMLWriter.text(json)
    return noInterpolate ? text : text.replacing("$", with: "$$")
  }
}
