import Support

/// Why nothing can be said about a container's process.
enum ProcessUnknown: Error {
  case notRunning(String)
  case error(Text)

  /// The facts that `probe` has brought, or why there are none.
  static func facts(_ probe: Probe, in snapshot: Snapshot) -> Result<ProcessFacts, ProcessUnknown> {
    if case .process(let name) = probe, snapshot.container(name)?.isRunning != true {
      return .failure(.notRunning(name))
    }
    switch snapshot.result(probe) {
    case .process(let facts): return .success(facts)
    case .failed(let reason): return .failure(.error(reason))
    default:
      return .failure(.error(Text("the process could not be read", ko: "프로세스를 읽을 수 없습니다")))
    }
  }

  /// What a check says then: the container's absence is the student's, all else is ours.
  func finding(expected: Text, in snapshot: Snapshot) -> Finding {
    switch self {
    case .error(let reason): return .error(reason)
    case .notRunning(let name):
      guard let container = snapshot.container(name) else {
        return .fail(MissingContainer.failure(name, expected: expected, in: snapshot))
      }
      return .fail(
        Failure(
          expected: expected,
          found: Text(
            "`\(name)` is \(container.status)", ko: "`\(name)`은(는) \(container.status) 상태"),
          causes: StoppedContainer.causes(container, in: snapshot), look: "docker ps -a"))
    }
  }
}
