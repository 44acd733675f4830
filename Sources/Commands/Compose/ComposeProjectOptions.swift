import ArgumentParser
import Compose
import FoundationEssentials
import Support

/// Which project: the flags before the verb, and the variables that stand for them.
struct ComposeProjectOptions: ParsableArguments {
  @Option(name: .customLong("compose-file"), help: .hidden) var files: [String] = []
  @Option(name: .customLong("compose-project-name"), help: .hidden) var projectName: String?
  @Option(name: .customLong("compose-project-directory"), help: .hidden)
  var projectDirectory: String?
  @Option(name: .customLong("compose-profile"), help: .hidden) var profiles: [String] = []
  @Option(name: .customLong("compose-env-file"), help: .hidden) var envFiles: [String] = []
  @Option(name: .customLong("compose-ansi"), help: .hidden) var ansi: String?
  @Option(name: .customLong("compose-progress"), help: .hidden) var progress: String?
  @Option(name: .customLong("compose-parallel"), help: .hidden) var parallel: String?
  @Flag(name: .customLong("compose-compatibility"), help: .hidden) var compatibility = false
  @Flag(name: .customLong("compose-dry-run"), help: .hidden) var dryRun = false

  /// A loader for the files that are named, or found here or above.
  func loader() throws -> ProjectLoader {
    let environment = ProcessInfo.processInfo.environment
    let here = FileManager.default.currentDirectoryPath
    let absolute = { (path: String) in path.hasPrefix("/") || path == "-" ? path : here + "/" + path
    }
    var named = files
    if named.isEmpty, let variable = environment["COMPOSE_FILE"], !variable.isEmpty {
      let separator = environment["COMPOSE_PATH_SEPARATOR"].flatMap(\.first) ?? ":"
      named = variable.split(separator: separator).map(String.init)
    }
    var found: [String]
    if named.isEmpty {
      let result = try ComposeFiles.find(
        from: projectDirectory.map(absolute) ?? here, exists: ComposeSource.files.exists)
      found = result.files
      if !result.ignored.isEmpty {
        Self.warn(
          Text(
            "found more files of a project, using \(found[0]); not read: "
              + result.ignored.joined(separator: ", "),
            ko: "프로젝트 파일이 여러 개라 \(found[0])만 씁니다. 읽지 않은 파일: "
              + result.ignored.joined(separator: ", ")))
      }
    } else {
      found = named.map(absolute)
      for file in found where file != "-" && !ComposeSource.files.exists(file) {
        throw DklabError(
          .notFound, id: "compose.no-file",
          Text("open \(file): no such file", ko: "\(file): 파일이 없습니다"))
      }
    }
    var loader = ProjectLoader(files: found)
    loader.projectDirectory = projectDirectory.map(absolute) ?? (found == ["-"] ? here : nil)
    loader.projectName = projectName
    loader.environment = environment
    if !envFiles.isEmpty {
      loader.envFiles = envFiles.map(absolute)
    } else if let variable = environment["COMPOSE_ENV_FILES"], !variable.isEmpty {
      loader.envFiles = variable.split(separator: ",").map { absolute(String($0)) }
    }
    return loader
  }

  /// The project; its warnings go to standard error, several mistakes are told one by one.
  func load(_ change: (inout ProjectLoader) -> Void = { _ in }) throws -> Project {
    var loader = try loader()
    change(&loader)
    loader.profiles += profiles
    return try told {
      let project = try loader.load()
      for warning in project.warnings { warn(warning.message, at: warning.location) }
      return project
    }
  }

  /// What `body` returns; several mistakes at once are told one by one.
  func told<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let several as ComposeProblems {
      let report = ErrorReport(program: ProgramName.current)
      for problem in several.problems {
        FailureLog.note(problem)
        for line in report.lines(for: problem) { StandardError.print(line) }
      }
      throw BatchFailure(exitStatus: several.problems.first.map(ErrorReport.exitStatus) ?? 1)
    }
  }

  /// The project's name where no files say what is in it: `-p NAME`, in a folder without any.
  var nameWithoutFiles: String? {
    let environment = ProcessInfo.processInfo.environment
    guard files.isEmpty, environment["COMPOSE_FILE"]?.isEmpty ?? true,
      let name = projectName ?? environment["COMPOSE_PROJECT_NAME"], !name.isEmpty
    else { return nil }
    let here = projectDirectory ?? FileManager.default.currentDirectoryPath
    let found = try? ComposeFiles.find(from: here, exists: ComposeSource.files.exists)
    return found == nil ? name : nil
  }

  /// A warning on standard error.
  func warn(_ message: Text, at location: SourceLocation? = nil) {
    Self.warn(message, at: location)
  }

  private static func warn(_ message: Text, at location: SourceLocation? = nil) {
    let place = location.map { "\($0.file):\($0.line):\($0.column): " } ?? ""
    let word = Style.yellow(
      Text("warning:", ko: "경고:")(), on: .standardError)
    StandardError.print("\(word) \(place)\(message())")
  }
}
