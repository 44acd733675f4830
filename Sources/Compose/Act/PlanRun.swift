import Engine
import Glibc
import Linux
import Runtime
import Support

/// Builds and pulls images for an executor: the part that the command line does, which knows how.
package protocol ComposeImages {
  /// Builds the image of `service`, under the name the service gives it.
  func build(_ service: Service) throws
  /// Brings the image of `service`.
  func pull(_ service: Service) throws
}

/// Carries a plan out. It takes the steps as they become possible, starts what can be started at the same
/// time at the same time, and decides nothing: a step that fails keeps those from beginning that come after
/// it, and those only.
///
/// One process with one thread: monitors do the work of starting and stopping, and poll(2) waits for all of
/// them. Next: PlanRun+Steps.swift.
///
/// lab: compose-executor
package final class PlanRun {
  let engine: Engine
  let model: ProjectModel
  let plan: ComposePlan
  let progress: any ComposeProgress
  let images: any ComposeImages
  /// What the run shows of containers that are replaced: one line for the two of them.
  let replaced: [String: String]
  package private(set) var timeline = Timeline()
  /// Asked between steps; true ends the run.
  package var isInterrupted: () -> Bool = { false }
  /// Called now and then, for somebody who shows logs meanwhile.
  package var onIdle: () -> Void = {}
  /// Changes of the engine's records: a health check's result, an exit.
  private let changes: ChangeQueue?

  private enum Phase {
    case waiting, pending(Pending), done, failed, skipped
  }
  private var phases: [Phase]
  private var failures: [any Error] = []

  package init(
    engine: Engine, model: ProjectModel, plan: ComposePlan, progress: any ComposeProgress,
    images: any ComposeImages
  ) {
    self.engine = engine
    self.model = model
    self.plan = plan
    self.progress = progress
    self.images = images
    phases = plan.steps.map { _ in .waiting }
    changes = try? ChangeQueue([engine.directory])
    var replaced: [String: String] = [:]
    for case .createContainer(let new) in plan.steps.map(\.operation) {
      if let old = new.replaces { replaced[old] = new.name }
    }
    self.replaced = replaced
  }

  /// Something that goes on by itself: asked again until it is over.
  struct Pending {
    /// A descriptor that becomes readable when there is news; nil when it has to be asked for.
    var descriptor: Int32?
    /// Whether it only looks on, so that it can be given up.
    var isWait = false
    /// True when it is over; throws when it failed.
    var poll: () throws -> Bool
  }

  /// The run was interrupted from outside.
  package struct Interrupted: Error {}

  /// Carries everything out.
  ///
  /// - Throws: the first failure, after what was under way has come to its end; ``ComposeProblems`` for
  ///   several.
  package func run() throws {
    for name in plan.unchanged { try reportUnchanged(name) }
    defer { progress.finish() }
    while true {
      if isInterrupted() { throw Interrupted() }
      let moved = try advance()
      let pending = phases.compactMap { phase -> Pending? in
        if case .pending(let pending) = phase { return pending }
        return nil
      }
      if pending.isEmpty && !moved { break }
      if !failures.isEmpty, pending.allSatisfy(\.isWait) { break }
      if !moved { rest(pending) }
      onIdle()
      progress.tick()
    }
    guard let first = failures.first else { return }
    let errors = failures.compactMap { $0 as? DklabError }
    throw errors.count == failures.count && errors.count > 1 ? ComposeProblems(errors) : first
  }

  /// Begins what can begin and looks after what is under way; whether anything changed.
  private func advance() throws -> Bool {
    var moved = false
    for index in plan.steps.indices {
      switch phases[index] {
      case .waiting where failures.isEmpty:
        guard isReady(index) else { continue }
        moved = true
        timeline.begin(index)
        attempt(index) {
          if let pending = try begin(plan.steps[index].operation) {
            phases[index] = .pending(pending)
          } else {
            finish(index)
          }
        }
      case .pending(let pending):
        attempt(index) {
          guard try pending.poll() else { return }
          moved = true
          finish(index)
        }
      default: continue
      }
      if isInterrupted() { throw Interrupted() }
    }
    return moved
  }

  private func isReady(_ index: Int) -> Bool {
    plan.steps[index].after.allSatisfy { before in
      if case .done = phases[before] { return true }
      return false
    }
  }

  private func finish(_ index: Int) {
    phases[index] = .done
    timeline.end(index)
  }

  private func attempt(_ index: Int, _ body: () throws -> Void) {
    do {
      try body()
    } catch {
      phases[index] = .failed
      timeline.end(index)
      failures.append(error)
      if let subject = subject(of: plan.steps[index].operation) {
        progress.report(subject, .failed)
      }
    }
  }

  /// Waits until there is news: on a monitor's socket, or in the engine's records.
  private func rest(_ pending: [Pending]) {
    var entries = pending.compactMap(\.descriptor).map { PollEntry(fd: $0, events: .readable) }
    if let changes { entries.append(PollEntry(fd: changes.descriptor, events: .readable)) }
    _ = try? pollDescriptors(&entries, timeout: changes == nil ? 50 : 200)
    changes?.drain()
  }
}
