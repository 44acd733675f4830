import Linux
import Support

/// A launch, thought through before anything is done: each operation with its place and its reason.
package struct LaunchPlan: Sendable, Equatable {
  package var steps: [Step]

  /// Who executes an operation, in the order of a launch. The names show in `ps`.
  package enum Stage: String, Sendable, Codable, CaseIterable {
    /// The monitor, in the host's namespaces.
    case monitor
    /// The init process: builds the tree, still seeing the host's.
    case rootfs
    /// The init process: in the container's tree.
    case inside
    /// The init process: becomes who it shall be, then executes the program.
    case identity
  }

  /// One operation and why it is done.
  package struct Step: Sendable, Equatable {
    package var stage: Stage
    package var operation: Operation
    package var reason: Text
  }

  /// What the init process executes, in order.
  package var initOperations: [Operation] {
    steps.filter { $0.stage != .monitor }.map(\.operation)
  }

  /// The plan as text, one operation a line, each followed by its reason; what `--explain` prints
  /// and what the golden tests compare.
  package func text(_ language: Language = .current) -> String {
    var lines: [String] = []
    for stage in Stage.allCases {
      let steps = steps.filter { $0.stage == stage }
      if steps.isEmpty { continue }
      lines.append("[\(stage.rawValue)] \(stage.title(language))")
      for step in steps {
        lines.append("  \(step.operation)")
        lines.append("      \(step.reason(language))")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension LaunchPlan.Stage {
  /// What this stage is about, as a heading.
  package var title: Text {
    switch self {
    case .monitor:
      Text(
        "on the host: the monitor prepares and makes the namespaces",
        ko: "호스트에서: 모니터가 준비하고 네임스페이스를 만듭니다")
    case .rootfs:
      Text(
        "in the new namespaces: the tree the container will see",
        ko: "새 네임스페이스에서: 컨테이너가 볼 파일 트리를 만듭니다")
    case .inside:
      Text(
        "in the container's tree: what must be hidden or fixed",
        ko: "컨테이너의 트리 안에서: 숨기거나 고정할 것을 처리합니다")
    case .identity:
      Text(
        "identity: less and less privilege, then the program",
        ko: "신원: 권한을 차례로 내려놓고 프로그램을 실행합니다")
    }
  }
}
