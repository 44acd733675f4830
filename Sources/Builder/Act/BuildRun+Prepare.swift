// The next RUN of a stage, begun while the present step still runs.
//
// What a step needs before its program can start is mostly not its layers: a process, namespaces, a
// control group, a place in the network. All this is made while somebody else's program runs, and waits.
// When its turn comes it is told its layers; when the cache has its result, or the build ends, it is
// sent away, with nothing of it left.
//
// Next: BuildRun+Mounts.swift.

import Engine
import Images

extension BuildRun {
  /// A program that runs or waits for its layers, the directory of its step, and what to take out of
  /// that afterwards.
  typealias StartedProgram = (process: RunningBuildStep, place: String, stubs: MountStubs)

  /// A step that waits for its layers.
  struct PreparedStep {
    let step: Step
    let process: RunningBuildStep
    let place: String
  }

  /// Prepares one step for each stage with a program that runs, as long as there are processors for it.
  /// Not before it runs: both would be held up by the kernel's locks.
  func prepareNext() {
    for program in running where running.count + prepared.count < settings.parallelSteps {
      let stage = program.step.stage
      guard program.process.hasStarted, prepared[stage] == nil,
        preparing[stage] != states[stage]?.next,
        let step = nextProgram(of: stage), case .run(let work) = step.operation
      else { continue }
      preparing[stage] = states[stage]?.next
      // What goes wrong now is done again when it is its turn (`startPrepared`, `beginAgain`).
      guard let place = try? directory.takePlace() else { return }
      if let process = try? engine.startStep(wish(for: work, in: place)) {
        prepared[stage] = PreparedStep(step: step, process: process, place: place)
      } else {
        directory.givePlaceBack(place)
      }
    }
  }

  /// The RUN that comes next, if all that is missing are its layers.
  private func nextProgram(of index: Int) -> Step? {
    guard let stage = build.stages[index], let state = states[index] else { return nil }
    for step in stage.steps[(state.next + 1)...] {
      guard case .run(let work) = step.operation else { continue }
      return work.mounts.isEmpty && work.script == nil ? step : nil
    }
    return nil
  }

  /// Lets a step that was prepared run. nil when it was not, or in vain.
  func startPrepared(_ step: Step, on layers: [Layer]) throws -> StartedProgram? {
    guard let found = prepared[step.stage], found.step == step else { return nil }
    let lower = try lowerDirectories(layers)
    guard found.process.begin(on: lower) else {
      dismissPrepared(of: step.stage)
      return nil
    }
    prepared[step.stage] = nil
    return (found.process, found.place, try MountStubs([], tree: nil))
  }

  /// Begins a step anew that was prepared and has ended before its program ran: what was in its way then
  /// (a limit, somebody's kill) need not be there now. Returns whether it did.
  func beginAgain(_ program: RunningStep) throws -> Bool {
    guard program.wasPrepared, case .run(let work) = program.step.operation else { return false }
    program.process.look()
    guard !program.process.hasStarted, let state = states[program.step.stage] else { return false }
    program.process.cancel()
    directory.givePlaceBack(program.directory)
    program.begin(again: try startProgram(program.step, work, on: state.layers))
    return true
  }

  /// Sends `step` away if it was prepared: it is not needed.
  func dismiss(_ step: Step) {
    guard let found = prepared[step.stage], found.step == step else { return }
    dismissPrepared(of: step.stage)
  }

  /// Returns once nothing is left of any program that has ended.
  func waitForEnding() {
    for process in ending { process.waitUntilGone() }
    ending = []
  }

  /// Sends all away that wait.
  func dismissPrepared() {
    for stage in Array(prepared.keys) { dismissPrepared(of: stage) }
  }

  private func dismissPrepared(of stage: Int) {
    guard let found = prepared.removeValue(forKey: stage) else { return }
    found.process.cancel()
    directory.givePlaceBack(found.place)
  }
}
