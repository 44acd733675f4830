import Linux
import Runtime
import Support

// Stopping several containers at once: each is asked first, then all are waited for.
extension Engine {
  /// Asks a container to stop, as `stop` does, and does not wait. nil when it does not run; else the
  /// connection on which its exit will come, for ``endStop(_:_:)``.
  package func beginStop(
    _ record: ContainerRecord, signal: Signal? = nil, seconds: Int? = nil
  ) throws -> MonitorClient? {
    guard record.state.isActive else { return nil }
    let client = try monitor(of: record)
    if record.state.status == .paused { try unpause(record) }
    let number = (signal ?? record.spec.stopSignal).number
    let limit = seconds ?? record.spec.stopTimeout ?? 10
    try journal.append(
      "container", "kill", actor: record.id, name: record.name,
      attributes(record, ["signal": "\(number)"]))
    try client.send(Frame(.stop, "\(number) \(limit)"))
    return client
  }

  /// Waits for the exit of a container that was asked to stop.
  package func endStop(_ record: ContainerRecord, _ client: MonitorClient) throws {
    _ = try client.awaitExit()
    try journal.append(
      "container", "stop", actor: record.id, name: record.name, attributes(record))
  }
}
