import Engine
import Glibc
import Images
import Linux
import Runtime
import Support

/// What `run` and `create` do alike: find the image, make the container, and tell how it ended.
struct Launch {
  let engine: Engine
  let options: RunOptions

  /// The image called `name`; one that is not here is brought from the local shelf or its
  /// registry, as `--pull` says.
  func image(_ name: String) throws -> Image {
    let store = try engine.images()
    guard ["always", "missing", "never"].contains(options.pull) else {
      throw DklabError(
        .invalid, id: "run.pull",
        Text(
          "invalid pull option: '\(options.pull)': must be one of \"always\", \"missing\" or \"never\"",
          ko:
            "--pull 값 '\(options.pull)'이(가) 잘못되었습니다. \"always\", \"missing\", \"never\" 가운데 하나를 쓰세요"
        ),
        exitStatus: 125)
    }
    let platform = try options.platform.map { try Platform(parsing: $0) }
    if options.pull != "always", let image = try store.find(name),
      platform == nil || image.isFor(platform)
    {
      return image
    }
    if options.pull == "never" { return try store.resolve(name).required(platform, name) }
    let reference = try Reference(name)
    if options.pull == "missing", !options.quiet {
      StandardError.print("Unable to find image '\(reference.familiar)' locally")
    }
    let display = TransferDisplay.onErrors()
    return try store.pull(reference, platform: platform) { progress in
      if !options.quiet { display.show(progress) }
    }.required(platform, reference.familiar)
  }

  /// Makes the container. Its id goes into `--cidfile`, which must not exist.
  func create(
    _ spec: ContainerSpec, image: Image, startsNow: Bool = false, isTrial: Bool = false
  ) throws -> ContainerRecord {
    warnOfLimits(spec.host)
    let name = try options.name.map(ContainerName.check)
    if let path = options.cidfile, access(path, F_OK) == 0 {
      throw DklabError(
        .exists, id: "run.cidfile",
        Text(
          "container ID file found, make sure the other container isn't running or delete \(path)",
          ko: "컨테이너 ID 파일이 이미 있습니다. 다른 컨테이너가 실행 중인지 확인하거나 \(path)을(를) 지우세요"))
    }
    var generator = SystemRandomNumberGenerator()
    var attempt = 0
    let record = try engine.create(
      spec, image: image, name: name, startsNow: startsNow, isTrial: isTrial
    ) {
      defer { attempt += 1 }
      return RandomName.make(attempt: attempt, using: &generator)
    }
    if let path = options.cidfile { try File.replace(path, record.id) }
    return record
  }

  /// Says, as docker does, that a limit will not act: there is no control group for it.
  private func warnOfLimits(_ host: HostConfig) {
    let isLimited =
      host.memory > 0 || host.pidsLimit > 0 || host.nanoCpus > 0 || host.cpuQuota > 0
      || host.cpuShares > 0 || !host.cpusetCpus.isEmpty
    guard isLimited, let reason = CgroupLayout.observe().limitation else { return }
    StandardError.print(
      "\(Text("WARNING: limits are discarded: ", ko: "경고: 제한이 적용되지 않습니다: "))\(reason)")
  }

  /// The exit status for the end of an attached container; failures to start are told.
  static func status(_ outcome: MonitorClient.Outcome, of record: ContainerRecord) throws -> Int32 {
    switch outcome {
    case .exited(let code): return code
    case .detached: return 0
    case .failed(let failure): throw startFailure(failure)
    case .lost:
      throw DklabError(
        .unavailable, id: "container.monitor-lost",
        Text(
          "container \(record.name): its monitor process is gone, and the container with it",
          ko: "컨테이너 \(record.name): 모니터 프로세스가 사라져 컨테이너도 끝났습니다"), exitStatus: 137)
    }
  }

  /// Why a container could not start, with docker's exit status for it.
  static func startFailure(_ failure: LaunchFailure) -> DklabError {
    DklabError(
      .invalid, id: "container.start-failed",
      Text(
        "failed to start: \(failure.message)", ko: "시작하지 못했습니다: \(failure.message)"),
      exitStatus: failure.exitCode)
  }
}

/// Lines of `docker pull`.
enum PullText {
  static func line(_ progress: ImageProgress) -> String {
    (progress.id.map { "\($0): " } ?? "") + progress.status
  }
}

/// `error` with exit status 125 unless it has its own: what `run` and `create` end with when it was
/// not the container that failed.
func asRunFailure<Result>(_ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch var error as DklabError {
    error.exitStatus = error.exitStatus ?? 125
    throw error
  } catch let error as SyscallError {
    throw DklabError(
      .internal, id: "run.system", Text("\(error)", ko: "\(error)"), exitStatus: 125)
  }
}

/// `error` with exit status 1: what `create` ends with when it was not its command line that is wrong.
func asCreateFailure<Result>(_ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch var error as DklabError {
    error.exitStatus = 1
    throw error
  }
}
