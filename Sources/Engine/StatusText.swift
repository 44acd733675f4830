import Support

/// The STATUS column of `docker ps`.
package enum StatusText {
  /// `Up 5 seconds`, `Exited (0) 2 minutes ago`, `Created`, `Up 2 hours (Paused)`,
  /// `Restarting (1) 3 seconds ago`. Times in nanoseconds since 1970.
  package static func text(
    status: ContainerState.Status, exitCode: Int32, startedAt: Int64, finishedAt: Int64,
    health: String? = nil, now: Int64
  ) -> String {
    let up = "Up \(HumanDuration.text(nanoseconds: now - startedAt))"
    let ago = "\(HumanDuration.text(nanoseconds: now - finishedAt)) ago"
    switch status {
    case .created: return "Created"
    case .running: return up + (health.map { " (\($0))" } ?? "")
    case .paused: return up + " (Paused)"
    case .restarting: return "Restarting (\(exitCode)) \(ago)"
    case .removing: return "Removal In Progress"
    case .exited: return finishedAt == 0 ? "Created" : "Exited (\(exitCode)) \(ago)"
    case .dead: return "Dead"
    }
  }
}
