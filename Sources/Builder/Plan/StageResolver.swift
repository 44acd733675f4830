// From a Dockerfile and the configurations of its base images to steps and image configurations.
// Pure: everything outside has been looked at before.
//
// Next: StageState.swift, which follows one stage; BuildPlan.swift, which asks the cache.

import Documents
import Images
import Support

/// What a Dockerfile comes to for one set of options.
package struct ResolvedBuild: Sendable {
  package var file: Dockerfile
  package var options: BuildOptions
  /// The stages the target needs, by index, in an order in which each comes after those it needs.
  package var stages: [Int: ResolvedStage]
  package var order: [Int]
  package var target: Int
  /// Names of the stages that are not needed.
  package var skipped: [String]
  package var findings: [LintFinding]

  /// The stage to build.
  package var result: ResolvedStage {
    guard let stage = stages[target] else { preconditionFailure("the target is resolved") }
    return stage
  }
}

/// Resolves the stages that a target needs.
package struct StageResolver {
  let file: Dockerfile
  let options: BuildOptions
  let graph: StageGraph
  let ignore: IgnoreFile?
  /// Finds an image by name, for FROM, COPY --from and RUN --mount from=.
  let image: (String) throws -> BaseImage
  private var stages: [Int: ResolvedStage] = [:]
  private var order: [Int] = []
  private var current: [Int] = []
  var findings: [LintFinding]

  /// Everything `options.target` needs. `image` is asked only for images that are needed; errors of
  /// it are passed on. `ignore` is for a rule about COPY.
  package static func resolve(
    _ file: Dockerfile, _ options: BuildOptions, ignore: IgnoreFile? = nil,
    image: @escaping (String) throws -> BaseImage
  ) throws -> ResolvedBuild {
    let graph = try StageGraph(file, options)
    var resolver = StageResolver(
      file: file, options: options, graph: graph, ignore: ignore, image: image,
      findings: StructureLint.findings(file) + graph.findings)
    let target = try graph.target()
    try resolver.visit(target)
    let configuration: LintConfiguration
    do {
      configuration = try LintConfiguration(parsing: file.directives.check ?? "")
    } catch let error as DockerfileError {
      throw error.asBuildError(at: SourceRange(1))
    }
    let findings = resolver.findings.filter { configuration.includes($0.rule) }
    return ResolvedBuild(
      file: file, options: options, stages: resolver.stages, order: resolver.order,
      target: target,
      skipped: graph.nodes.indices.filter { resolver.stages[$0] == nil }.map {
        graph.nodes[$0].label
      },
      findings: LintFinding.sorted(findings))
  }

  private init(
    file: Dockerfile, options: BuildOptions, graph: StageGraph, ignore: IgnoreFile?,
    image: @escaping (String) throws -> BaseImage, findings: [LintFinding]
  ) {
    self.file = file
    self.options = options
    self.graph = graph
    self.ignore = ignore
    self.image = image
    self.findings = findings
  }

  /// Resolves the stage `index` after all it needs.
  private mutating func visit(_ index: Int) throws {
    if stages[index] != nil { return }
    let node = graph.nodes[index]
    current.append(index)
    defer { current.removeLast() }
    let (base, config) = try base(of: node)
    var state = StageState(index: index, node: node, base: base, config: config, resolver: self)
    try addTriggers(to: &state)
    for instruction in node.stage.instructions {
      try visitSources(of: instruction, for: index)
      do {
        try state.dispatch(instruction)
      } catch let error as DockerfileError {
        throw error.asBuildError(at: instruction.range)
      }
    }
    findings += state.findings
    stages[index] = state.finish()
    order.append(index)
  }

  private mutating func base(of node: StageGraph.Node) throws -> (StageBase, ImageConfig) {
    if let index = node.baseStage {
      try visit(index)
      return (.stage(index), stages[index]?.config ?? ImageConfig())
    }
    if node.base == "scratch" {
      var config = ImageConfig(platform: options.platform)
      config.config.env = [StageState.defaultPath]
      config.config.workingDirectory = "/"
      return (.scratch, config)
    }
    do {
      // A named context that is an image takes the place of the image called so.
      let other = options.namedContexts[node.base].flatMap(NamedContext.image)
      let found = try image(other ?? node.base)
      lintPlatform(of: found, node)
      return (.image(found), found.config)
    } catch let error as DockerfileError {
      throw error.asBuildError(at: node.stage.range)
    }
  }

  private mutating func lintPlatform(of base: BaseImage, _ node: StageGraph.Node) {
    let expected = node.platform ?? "\(options.platform.os)/\(options.platform.architecture)"
    let parts = expected.split(separator: "/")
    let actual = base.config.platform
    guard parts.count >= 2, parts[0] != actual.os || parts[1] != actual.architecture,
      !actual.architecture.isEmpty
    else { return }
    findings.append(
      LintFinding(
        rule: .invalidBaseImagePlatform,
        message: Text(
          "Base image \(node.base) was pulled with platform \"\(actual.os)/\(actual.architecture)\","
            + " expected \"\(expected)\" for current build",
          ko: "베이스 이미지 \(node.base)의 플랫폼은 \"\(actual.os)/\(actual.architecture)\"인데 "
            + "\"\(expected)\"이(가) 필요합니다"), range: node.stage.range))
  }

  /// What the base image wants to be done first (ONBUILD).
  private mutating func addTriggers(to state: inout StageState) throws {
    let triggers = state.config.config.onBuild ?? []
    state.config.config.onBuild = nil
    guard !triggers.isEmpty else { return }
    state.isTrigger = true
    for text in triggers {
      do {
        var instruction = try Dockerfile.trigger(text, directives: Directives())
        instruction.range = state.node.stage.range
        state.countTrigger(instruction)
        try visitSources(of: instruction, for: state.index)
        try state.dispatch(instruction)
      } catch let error as DockerfileError {
        throw error.asBuildError(at: state.node.stage.range)
      }
    }
    state.isTrigger = false
  }

  /// Resolves the stages that an instruction copies from or mounts.
  private mutating func visitSources(of instruction: Instruction, for index: Int) throws {
    var names: [String] = []
    switch instruction.kind {
    case .copy(let copy): names += [copy.from].compactMap { $0 }
    case .run(let run):
      for mount in run.mounts {
        let parsed = try? RunMount(parsing: mount, expand: { $0 })
        names += [parsed?.from].compactMap { $0 }
      }
    default: break
    }
    for name in names {
      guard let other = stageIndex(name) else { continue }
      if other == index || current.contains(other) {
        throw DockerfileError(
          Text(
            "circular dependency detected on stage: \(graph.nodes[other].label)",
            ko: "단계가 돌고 돌아 자기 자신을 필요로 합니다: \(graph.nodes[other].label)"),
          at: instruction.range, isSyntax: false)
      }
      guard other < index else {
        throw DockerfileError(
          Text(
            "cannot copy from stage \"\(name)\", it needs to be defined before current stage "
              + "\"\(graph.nodes[index].label)\"",
            ko: "단계 \"\(name)\"은(는) \"\(graph.nodes[index].label)\"보다 앞에 있어야 합니다"),
          at: instruction.range, isSyntax: false)
      }
      try visit(other)
    }
  }

  /// The stage called `name`, or with that number.
  func stageIndex(_ name: String) -> Int? {
    if let index = graph.nodes.firstIndex(where: { $0.stage.name == name.lowercased() }) {
      return index
    }
    return Int(name).flatMap { graph.nodes.indices.contains($0) ? $0 : nil }
  }
}

extension LintFinding {
  /// By line, then by name.
  static func sorted(_ findings: [LintFinding]) -> [LintFinding] {
    var seen: Set<LintFinding> = []
    return findings.filter { seen.insert($0).inserted }.sorted {
      ($0.range.first, $0.rule.rawValue) < ($1.range.first, $1.rule.rawValue)
    }
  }
}
