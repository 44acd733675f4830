import Support

/// What a command tells while it works: one thing after the other changes its state.
package protocol ComposeProgress: AnyObject {
  /// `subject` ("Container demo-web-1") is now in `state`.
  func report(_ subject: String, _ state: ComposeProgressState)
  /// Gives the display a chance to move.
  func tick()
  /// Everything is said.
  func finish()
}

/// A state of something, in Docker Compose's words.
package struct ComposeProgressState: Sendable, Equatable {
  package enum Kind: Sendable { case working, done, warning, failed }

  package var word: String
  package var kind: Kind
  package var detail: String

  package init(_ word: String, _ kind: Kind, detail: String = "") {
    self.word = word
    self.kind = kind
    self.detail = detail
  }

  package static let creating = Self("Creating", .working)
  package static let created = Self("Created", .done)
  package static let recreate = Self("Recreate", .working)
  package static let recreated = Self("Recreated", .done)
  package static let starting = Self("Starting", .working)
  package static let started = Self("Started", .done)
  package static let running = Self("Running", .done)
  package static let stopping = Self("Stopping", .working)
  package static let stopped = Self("Stopped", .done)
  package static let removing = Self("Removing", .working)
  package static let removed = Self("Removed", .done)
  package static let restarting = Self("Restarting", .working)
  package static let killing = Self("Killing", .working)
  package static let killed = Self("Killed", .done)
  package static let pausing = Self("Pausing", .working)
  package static let paused = Self("Paused", .done)
  package static let unpausing = Self("Unpausing", .working)
  package static let unpaused = Self("Unpaused", .done)
  package static let waiting = Self("Waiting", .working)
  package static let healthy = Self("Healthy", .done)
  package static let exited = Self("Exited", .done)
  package static let building = Self("Building", .working)
  package static let built = Self("Built", .done)
  package static let pulling = Self("Pulling", .working)
  package static let pulled = Self("Pulled", .done)
  package static let failed = Self("Error", .failed)
}

/// Nothing is told.
package final class QuietComposeProgress: ComposeProgress {
  package init() {}
  package func report(_ subject: String, _ state: ComposeProgressState) {}
  package func tick() {}
  package func finish() {}
}

/// A line for every change, for pipes, logs and readers of single lines.
package final class PlainComposeProgress: ComposeProgress {
  private let prefix: String
  private let write: (String) -> Void

  package init(
    isDryRun: Bool = false, write: @escaping (String) -> Void = ProgressLine.writeToStandardError
  ) {
    prefix = isDryRun ? "DRY-RUN MODE - " : ""
    self.write = write
  }

  package func report(_ subject: String, _ state: ComposeProgressState) {
    let detail = state.detail.isEmpty ? "" : " \(state.detail)"
    write("\(prefix) \(subject)  \(state.word)\(detail)\n")
  }

  package func tick() {}
  package func finish() {}
}

/// A JSON object a line.
package final class JSONComposeProgress: ComposeProgress {
  private let write: (String) -> Void

  package init(write: @escaping (String) -> Void = ProgressLine.writeToStandardError) {
    self.write = write
  }

  package func report(_ subject: String, _ state: ComposeProgressState) {
    let status: String
    switch state.kind {
    case .working: status = "Working"
    case .done: status = "Done"
    case .warning: status = "Warning"
    case .failed: status = "Error"
    }
    write("{\"id\":\"\(subject)\",\"status\":\"\(status)\",\"text\":\"\(state.word)\"}\n")
  }

  package func tick() {}
  package func finish() {}
}
