/// What happens when a container's program ends (`docker run --restart`).
package enum RestartPolicy: Sendable, Codable, Hashable {
  case no
  case always
  case unlessStopped
  /// Only after a failure; at most `maximum` times in a row, 0 for no limit.
  case onFailure(maximum: Int)

  /// Whether to start again.
  ///
  /// - Parameters:
  ///   - code: the exit status that was just collected.
  ///   - stoppedByHand: `stop` or `kill` asked for the end: no policy goes against that.
  ///   - restarts: how often it was restarted in a row.
  package func restarts(after code: Int32, stoppedByHand: Bool, restarts: Int) -> Bool {
    if stoppedByHand { return false }
    return switch self {
    case .no: false
    case .always, .unlessStopped: true
    case .onFailure(let maximum): code != 0 && (maximum == 0 || restarts < maximum)
    }
  }

  /// Milliseconds before restart number `restarts` (0 is the first): 100 ms, doubled each time, at
  /// most a minute, as Docker waits.
  package static func backOff(restarts: Int) -> Int64 {
    min(100 << Int64(min(restarts, 20)), 60_000)
  }

  /// A run of this many milliseconds counts as a success and starts the back-off anew.
  package static let successAfter: Int64 = 10_000
}
