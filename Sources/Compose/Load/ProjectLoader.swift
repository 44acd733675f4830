import Documents
import Support

/// From the files of a project to its model: what `docker compose config` does.
///
/// The stages, each a function from tree to tree: read, interpolate, hold to the schema, extend,
/// include, merge (``FileLoader``); long forms (``Canonical``); absolute paths; what is left unsaid
/// (``Normalize``); consistency; variables of `env_file`; profiles (``Selection``).
package struct ProjectLoader {
  package var source: ComposeSource = .files
  /// Absolute; the first one's folder is the project's folder.
  package var files: [String]
  package var projectDirectory: String?
  package var projectName: String?
  package var profiles: [String] = []
  /// Services that were asked for by name; none means all.
  package var services: [String] = []
  /// Files of variables, in the place of `.env`.
  package var envFiles: [String]?
  package var environment: [String: String] = [:]
  package var interpolates = true
  package var normalizes = true
  package var checksConsistency = true
  package var resolvesEnvironment = true

  package init(files: [String]) {
    self.files = files
  }

  /// Reads the project.
  ///
  /// - Throws: ``DklabError`` with a place, or ``ComposeProblems`` for several at once.
  package func load() throws -> Project {
    let directory = folder
    let variables = try variables(directory)
    let warnings = FileLoader.Warnings()
    let loader = FileLoader(
      source: source, environment: variables, interpolates: interpolates, warnings: warnings)
    var tree = try loader.load(files, directory: directory)
    let name = try name(tree, variables, directory)
    if normalizes {
      tree = Normalize(projectName: name) { variables[$0] }.apply(to: tree)
      // `build.context` may have come from the defaults.
      tree = RelativePaths(directory: directory, home: variables["HOME"]).apply(to: tree)
    } else {
      tree[member: "name"] = tree.string(name)
    }
    if checksConsistency {
      let problems = Consistency(tree).problems
      if let first = problems.first {
        throw problems.count == 1 ? first : ComposeProblems(problems)
      }
    }
    if resolvesEnvironment {
      tree = try EnvFiles(source: source, environment: variables).apply(to: tree)
    }
    let complete = tree
    tree = try Selection(profiles: activeProfiles(variables), services: services).apply(to: tree)
    if (complete["services"]?.members ?? []).isEmpty, checksConsistency {
      warnings.add(ComposeWarning(Text("no service is defined", ko: "정의된 서비스가 없습니다")))
    }
    return Project(
      name: name, directory: directory, files: files, tree: tree, complete: complete,
      environment: variables, warnings: warnings.all)
  }

  private var folder: String {
    if let projectDirectory { return projectDirectory }
    guard let first = files.first, let slash = first.lastIndex(of: "/"), slash != first.startIndex
    else { return "/" }
    return String(first[..<slash])
  }

  private func variables(_ directory: String) throws -> [String: String] {
    var variables = environment
    let files = envFiles ?? [directory + "/.env"]
    for file in files {
      guard source.exists(file) else {
        if envFiles == nil { continue }
        throw DklabError(
          .notFound, id: "compose.env-file.missing",
          Text("couldn't find env file: \(file)", ko: "env 파일을 찾을 수 없습니다: \(file)"))
      }
      let found = try DotEnv.parse(try source.read(file), file: file) { variables[$0] }
      for (name, value) in found where environment[name] == nil { variables[name] = value }
    }
    return variables
  }

  private func name(
    _ tree: YAMLNode, _ variables: [String: String], _ directory: String
  ) throws -> String {
    if let projectName { return try ProjectName.validated(projectName) }
    if let name = variables["COMPOSE_PROJECT_NAME"], !name.isEmpty {
      return try ProjectName.validated(name)
    }
    if let node = tree["name"], let name = node.text, !name.isEmpty {
      return try ProjectName.validated(name, at: node.location)
    }
    let base = directory.split(separator: "/").last.map(String.init) ?? ""
    let name = ProjectName.normalized(base)
    guard !name.isEmpty else {
      throw DklabError(
        .invalid, id: "compose.project-name",
        Text("project name must not be empty", ko: "프로젝트 이름이 비어 있습니다"),
        hint: Text("give one with -p", ko: "-p로 이름을 지정하세요"))
    }
    return name
  }

  private func activeProfiles(_ variables: [String: String]) -> [String] {
    profiles
      + (variables["COMPOSE_PROFILES"] ?? "").split(separator: ",").map {
        String($0).trimmed
      }
  }
}

extension String {
  fileprivate var trimmed: String {
    var text = self[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
