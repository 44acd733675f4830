// What a build would do now: every step with hit or miss, and why. The same verdicts that the
// executor comes to; only that a step behind one that runs is not known before that has run.
//
// Next: Act/BuildRun.swift.

import Images
import Support

/// A build, thought through.
package struct BuildPlan: Sendable, Equatable {
  package enum Verdict: Sendable, Hashable {
    case hit
    case miss(MissReason)
  }

  package struct Node: Sendable, Hashable {
    package var title: String
    package var verdict: Verdict
  }

  package struct PlannedStage: Sendable, Hashable {
    package var label: String
    package var title: String
    package var nodes: [Node]
  }

  package var stages: [PlannedStage] = []
  package var skipped: [String] = []

  /// Layers that are there already, and steps.
  package var hits: Int { nodes.count { $0.verdict == .hit } }
  package var nodes: [Node] { stages.flatMap(\.nodes) }

  /// What `build --explain` prints.
  package func text(_ language: Language = .current) -> String {
    var lines: [String] = []
    for stage in stages {
      lines.append(stage.title)
      for node in stage.nodes {
        switch node.verdict {
        case .hit: lines.append("  = \(node.title)")
        case .miss(let reason):
          lines.append("  ! \(node.title)")
          lines.append("      " + Text("runs: ", ko: "실행: ")(language) + reason.text(language))
        }
      }
    }
    for name in skipped {
      lines.append(
        Text("stage \(name): not needed, left out", ko: "\(name) 단계: 필요 없어 건너뜁니다")(language))
    }
    let misses = nodes.count - hits
    lines.append(
      Text(
        "\(hits) of \(nodes.count) steps cached, \(misses) to run",
        ko: "전체 \(nodes.count)단계 가운데 \(hits)단계는 캐시에 있고 \(misses)단계를 실행합니다")(language))
    return lines.joined(separator: "\n") + "\n"
  }
}

/// What a plan is made from beside the resolved build.
package protocol CacheView {
  /// The layer a step made before; nil when it has to run.
  func layer(for key: String) throws -> Digest?
  /// What was built on the layers `chain`.
  func entries(on chain: String) throws -> [BuildCacheEntry]
  /// Everything.
  func entries() throws -> [BuildCacheEntry]
  /// The lines `digest path` of the files a step reads. `layers` are the results of the stages that
  /// are known.
  func inputs(of step: Step, layers: [Int: [Digest]]) throws -> [String]
}

extension BuildPlan {
  /// The verdicts for `build`, as `cache` has it.
  package static func plan(_ build: ResolvedBuild, cache: some CacheView) throws -> BuildPlan {
    var plan = BuildPlan()
    plan.skipped = build.skipped
    var layers: [Int: [Digest]] = [:]
    for index in build.order {
      guard let stage = build.stages[index] else { continue }
      var planned = PlannedStage(label: stage.label, title: stage.title, nodes: [])
      var current = stage.baseLayers(layers)
      for step in stage.steps {
        let verdict: Verdict
        (verdict, current) = try judge(step, build, current, layers, cache)
        planned.nodes.append(Node(title: step.title, verdict: verdict))
      }
      layers[index] = current
      plan.stages.append(planned)
    }
    return plan
  }

  private static func judge(
    _ step: Step, _ build: ResolvedBuild, _ current: [Digest]?, _ layers: [Int: [Digest]],
    _ cache: some CacheView
  ) throws -> (Verdict, [Digest]?) {
    guard let current else { return (.miss(.after), nil) }
    if let unknown = step.stages.first(where: { layers[$0] == nil }) {
      return (.miss(.afterStage(build.stages[unknown]?.label ?? "\(unknown)")), nil)
    }
    let inputs = try cache.inputs(of: step, layers: layers)
    let label = build.stages[step.stage]?.label ?? ""
    if build.options.ignoresCache || build.options.uncachedStages.contains(label) {
      return (.miss(.disabled), nil)
    }
    let chain = CacheKey.chain(current)
    let key = CacheKey.key(
      step.operation, on: chain, inputs: inputs, sourceDate: build.options.sourceDate)
    if let layer = try cache.layer(for: key) { return (.hit, current + [layer]) }
    let reason = MissReason.find(
      operation: step.operationText, inputs: inputs, on: try cache.entries(on: chain),
      elsewhere: try cache.entries())
    return (.miss(reason), nil)
  }
}

extension ResolvedStage {
  /// The layers it begins with; nil while the stage below it is not known.
  func baseLayers(_ stages: [Int: [Digest]]) -> [Digest]? {
    switch base {
    case .scratch: []
    case .image(let image): image.layers
    case .stage(let index): stages[index]
    }
  }
}

extension Step {
  /// The instruction without its place in the file: `COPY . /app`.
  package var operationText: String {
    guard title.hasPrefix("["), let end = title.range(ofBracket: "] ") else { return title }
    return String(title[end...])
  }
}

extension String {
  fileprivate func range(ofBracket mark: String) -> String.Index? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(mark) { return index(start, offsetBy: mark.count) }
      start = index(after: start)
    }
    return nil
  }
}
