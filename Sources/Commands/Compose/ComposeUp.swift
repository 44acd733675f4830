import ArgumentParser
import Compose
import Engine
import Linux
import Support

struct ComposeUp: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "up", abstract: "Create and start containers",
    usage: "\(ProgramName.compose) up [OPTIONS] [SERVICE...]")

  @OptionGroup var project: ComposeProjectOptions
  @OptionGroup var plan: ComposePlanOptions
  @Flag(help: "Stops all containers if any container was stopped") var abortOnContainerExit = false
  @Flag(help: "Stops all containers if any container exited with failure")
  var abortOnContainerFailure = false
  @Flag(help: "Recreate dependent containers") var alwaysRecreateDeps = false
  @Option(help: "Restrict attaching to the specified services") var attach: [String] = []
  @Flag(help: "Automatically attach to log output of dependent services")
  var attachDependencies = false
  @Flag(help: "Build images before starting containers") var build = false
  @Flag(name: .shortAndLong, help: "Detached mode: Run containers in the background")
  var detach = false
  @Option(help: "Return the exit code of the selected service container")
  var exitCodeFrom: String?
  @Flag(help: "Recreate containers even if their configuration and image haven't changed")
  var forceRecreate = false
  @Flag(help: .hidden) var menu = false
  @Option(help: "Do not attach (stream logs) to the specified services") var noAttach: [String] = []
  @Flag(help: "Don't build an image, even if it's policy") var noBuild = false
  @Flag(help: "Produce monochrome output") var noColor = false
  @Flag(help: "Don't start linked services") var noDeps = false
  @Flag(help: "Don't print prefix in logs") var noLogPrefix = false
  @Flag(help: "If containers already exist, don't recreate them") var noRecreate = false
  @Flag(help: "Don't start the services after creating them") var noStart = false
  @Option(help: "Pull image before running (always, missing, never)") var pull: String?
  @Flag(help: "Suppress the build output") var quietBuild = false
  @Flag(help: "Pull without printing progress information") var quietPull = false
  @Flag(help: "Remove containers for services not defined in the Compose file")
  var removeOrphans = false
  @Flag(
    name: [.customShort("V"), .long],
    help: "Recreate anonymous volumes instead of retrieving data from the previous containers")
  var renewAnonVolumes = false
  @Option(help: "Scale SERVICE to NUM instances") var scale: [String] = []
  @Option(name: .shortAndLong, help: "Seconds to wait for containers to stop")
  var timeout: String?
  @Flag(help: "Show timestamps") var timestamps = false
  @Flag(help: "Wait for services to be running|healthy. Implies detached mode") var wait = false
  @Option(help: "Maximum seconds to wait for the project to be running|healthy")
  var waitTimeout: String?
  @Flag(name: .shortAndLong, help: "Watch source code and rebuild/refresh containers")
  var watch = false
  @Flag(name: .shortAndLong, help: "Assume yes to all questions") var yes = false
  @Argument var services: [String] = []

  func run() throws {
    try checkConflicts()
    let session = try ComposeSession(project, services: services)
    plan.apply(to: session)
    session.plans.buildsQuietly = quietBuild
    session.plans.pullsQuietly = quietPull
    let state = try session.obtainImages(try imageOptions())
    let options = try upOptions(session)
    let work = UpPlanner.plan(session.model, state, options)
    if !session.plans.isDryRun {
      try project.told { try Preflight(session.engine, session.model, state).check(work) }
    }
    if detach || wait || noStart || session.plans.isDryRun {
      let limit = try TimeoutOption.seconds(waitTimeout)
      try UpWait(limit: limit).execute(work, session)
      return
    }
    try AttachedUp(command: self, session: session, timeout: options.timeout).run(work)
  }

  private func checkConflicts() throws {
    func refuse(_ first: String, _ second: String) -> DklabError {
      DklabError(
        .invalid, id: "compose.flags",
        Text("\(first) and \(second) are incompatible", ko: "\(first)와 \(second)는 함께 쓸 수 없습니다"),
        exitStatus: 1)
    }
    func combined(_ flag: String, _ others: String) -> DklabError {
      DklabError(
        .invalid, id: "compose.flags",
        Text(
          "\(flag) cannot be combined with \(others)",
          ko: "\(flag)은(는) 다음과 함께 쓸 수 없습니다: \(others)"), exitStatus: 1)
    }
    if abortOnContainerExit, abortOnContainerFailure {
      throw combined("--abort-on-container-failure", "--abort-on-container-exit")
    }
    if build, noBuild { throw refuse("--build", "--no-build") }
    if detach || wait, exitCodeFrom != nil {
      throw refuse(wait ? "--wait" : "--detach", "--exit-code-from")
    }
    let follows =
      attachDependencies || abortOnContainerExit || abortOnContainerFailure || !attach.isEmpty
      || watch
    if detach || wait, follows {
      throw combined(
        wait ? "--wait" : "--detach",
        "--abort-on-container-exit, --abort-on-container-failure, --attach, --attach-dependencies "
          + "or --watch")
    }
    if renewAnonVolumes, noRecreate { throw refuse("--no-recreate", "--renew-anon-volumes") }
    if forceRecreate, noRecreate { throw refuse("--force-recreate", "--no-recreate") }
    if alwaysRecreateDeps, noRecreate { throw refuse("--always-recreate-deps", "--no-recreate") }
    if noBuild, watch { throw refuse("--no-build", "--watch") }
  }

  private func imageOptions() throws -> ImagePlanner.Options {
    var options = ImagePlanner.Options()
    options.builds = build
    options.neverBuilds = noBuild
    options.pull = try PullOption.parse(pull)
    return options
  }

  private func upOptions(_ session: ComposeSession) throws -> UpOptions {
    var options = UpOptions()
    options.services = services
    options.recreation = forceRecreate ? .force : noRecreate ? .never : .diverged
    options.dependencyRecreation =
      alwaysRecreateDeps ? .force : noRecreate ? .never : .diverged
    options.skipsDependencies = noDeps
    options.removesOrphans = removeOrphans
    options.renewsVolumes = renewAnonVolumes
    options.recreatesVolumes = yes
    options.scale = try ScaleOption.parse(scale, of: session)
    options.starts = !noStart
    options.awaitsReadiness = wait
    options.timeout = try TimeoutOption.seconds(timeout)
    return options
  }
}

/// `--pull`.
enum PullOption {
  static func parse(_ text: String?) throws -> Service.PullPolicy? {
    guard let text else { return nil }
    guard let policy = Service.PullPolicy(rawValue: text), policy != .build else {
      throw DklabError(
        .invalid, id: "compose.pull",
        Text("invalid --pull option \"\(text)\"", ko: "--pull 값 \"\(text)\"이(가) 잘못되었습니다"),
        hint: Text("accepted: always, missing, never", ko: "쓸 수 있는 값: always, missing, never"),
        exitStatus: 1)
    }
    return policy
  }
}

/// `--wait-timeout`: a run that gives up after some seconds.
struct UpWait {
  let limit: Int?

  func execute(_ plan: ComposePlan, _ session: ComposeSession) throws {
    let deadline = limit.map { monotonicMilliseconds() + Int64($0) * 1000 }
    do {
      try session.execute(plan) { run in
        run.isInterrupted = { deadline.map { monotonicMilliseconds() >= $0 } ?? false }
      }
    } catch is PlanRun.Interrupted {
      throw DklabError(
        .timeout, id: "compose.wait-timeout",
        Text(
          "the project is not ready after \(limit ?? 0) seconds",
          ko: "\(limit ?? 0)초가 지나도 프로젝트가 준비되지 않았습니다"),
        hint: Text(
          "`\(ProgramName.compose) ps` shows who is missing",
          ko: "`\(ProgramName.compose) ps`로 준비되지 않은 서비스를 볼 수 있습니다"), exitStatus: 1)
    }
  }
}
