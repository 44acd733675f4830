// Which stages there are, what each needs, and which of them the target needs at all. Pure.
//
// Next: StageResolver.swift.

import Support

/// The stages of a Dockerfile with the names in FROM expanded.
struct StageGraph {
  /// What FROM means once its variables have values.
  struct Node {
    var stage: Stage
    var base: String
    var baseStage: Int?
    var platform: String?
    var label: String
  }

  let file: Dockerfile
  let options: BuildOptions
  private(set) var nodes: [Node] = []
  /// Global arguments with their values.
  private(set) var arguments = VariableList()
  private(set) var findings: [LintFinding] = []

  init(_ file: Dockerfile, _ options: BuildOptions) throws {
    self.file = file
    self.options = options
    for (name, value) in options.platformArguments { arguments[name] = value }
    let predefined = Set(arguments.names)
    try readGlobalArguments()
    let defaults = try? StageGraph.defaults(file, options)
    for (index, stage) in file.stages.enumerated() {
      try add(stage, index)
      lintDefault(stage, defaults)
      lintPlatform(stage, predefined)
    }
    if nodes.count == 1 { nodes[0].label = nodes[0].stage.name ?? "" }
  }

  private mutating func readGlobalArguments() throws {
    for instruction in file.globalArguments {
      guard case .argument(let list) = instruction.kind else { continue }
      for argument in list {
        if let given = options.arguments[argument.name] {
          arguments[argument.name] = given
        } else if let value = argument.value {
          arguments[argument.name] = try expand(value, at: instruction.range).text
        }
      }
    }
  }

  /// The global arguments as they are without any `--build-arg`.
  private static func defaults(_ file: Dockerfile, _ options: BuildOptions) throws -> VariableList {
    var result = VariableList()
    for (name, value) in options.platformArguments { result[name] = value }
    for instruction in file.globalArguments {
      guard case .argument(let list) = instruction.kind else { continue }
      for argument in list {
        guard let value = argument.value else { continue }
        var expander = WordExpander(escape: file.directives.escape) { result[$0] }
        result[argument.name] = try expander.expand(value)
      }
    }
    return result
  }

  private func expand(
    _ text: String, at range: SourceRange
  ) throws -> (text: String, missing: Set<String>, used: Set<String>) {
    let values = arguments
    var expander = WordExpander(escape: file.directives.escape) { values[$0] }
    do {
      let text = try expander.expand(text)
      return (text, expander.missing, expander.used)
    } catch let error as DockerfileError {
      throw error.asBuildError(at: range)
    }
  }

  private mutating func add(_ stage: Stage, _ index: Int) throws {
    let base = try expand(stage.base, at: stage.range)
    report(undefined: base.missing, stage)
    guard !base.text.isEmpty else {
      throw DockerfileError(
        Text(
          "base name (\(stage.base)) should not be blank", ko: "베이스 이미지의 이름이 비었습니다: \(stage.base)"),
        hint: Text(
          "give the argument a default before FROM, or --build-arg NAME=VALUE",
          ko: "FROM 앞의 ARG에 기본값을 주거나 --build-arg 이름=값 을 쓰세요"), at: stage.range,
        isSyntax: false)
    }
    var node = Node(
      stage: stage, base: base.text, label: stage.name ?? "stage-\(index)")
    node.baseStage = nodes.lastIndex { $0.stage.name == base.text.lowercased() }
    if let platform = stage.platform {
      let expanded = try expand(platform, at: stage.range)
      report(undefined: expanded.missing, stage)
      guard !expanded.text.isEmpty else {
        throw DockerfileError(
          Text(
            "empty platform value from expression \(platform)", ko: "플랫폼이 비었습니다: \(platform)"),
          at: stage.range, isSyntax: false)
      }
      node.platform = expanded.text
    }
    nodes.append(node)
  }

  private mutating func report(undefined names: Set<String>, _ stage: Stage) {
    let declared = arguments.names
    for name in names.sorted() where !declared.contains(name) {
      let nearest = Suggestion.nearest(to: name, in: declared)
      findings.append(
        LintFinding(
          rule: .undefinedArgInFrom,
          message: Text(
            "FROM argument '\(name)' is not declared"
              + (nearest.map { " (did you mean \($0)?)" } ?? ""),
            ko: "FROM에 쓴 '\(name)'은(는) 선언되지 않았습니다" + (nearest.map { " (\($0)입니까?)" } ?? "")),
          range: stage.range))
    }
  }

  private mutating func lintDefault(_ stage: Stage, _ defaults: VariableList?) {
    guard let defaults else { return }
    var expander = WordExpander(escape: file.directives.escape) { defaults[$0] }
    guard let name = try? expander.expand(stage.base), !ImageNameText.isPlausible(name) else {
      return
    }
    findings.append(
      LintFinding(
        rule: .invalidDefaultArgInFrom,
        message: Text(
          "Default value for ARG \(stage.base) results in empty or invalid base image name",
          ko: "ARG \(stage.base)의 기본값으로는 이미지 이름이 되지 않습니다"), range: stage.range))
  }

  private mutating func lintPlatform(_ stage: Stage, _ predefined: Set<String>) {
    guard let text = stage.platform, let value = try? expand(text, at: stage.range) else { return }
    if value.used == ["TARGETPLATFORM"], value.missing.isEmpty,
      value.text == arguments["TARGETPLATFORM"]
    {
      findings.append(
        LintFinding(
          rule: .redundantTargetPlatform,
          message: Text(
            "Setting platform to predefined \(text) in FROM is redundant as this is the default "
              + "behavior", ko: "플랫폼은 본디 \(text)이므로 쓸 필요가 없습니다"), range: stage.range))
    }
    guard value.used.isEmpty, value.missing.isEmpty else { return }
    let parts = value.text.split(separator: "/")
    let name = stage.name ?? ""
    if parts.contains(where: { name.contains($0) }) { return }
    findings.append(
      LintFinding(
        rule: .fromPlatformFlagConstDisallowed,
        message: Text(
          "FROM --platform flag should not use constant value \"\(value.text)\"",
          ko: "FROM --platform에 \"\(value.text)\"처럼 못박은 값을 쓰지 마세요"), range: stage.range))
  }

  /// The stage to build: `--target`, else the last.
  func target() throws -> Int {
    guard let wanted = options.target else { return nodes.count - 1 }
    if let index = nodes.lastIndex(where: { $0.stage.name == wanted.lowercased() }) { return index }
    if let index = Int(wanted), nodes.indices.contains(index) { return index }
    let names = nodes.compactMap(\.stage.name)
    let nearest = Suggestion.nearest(to: wanted, in: names)
    throw DockerfileError(
      Text(
        "target stage \"\(wanted)\" could not be found"
          + (nearest.map { " (did you mean \($0)?)" } ?? ""),
        ko: "단계 \"\(wanted)\"이(가) 없습니다" + (nearest.map { " (\($0)입니까?)" } ?? "")),
      hint: names.isEmpty
        ? nil
        : Text(
          "stages: \(names.joined(separator: ", "))", ko: "있는 단계: \(names.joined(separator: ", "))"),
      isSyntax: false)
  }
}

extension DockerfileError {
  /// An error about values rather than form.
  func asBuildError(at range: SourceRange) -> DockerfileError {
    var result = at(range)
    result.isSyntax = false
    return result
  }
}

/// Names of images as far as a Dockerfile can judge them.
enum ImageNameText {
  static func isPlausible(_ name: String) -> Bool {
    guard let first = name.unicodeScalars.first, first.isASCII,
      first.isDigit || first.properties.isLowercase || name.contains("/")
    else { return false }
    return name.unicodeScalars.allSatisfy { scalar in
      scalar.isASCII && !scalar.isSpace && scalar.value > 0x20
        && !"${}\"'".unicodeScalars.contains(scalar)
    } && !name.hasSuffix(":") && !name.hasSuffix("/")
  }
}
