import Documents
import Support

/// Reads one set of files, each laid over the one before: the files of a project, or those of one
/// `include`.
struct FileLoader {
  let source: ComposeSource
  /// Variables: the environment's, over those of `.env`.
  let environment: [String: String]
  /// Whether variables are replaced (`config --no-interpolate` says no).
  let interpolates: Bool
  let warnings: Warnings

  /// What is worth saying and no error.
  final class Warnings {
    private(set) var all: [ComposeWarning] = []

    func add(_ warning: ComposeWarning) {
      if !all.contains(where: { $0.message == warning.message }) { all.append(warning) }
    }
  }

  /// One file, parsed, its variables replaced, held to the schema.
  func checked(_ path: String) throws -> YAMLNode {
    var node = try source.document(path)
    if interpolates {
      var interpolation = Interpolation { environment[$0] }
      node = try interpolation.apply(to: node)
      for name in interpolation.unset {
        warnings.add(
          ComposeWarning(
            Text(
              "The \"\(name)\" variable is not set. Defaulting to a blank string.",
              ko: "변수 \"\(name)\"에 값이 없어 빈 문자열로 둡니다.")))
      }
    }
    var check = SchemaCheck()
    check.check(node, .project)
    if let first = check.problems.first {
      throw check.problems.count == 1 ? first : ComposeProblems(check.problems)
    }
    if let version = node["version"] {
      warnings.add(
        ComposeWarning(
          Text(
            "the attribute `version` is obsolete, it will be ignored, please remove it to avoid "
              + "potential confusion",
            ko: "`version` 속성은 더 이상 쓰이지 않아 무시합니다. 혼동을 피하려면 지우세요"),
          at: version.location))
      node[member: "version"] = nil
    }
    return node
  }

  /// `files` on top of each other, with what they extend and include; long forms, absolute paths.
  func load(_ files: [String], directory: String, including: [String] = []) throws -> YAMLNode {
    var model: YAMLNode?
    for file in files {
      var node = try checked(file)
      node = try Extends(loader: self, directory: directory).apply(to: node)
      if let includes = node["include"]?.sequence {
        node[member: "include"] = nil
        for include in includes {
          let included = try load(include, from: directory, including: including + files)
          node = try Self.add(included, to: node)
        }
      }
      if let base = model {
        model = try Merge.merge(base, node)
      } else {
        model = Merge.withoutTags(node)
      }
      model = model.map { Uniqueness.enforce($0) }
    }
    guard let model else { throw ComposeProblems([]) }
    let canonical = try Canonical.apply(to: model)
    return Uniqueness.enforce(
      RelativePaths(directory: directory, home: environment["HOME"]).apply(to: canonical))
  }

  /// One entry of `include`: files of their own folder, with their own `.env`.
  private func load(
    _ include: YAMLNode, from directory: String, including: [String]
  ) throws -> YAMLNode {
    let here = RelativePaths(directory: directory, home: environment["HOME"])
    let entry = include["path"] ?? include
    let files = MergeRules.sequence(entry).compactMap(\.text).map(here.absolute)
    guard let first = files.first else {
      throw include.error(
        "compose.include", Text("include: no file is named", ko: "include: 파일이 없습니다"))
    }
    for file in files {
      if including.contains(file) {
        throw include.error(
          "compose.include.cycle",
          Text(
            "include cycle detected: \((including + [file]).joined(separator: " → "))",
            ko: "include가 순환합니다: \((including + [file]).joined(separator: " → "))"))
      }
      if !source.exists(file) {
        throw include.error(
          "compose.include.file",
          Text("include: no such file: \(file)", ko: "include: 파일이 없습니다: \(file)"))
      }
    }
    let folder =
      include["project_directory"]?.text.map(here.absolute)
      ?? String(first[..<(first.lastIndex(of: "/") ?? first.startIndex)])
    let named = include["env_file"].map { MergeRules.sequence($0).compactMap(\.text) }
    let envFiles = named?.filter { $0 != "/dev/null" }.map(here.absolute) ?? [folder + "/.env"]
    var variables = environment
    for file in envFiles where named != nil || source.exists(file) {
      let found = try DotEnv.parse(try source.read(file), file: file) { variables[$0] }
      for (name, value) in found where environment[name] == nil { variables[name] = value }
    }
    let inner = FileLoader(
      source: source, environment: variables, interpolates: interpolates, warnings: warnings)
    return try inner.load(files, directory: folder, including: including)
  }

  /// Adds the resources of an included project; what the including file says itself wins.
  private static func add(_ included: YAMLNode, to node: YAMLNode) throws -> YAMLNode {
    var result = node
    for key in ["services", "volumes", "networks", "secrets", "configs", "models"] {
      guard let resources = included[key] else { continue }
      var mine = result[key] ?? resources.object([])
      for (name, resource) in resources.members {
        if let own = mine[name] {
          mine[member: name] = try Merge.merge(resource, own, at: ComposePath([key, name]))
        } else {
          mine[member: name] = resource
        }
      }
      result[member: key] = mine
    }
    return result
  }
}
