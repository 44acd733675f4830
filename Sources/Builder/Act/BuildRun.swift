// Carries a resolved build out. Stages that do not need each other run side by side: each RUN is a
// process of its own, and one poll(2) loop waits for them all. The cache is asked before each step,
// so a step whose files turn out the same after all is not run again.
//
// A layer is in the store, and its row in the cache, before the next step begins: a build that is killed
// loses the step that was running and nothing else. The disk is waited for when there is an image, and
// every two seconds: a power failure loses the steps of the last two seconds besides.
//
// Next: BuildRun+Steps.swift, BuildRun+Prepare.swift.

import Engine
import Glibc
import Images
import Linux
import Runtime
import Support

/// One layer of a result, and when it was made.
struct StepResult {
  var layer: Layer
  /// Nanoseconds since 1970.
  var created: Int64
  /// Under which the cache has it.
  var key: String
}

/// One build under way. Used once.
package final class BuildRun {
  let engine: Engine
  let build: ResolvedBuild
  let context: BuildContext
  let settings: BuildSettings
  let progress: any BuildProgress
  let directory: BuildDirectory
  let stepFiles: BuildStepFiles
  let cache: BuildCacheStore
  let store: ImageStore
  var trees: [String: SourceTree] = [:]
  var states: [Int: StageProgress] = [:]
  var running: [RunningStep] = []
  /// Steps that wait for their layers, by stage; and for each stage the step during which that was
  /// tried last.
  var prepared: [Int: PreparedStep] = [:]
  var preparing: [Int: Int] = [:]
  /// Programs that have ended, of which something may be left.
  var ending: [RunningBuildStep] = []
  /// Steps that were found in the cache, and steps that ran.
  package private(set) var hits = 0
  package private(set) var misses = 0
  private var ran: [String] = []
  /// When the disk was waited for last, and whether anything has been written since.
  var settled = monotonicMilliseconds()
  var isUnsettled = false
  private let signals: Int32
  private static let endings = [SIGINT, SIGTERM, SIGHUP]

  /// How far a stage is.
  struct StageProgress {
    var base: [Layer]
    var results: [StepResult] = []
    var next = 0
    var isRunning = false

    var layers: [Layer] { base + results.map(\.layer) }
  }

  /// A RUN that is under way.
  final class RunningStep {
    let step: Step
    private(set) var process: RunningBuildStep
    let vertex: Int
    private(set) var directory: String
    let key: String
    let inputs: [String]
    private(set) var stubs: MountStubs
    let locks: CacheMountLocks
    var output: [UInt8] = []
    var wasPrepared = false

    init(
      step: Step, program: StartedProgram, vertex: Int, key: String, inputs: [String],
      locks: CacheMountLocks
    ) {
      self.step = step
      (process, directory, stubs) = program
      self.vertex = vertex
      self.key = key
      self.inputs = inputs
      self.locks = locks
    }

    /// Has `program` in the place of one that never ran.
    func begin(again program: StartedProgram) {
      (process, directory, stubs) = program
      wasPrepared = false
    }
  }

  package init(
    engine: Engine, build: ResolvedBuild, context: BuildContext, settings: BuildSettings,
    progress: any BuildProgress
  ) throws {
    self.engine = engine
    self.build = build
    self.context = context
    self.settings = settings
    self.progress = progress
    store = try engine.images()
    cache = BuildCacheStore(store)
    directory = try BuildDirectory(below: engine.directory + "/build")
    stepFiles = BuildStepFiles(in: directory.path)
    signals = try signalDescriptor(Self.endings)
  }

  /// Builds the target. Throws `StepFailure`, `DockerfileError`, `BuildCanceled`; nothing that runs
  /// or is mounted is left then.
  package func run() throws -> BuildResult {
    do {
      while true {
        try startReady()
        if isFinished(build.target) { break }
        try waitForOutput()
      }
      let state = states[build.target]
      return BuildResult(
        config: finalConfig(), layers: finalLayers(state), hits: hits, misses: misses,
        ran: ran)
    } catch {
      dismissPrepared()
      for step in running {
        step.process.cancel()
        progress.end(step.vertex, .canceled)
      }
      running = []
      throw error
    }
  }

  /// Clears away what the build worked in. Called once its result is used.
  package func close() {
    trees = [:]
    waitForEnding()
    directory.remove()
    if isUnsettled { try? store.content.withLock { try store.content.settleLayers() } }
    try? cache.releaseHolds()
    guard signals >= 0 else { return }
    Glibc.close(signals)
    // Who goes on after a build, as `compose watch` does, has to hear of them again.
    var set = sigset_t()
    sigemptyset(&set)
    for signal in Self.endings { sigaddset(&set, signal) }
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }

  func isFinished(_ index: Int) -> Bool {
    guard let stage = build.stages[index], let state = states[index] else { return false }
    return state.next == stage.steps.count && !state.isRunning
  }

  /// Starts every step that nothing is missing for. What takes no process is done at once.
  private func startReady() throws {
    var hasMoved = true
    while hasMoved {
      hasMoved = false
      for index in build.order {
        guard let stage = build.stages[index], try begin(stage), var state = states[index],
          !state.isRunning, state.next < stage.steps.count
        else { continue }
        let step = stage.steps[state.next]
        guard step.stages.allSatisfy(isFinished), running.count < settings.parallelSteps else {
          continue
        }
        try checkCanceled()
        switch try perform(step, on: state.layers) {
        case .done(let result):
          state.results.append(result)
          state.next += 1
          hasMoved = true
        case .runs: state.isRunning = true
        case .waits: continue
        }
        states[index] = state
      }
    }
  }

  /// Makes the stage's state once its base is there. Returns whether it is.
  private func begin(_ stage: ResolvedStage) throws -> Bool {
    if states[stage.index] != nil { return true }
    switch stage.base {
    case .scratch: states[stage.index] = StageProgress(base: [])
    case .stage(let index):
      guard isFinished(index), let below = states[index] else { return false }
      states[stage.index] = StageProgress(base: below.base, results: below.results)
    case .image(let image):
      let vertex = progress.begin(stage.title)
      states[stage.index] = StageProgress(base: try layers(of: image))
      progress.end(vertex, stage.steps.isEmpty ? .done : .cached)
    }
    return true
  }

  func layers(of image: BaseImage) throws -> [Layer] {
    try store.content.withLock {
      let layers = try image.layers.map { diffID in
        guard let layer = try store.content.layer(diffID) else {
          throw ImageStore.notFound(image.name)
        }
        return layer
      }
      try cache.hold(image.layers)
      return layers
    }
  }

  private enum Outcome {
    case done(StepResult)
    /// It is a program that runs now.
    case runs
    /// Another step of this build has what it needs.
    case waits
  }

  /// Asks the cache, else does the step.
  private func perform(_ step: Step, on layers: [Layer]) throws -> Outcome {
    let inputs: [String]
    do {
      inputs = try self.inputs(of: step)
    } catch let error as DockerfileError {
      let vertex = progress.begin(step.title)
      progress.end(vertex, .failed(error.message.en))
      throw error.asBuildError(at: step.range)
    }
    let chain = CacheKey.chain(layers.map(\.diffID))
    let key = CacheKey.key(
      step.operation, on: chain, inputs: inputs, sourceDate: build.options.sourceDate)
    let label = build.stages[step.stage]?.label ?? ""
    if !build.options.ignoresCache, !build.options.uncachedStages.contains(label),
      let found = try cache.use(key, now: wallClockNanoseconds())
    {
      hits += 1
      dismiss(step)
      progress.end(progress.begin(step.title), .cached)
      return .done(StepResult(layer: found.layer, created: found.entry.created, key: key))
    }
    guard let locks = try CacheMountLocks(of: step, engine: engine, waits: running.isEmpty) else {
      return .waits
    }
    misses += 1
    ran.append(step.operationText)
    let result = try start(step, on: layers, key: key, inputs: inputs, locks: locks)
    return result.map { .done($0) } ?? .runs
  }

  private func waitForOutput() throws {
    var entries: [PollEntry] = [PollEntry(fd: signals, events: .readable)]
    for step in running {
      for fd in [step.process.output, step.process.errorOutput] where fd >= 0 {
        entries.append(PollEntry(fd: fd, events: .readable))
      }
      if !step.process.hasStarted {
        entries.append(PollEntry(fd: step.process.control, events: .readable))
      }
    }
    precondition(!running.isEmpty, "a build that waits for nothing")
    // There is time for it while a program runs.
    ending.removeAll { $0.hasGone() }
    directory.tidy()
    _ = try pollDescriptors(&entries, timeout: 200)
    progress.tick()
    if !entries[0].ready.isEmpty { throw BuildCanceled() }
    for step in running { step.process.look() }
    prepareNext()
    for entry in entries.dropFirst() where !entry.ready.isEmpty {
      guard
        let step = running.first(where: {
          $0.process.output == entry.fd || $0.process.errorOutput == entry.fd
        })
      else { continue }
      read(entry.fd, of: step)
      if step.process.output < 0, step.process.errorOutput < 0 {
        // It may have got the numbers of descriptors that are still to be looked at here.
        if try beginAgain(step) { break }
        running.removeAll { $0 === step }
        let result = try finish(step)
        states[step.step.stage]?.results.append(result)
        states[step.step.stage]?.next += 1
        states[step.step.stage]?.isRunning = false
      }
    }
  }

  private func read(_ fd: Int32, of step: RunningStep) {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    let count = retryingInterrupts { Glibc.read(fd, &buffer, buffer.count) }
    guard count > 0 else {
      Glibc.close(fd)
      if step.process.output == fd {
        step.process.output = -1
      } else {
        step.process.errorOutput = -1
      }
      return
    }
    progress.log(step.vertex, buffer[..<count])
    step.output = Array((step.output + buffer[..<count]).suffix(16 << 10))
  }

  /// Throws when a signal has come. Asked between steps, where no poll does.
  func checkCanceled() throws {
    var entries = [PollEntry(fd: signals, events: .readable)]
    if try pollDescriptors(&entries, timeout: 0) > 0 { throw BuildCanceled() }
  }
}
