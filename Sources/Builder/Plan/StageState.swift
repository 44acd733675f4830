// One stage, instruction by instruction: the image's configuration as it grows, the variables in
// scope, the steps.
//
// Next: StageState+Metadata.swift, StageState+Files.swift.

import Images
import Support

/// How far a stage has been followed.
struct StageState {
  static let defaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

  let index: Int
  let node: StageGraph.Node
  let base: StageBase
  let resolver: StageResolver
  var config: ImageConfig
  /// ENV and ARG together: what `$NAME` means, and what a RUN sees.
  var variables: VariableList
  /// ARG in the order of declaration; nil for one without a value.
  var arguments: [(name: String, value: String?)] = []
  var steps: [Step] = []
  var findings: [LintFinding] = []
  var hasWorkdir = false
  var isTrigger = false
  /// Where the instruction was last that counts only once.
  var lastUse: [String: SourceRange] = [:]
  private var total: Int
  private var number = 0

  init(
    index: Int, node: StageGraph.Node, base: StageBase, config: ImageConfig,
    resolver: StageResolver
  ) {
    self.index = index
    self.node = node
    self.base = base
    self.resolver = resolver
    self.config = config
    variables = VariableList(config.config.env ?? [])
    total = node.stage.instructions.count(where: \.makesStep)
    if case .image = base {
      total += 1
      number = 1
    }
  }

  mutating func countTrigger(_ instruction: Instruction) {
    if instruction.makesStep { total += 1 }
  }

  /// `[build 2/4] ` and what follows.
  private func titled(_ text: String, _ number: Int) -> String {
    let digits = String(total).count
    let label = node.label.isEmpty ? "" : node.label + " "
    let padded = String(repeating: " ", count: digits - String(number).count) + String(number)
    return "[\(label)\(padded)/\(total)] \(isTrigger ? "ONBUILD " : "")\(text)"
  }

  mutating func addStep(_ instruction: Instruction, _ operation: StepOperation, title: String) {
    number += 1
    steps.append(
      Step(
        stage: index, title: titled(title, number), range: instruction.range, operation: operation))
  }

  /// One row of `docker history`.
  mutating func addHistory(_ text: String, withLayer: Bool, isFile: Bool = false) {
    config.history.append(
      ImageConfig.History(
        createdBy: isFile ? text + " # buildkit" : text, comment: "buildkit.dockerfile.v0",
        emptyLayer: withLayer ? nil : true))
  }

  /// `text` with its variables expanded; undefined ones are told.
  mutating func expand(_ text: String, at range: SourceRange) throws -> String {
    let values = variables
    var expander = WordExpander(escape: resolver.file.directives.escape) { values[$0] }
    let result = try expander.expand(text)
    report(expander.missing, at: range)
    return result
  }

  mutating func report(_ missing: Set<String>, at range: SourceRange) {
    for name in missing.sorted() {
      if arguments.contains(where: { $0.name == name }) { continue }
      if BuildOptions.proxyNames.contains(name) { continue }
      let nearest = Suggestion.nearest(to: name, in: variables.names)
      findings.append(
        LintFinding(
          rule: .undefinedVar,
          message: Text(
            "Usage of undefined variable '$\(name)'"
              + (nearest.map { " (did you mean $\($0)?)" } ?? ""),
            ko: "정의되지 않은 변수 '$\(name)'을(를) 씁니다" + (nearest.map { " ($\($0)입니까?)" } ?? "")),
          range: range))
    }
  }

  /// The instruction for the progress, variables expanded where that can be done.
  func display(_ instruction: Instruction, keepsQuotes: Bool = false) -> String {
    let values = variables
    var expander = WordExpander(escape: resolver.file.directives.escape) { values[$0] }
    expander.keepsQuotes = keepsQuotes
    expander.keepsUnset = keepsQuotes
    let text = (try? expander.expand(instruction.source)) ?? instruction.source
    let (keyword, rest) = text.splitAtSpace
    return rest.map { "\(keyword.uppercased()) \($0)" } ?? keyword.uppercased()
  }

  mutating func dispatch(_ instruction: Instruction) throws {
    switch instruction.kind {
    case .run(let run): try dispatch(run, instruction)
    case .copy(let copy): try dispatch(copy, instruction)
    case .workdir(let path): try dispatch(workdir: path, instruction)
    default: try dispatchMetadata(instruction)
    }
  }

  func finish() -> ResolvedStage {
    var config = config
    for (name, value) in resolver.options.labels where index == (try? resolver.graph.target()) {
      config.config.labels = config.config.labels ?? [:]
      config.config.labels?[name] = value
    }
    config.created = nil
    config.rootFilesystem.diffIDs = []
    var title = "FROM scratch"
    if case .image(let image) = base {
      var copy = self
      copy.isTrigger = false
      title = copy.titled("FROM \(image.name)", 1)
    }
    return ResolvedStage(
      index: index, label: node.label, base: base, steps: steps, config: config,
      range: node.stage.range, title: title)
  }
}

extension Instruction {
  /// Whether it counts in `[2/4]`.
  var makesStep: Bool {
    switch kind {
    case .run, .copy, .workdir: true
    default: false
    }
  }
}
