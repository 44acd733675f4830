import Engine
import Glibc
import Images
import Linux
import Runtime
import Support

extension BuildRun {
  /// Does a step that the cache does not have. nil when it is a program that runs now.
  func start(
    _ step: Step, on layers: [Layer], key: String, inputs: [String], locks: CacheMountLocks
  ) throws -> StepResult? {
    let vertex = progress.begin(step.title)
    do {
      if case .run(let work) = step.operation {
        let prepared = try startPrepared(step, on: layers)
        let started = try prepared ?? startProgram(step, work, on: layers)
        let program = RunningStep(
          step: step, program: started, vertex: vertex, key: key, inputs: inputs, locks: locks)
        program.wasPrepared = prepared != nil
        running.append(program)
        return nil
      }
      let place = try directory.takePlace()
      try write(step, layers, place)
      let result = try commit(step, layers, place, key, inputs)
      progress.end(vertex, .done)
      return result
    } catch let error as DockerfileError {
      progress.end(vertex, .failed(error.message.en))
      throw error.asBuildError(at: step.range)
    } catch {
      progress.end(vertex, .failed("\(error)"))
      throw StepFailure(step: step, message: Text("\(error)", ko: "\(error)"), output: [])
    }
  }

  /// The lower directories of `layers`, top-most first, each once.
  func lowerDirectories(_ layers: [Layer]) throws -> [String] {
    var seen: Set<String> = []
    let directories = layers.reversed().map(\.directory).filter { seen.insert($0).inserted }
    if !directories.isEmpty { return directories }
    let empty = directory.path + "/empty"
    try Directory.make(empty)
    return [empty]
  }

  /// COPY, ADD and WORKDIR write into the mounted tree of the stage.
  private func write(_ step: Step, _ layers: [Layer], _ place: String) throws {
    var overlay = Overlay(
      lower: try lowerDirectories(layers), upper: place + "/upper", work: place + "/work",
      target: directory.mountPoint, userAttributes: UserNamespace.current.isNested)
    // Else the disk is waited for when it is unmounted.
    overlay.isVolatile = true
    try overlay.mount()
    defer { try? unmountLazily(overlay.target) }
    switch step.operation {
    case .makeDirectory(let path, let owner):
      let writer = try TreeWriter(overlay.target)
      if let owner { writer.owner = try OwnerLookup(overlay.target).resolve(owner) }
      try writer.makeDirectories(path.droppingRoot)
    case .copy(let work):
      let content = store.content
      let action = CopyAction(
        work: work, sources: try sources(of: work), scratch: place,
        unpackArchive: { try content.unpack(archive: $0, name: $1, into: $2) })
      try action.run(in: overlay.target)
    case .run: preconditionFailure("a program")
    }
  }

  /// Makes a layer of what a step wrote, and remembers it.
  func commit(
    _ step: Step, _ layers: [Layer], _ place: String, _ key: String, _ inputs: [String]
  ) throws -> StepResult {
    var upper = UpperDirectory(path: place + "/upper", lower: try lowerDirectories(layers))
    upper.timeLimit = build.options.sourceDate
    upper.hasHostname = false
    let now = build.options.sourceDate.map { $0 * 1_000_000_000 } ?? wallClockNanoseconds()
    let result = try store.content.withLock {
      let layer = try store.content.addLayer(taking: upper)
      try cache.add(
        BuildCacheEntry(
          key: key, parent: CacheKey.chain(layers.map(\.diffID)), operation: step.operationText,
          inputs: inputs.text(separatedBy: "\n"), layer: layer.diffID, size: layer.size,
          created: now))
      try settleFromTimeToTime()
      return StepResult(layer: layer, created: now, key: key)
    }
    directory.givePlaceBack(place)
    return result
  }

  /// A long build must not lose an hour to a power failure.
  private func settleFromTimeToTime() throws {
    isUnsettled = true
    guard monotonicMilliseconds() - settled > 2000 else { return }
    try store.content.settleLayers()
    (settled, isUnsettled) = (monotonicMilliseconds(), false)
  }

  func startProgram(
    _ step: Step, _ work: RunWork, on layers: [Layer]
  ) throws -> StartedProgram {
    let place = try directory.takePlace()
    let lower = try lowerDirectories(layers)
    var wish = wish(for: work, in: place)
    wish.lower = lower
    let mounts = try prepareMounts(work, place)
    wish.mounts = mounts.points
    wish.environment += mounts.environment
    let stubs = try MountStubs(
      mounts.points.map(\.destination),
      tree: mounts.points.isEmpty ? nil : directory.tree(of: lower))
    do {
      return (try engine.startStep(wish), place, stubs)
    } catch let error as DklabError
      where error.id == "network.exhausted" && !(prepared.isEmpty && ending.isEmpty)
    {
      // Who waits has an address that is needed now, or who is about to end.
      dismissPrepared()
      waitForEnding()
      return (try engine.startStep(wish), place, stubs)
    }
  }

  /// What `work` takes, but its layers and mounts.
  func wish(for work: RunWork, in place: String) -> BuildStepWish {
    var wish = BuildStepWish(
      id: randomDigits(64), directory: place, mountPoint: directory.mountPoint, files: stepFiles,
      arguments: work.arguments, environment: work.environment + work.silentEnvironment,
      user: work.user, workingDirectory: work.directory)
    wish.host.networkMode = work.network == "default" ? "bridge" : work.network
    wish.host.privileged = work.isInsecure
    wish.host.extraHosts = settings.extraHosts
    if let size = settings.shmSize { wish.host.shmSize = size }
    wish.host.memory = settings.memory
    wish.host.memorySwap = settings.memorySwap
    wish.host.cpuShares = settings.cpuShares
    wish.host.cpuQuota = settings.cpuQuota
    wish.host.cpuPeriod = settings.cpuPeriod
    wish.host.cpusetCpus = settings.cpusetCpus
    wish.host.cpusetMems = settings.cpusetMems
    return wish
  }

  /// The program of a RUN has ended: its layer, or why there is none.
  func finish(_ running: RunningStep) throws -> StepResult {
    let step = running.step
    guard case .run(let work) = step.operation else { preconditionFailure("not a program") }
    func failure(_ reason: Text, hint: Text? = nil) -> StepFailure {
      let command = work.arguments.joined(separator: " ")
      let lines = running.output.split(separator: 0x0A).map(LogText.printable)
      let message = Text(
        "process \(GoText.quoted(command)) did not complete successfully: \(reason.en)",
        ko: "프로세스 \(GoText.quoted(command))이(가) 실패했습니다: \(reason.ko)")
      progress.end(running.vertex, .failed(message.en))
      return StepFailure(step: step, message: message, hint: hint, output: lines.suffix(10))
    }
    let status: ExitStatus
    do {
      status = try running.process.wait()
      ending.append(running.process)
    } catch let error as LaunchFailure {
      throw failure(Text(error.message, ko: error.message))
    }
    guard status.code == 0 else {
      let text = "exit code: \(status.code)"
      throw failure(
        Text(text, ko: "종료 코드 \(status.code)"), hint: RunHint.hint(status, work, running.output))
    }
    guard let state = states[step.stage] else { preconditionFailure("a stage that runs") }
    try running.stubs.remove(from: running.directory + "/upper")
    do {
      let result = try commit(
        step, state.layers, running.directory, running.key, running.inputs)
      progress.end(running.vertex, .done)
      return result
    } catch {
      progress.end(running.vertex, .failed("\(error)"))
      throw StepFailure(step: step, message: Text("\(error)", ko: "\(error)"), output: [])
    }
  }
}

/// What usually helps.
enum RunHint {
  static func hint(_ status: ExitStatus, _ work: RunWork, _ output: [UInt8]) -> Text? {
    let text = String(decoding: output, as: UTF8.self)
    if text.contains("Do you want to continue?") {
      return Text(
        "nobody can answer during a build: add -y", ko: "빌드 중에는 입력을 받을 수 없습니다. -y를 붙이세요")
    }
    if text.contains("Unable to locate package") {
      return Text(
        "the package lists are missing or old: RUN apt-get update && apt-get install …",
        ko: "패키지 목록이 없거나 오래되었습니다: RUN apt-get update && apt-get install …")
    }
    switch status.code {
    case 127:
      return Text(
        "127: the shell did not find the program in this image",
        ko: "127: 셸이 이 이미지에서 그 프로그램을 찾지 못했습니다")
    case 126:
      return Text("126: found, but not executable", ko: "126: 있지만 실행할 수 없습니다")
    case 137:
      return Text(
        "137: killed, perhaps for want of memory", ko: "137: 강제로 종료되었습니다. 메모리가 모자랐을 수 있습니다")
    default: return nil
    }
  }
}
