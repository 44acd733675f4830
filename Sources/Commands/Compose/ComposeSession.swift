import Compose
import Engine
import FoundationEssentials
import Linux
import Support

/// What the verbs of `compose` share: the project, the engine, a snapshot, and how a plan is carried out
/// and told about.
final class ComposeSession {
  let options: ComposeProjectOptions
  let engine: Engine
  let model: ProjectModel
  /// How `up` and its kin tell of what they do; `--dry-run` and `--explain`.
  var plans = PlanOptions()

  /// How plans are shown and carried out.
  struct PlanOptions {
    var isDryRun = false
    var explains = false
    var isQuiet = false
    var buildsQuietly = false
    var pullsQuietly = false
    var title = "Running"
  }

  /// Reads the files, warns, opens the engine.
  ///
  /// - Parameters:
  ///   - services: those named on the command line; none means all.
  ///   - everything: without files, the project is known by its containers, where `-p` names it.
  init(
    _ options: ComposeProjectOptions, services: [String] = [], everything: Bool = false
  ) throws {
    self.options = options
    plans.isDryRun = options.dryRun
    if everything, let name = options.nameWithoutFiles {
      engine = try openEngine()
      model = try ProjectModel(
        named: name, from: ProjectObserver(engine).observe(ProjectModel(name: name)))
      try check(services)
    } else {
      let project = try options.load { loader in
        // A verb for containers that are there knows all services, whatever their profiles.
        loader.services = everything ? [] : services
        if everything { loader.profiles = ["*"] }
      }
      var model = try options.told { try ProjectModel(project) }
      model.environmentFiles = options.envFiles
      if !everything {
        for warning in model.warnings { options.warn(warning.message, at: warning.location) }
      }
      self.model = model
      engine = try openEngine()
      if everything { try check(services) }
    }
  }

  private func check(_ services: [String]) throws {
    for name in services where model[name] == nil {
      throw DklabError(
        .notFound, id: "compose.no-service",
        Text("no such service: \(name)", ko: "그런 서비스가 없습니다: \(name)"),
        hint: Suggestion.nearest(to: name, in: model.services.map(\.name)).map {
          Text("did you mean `\($0)`?", ko: "`\($0)`을(를) 쓰려던 것입니까?")
        }, exitStatus: 1)
    }
  }

  /// The snapshot of now.
  func observe() throws -> ProjectState {
    try ProjectObserver(engine).observe(model)
  }

  /// The containers of `services` (none: of all), by name, without those of `compose run`.
  func records(_ services: [String] = [], oneOff: Bool = false) throws -> [ContainerRecord] {
    try ProjectObserver(engine).records(model.name).filter { record in
      let service = record.label(ComposeLabels.service) ?? ""
      return (services.isEmpty || services.contains(service))
        && (oneOff || record.label(ComposeLabels.oneOff) != "True")
    }.sorted { $0.name < $1.name }
  }

  /// The running container `index` of a service; the first when nobody says which.
  func record(_ service: String, index: Int?) throws -> ContainerRecord {
    let found = try records([service]).filter { record in
      index == nil || record.label(ComposeLabels.number) == index.map { "\($0)" }
    }
    let number = { (record: ContainerRecord) in
      record.label(ComposeLabels.number).flatMap { Int($0) } ?? 0
    }
    guard
      let record = found.filter(\.state.isActive).min(by: { number($0) < number($1) })
        ?? found.first
    else {
      throw DklabError(
        .notFound, id: "compose.not-running",
        Text(
          index.map { "service \"\(service)\" is not running container #\($0)" }
            ?? "service \"\(service)\" is not running",
          ko: index.map { "\"\(service)\" 서비스의 \($0)번 컨테이너가 없습니다" }
            ?? "\"\(service)\" 서비스가 실행 중이 아닙니다"),
        hint: Text(
          "`\(ProgramName.compose) up -d \(service)` starts it",
          ko: "`\(ProgramName.compose) up -d \(service)`로 시작합니다"), exitStatus: 1)
    }
    return record
  }

  /// The display that `--progress` and the terminal ask for.
  func display() -> any ComposeProgress {
    if plans.isQuiet { return QuietComposeProgress() }
    switch options.progress ?? ProcessInfo.processInfo.environment["COMPOSE_PROGRESS"] ?? "auto" {
    case "quiet", "none": return QuietComposeProgress()
    case "plain": return PlainComposeProgress()
    case "json": return JSONComposeProgress()
    case "tty": return TerminalComposeProgress(title: plans.title)
    default:
      let redraws = TerminalFacts.standardError.redraws && options.ansi != "never"
      return redraws ? TerminalComposeProgress(title: plans.title) : PlainComposeProgress()
    }
  }

  /// Shows `plan` where that was asked for, and carries it out unless it was a dry run.
  ///
  /// - Returns: the run, whose timeline tells how it went; nil after a dry run.
  @discardableResult
  func execute(
    _ plan: ComposePlan, progress: (any ComposeProgress)? = nil,
    prepare: (PlanRun) -> Void = { _ in }
  ) throws -> PlanRun? {
    if plans.isDryRun {
      print(plan.text(), terminator: "")
      return nil
    }
    if plans.explains {
      StandardError.print(String(plan.text().dropLast()))
    } else {
      for warning in plan.warnings { options.warn(warning) }
    }
    let run = PlanRun(
      engine: engine, model: model, plan: plan, progress: progress ?? display(),
      images: ComposeImageWork(session: self))
    prepare(run)
    try options.told { try run.run() }
    if plans.explains, !plan.isEmpty {
      StandardError.print(String(run.timeline.text(plan).dropLast()))
    }
    return run
  }

  /// Builds and pulls what is missing, then takes a new snapshot.
  func obtainImages(_ options: ImagePlanner.Options) throws -> ProjectState {
    let state = try observe()
    let plan = try ImagePlanner.plan(model.services, state, options)
    if plan.isEmpty { return state }
    try execute(plan)
    return plans.isDryRun ? state : try observe()
  }
}

extension ComposeSession {
  /// The files that secrets and configs were written to are of no use when nobody mounts them.
  func forgetFiles() throws {
    guard try records(oneOff: true).isEmpty else { return }
    try ComposeFilesStore.clear(engine: engine, project: model.name)
  }
}
