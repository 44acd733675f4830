import ArgumentParser
import Images
import Support

struct Import: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Import the contents from a tarball to create a filesystem image",
    usage: "\(ProgramName.current) import [OPTIONS] file|- [REPOSITORY[:TAG]]")

  @Option(name: .shortAndLong, help: "Apply Dockerfile instruction to the created image")
  var change: [String] = []
  @Option(name: .shortAndLong, help: "Set commit message for imported image") var message: String?
  @Argument(completion: .file()) var file: String
  @Argument var repository: String?
  // Docker takes more arguments and looks at two.
  @Argument(help: .hidden) var more: [String] = []

  func run() throws {
    let reference = try repository.map { try Reference($0) }
    if file.hasPrefix("http://") || file.hasPrefix("https://") {
      throw DklabError(
        .unsupported, id: "import.url",
        Text("import from a URL is not supported", ko: "URL에서 가져올 수는 없습니다"),
        hint: Text(
          "download it first: curl -L \(file) | \(ProgramName.current) import -",
          ko: "먼저 내려받으세요: curl -L \(file) | \(ProgramName.current) import -"))
    }
    let store = try openEngine().images()
    try withInput(file) { descriptor, name in
      let image = try store.importArchive(
        descriptor, name: name, changes: change, message: message, reference: reference)
      print(image.id)
    }
  }
}
