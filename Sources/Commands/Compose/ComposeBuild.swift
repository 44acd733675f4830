import ArgumentParser
import Compose
import Engine
import Support

struct ComposeBuild: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "build", abstract: "Build or rebuild services",
    usage: "\(ProgramName.compose) build [OPTIONS] [SERVICE...]")

  @OptionGroup var project: ComposeProjectOptions
  @Option(help: "Set build-time variables for services") var buildArg: [String] = []
  @Flag(help: "Check build configuration") var check = false
  @Flag(help: "Print what would be built, and stop") var dryRun = false
  @Option(name: .shortAndLong, help: "Set memory limit for the build container")
  var memory: String?
  @Flag(help: "Do not use cache when building the image") var noCache = false
  @Option(help: "Type of progress output: auto, plain, tty, quiet") var progress: String?
  @Flag(help: "Always attempt to pull a newer version of the image") var pull = false
  @Flag(name: .shortAndLong, help: "Suppress the build output") var quiet = false
  @Flag(help: "Also build dependencies (transitively)") var withDependencies = false
  @Argument var services: [String] = []

  func run() throws {
    let session = try ComposeSession(project, services: services)
    session.plans.isDryRun = session.plans.isDryRun || dryRun
    session.plans.buildsQuietly = quiet
    var extra = buildArg.flatMap { ["--build-arg", $0] }
    if check { extra.append("--check") }
    if noCache { extra.append("--no-cache") }
    if pull { extra.append("--pull") }
    if let memory { extra += ["--memory", memory] }
    if let progress { extra += ["--progress", progress] }
    let wanted = DependencyOrder.sorted(session.model.services).filter { service in
      service.build != nil
        && (services.isEmpty || withDependencies || services.contains(service.name))
    }
    if wanted.isEmpty {
      return project.warn(Text("No services to build", ko: "빌드할 서비스가 없습니다"))
    }
    let work = ComposeImageWork(session: session, extra: extra)
    let display = session.display()
    var built: Set<String> = []
    for service in wanted where built.insert(service.spec.image).inserted {
      if session.plans.isDryRun {
        let step = ComposeOperation.buildImage(
          service: service.name, image: service.spec.image)
        print(step.text())
        continue
      }
      try work.build(service)
      if !check { display.report("Image \(service.spec.image)", .built) }
    }
    display.finish()
  }
}

struct ComposePull: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pull", abstract: "Pull service images",
    usage: "\(ProgramName.compose) pull [OPTIONS] [SERVICE...]")

  @OptionGroup var project: ComposeProjectOptions
  @Flag(help: "Ignore images that can be built") var ignoreBuildable = false
  @Flag(help: "Pull what it can and ignores images with pull failures")
  var ignorePullFailures = false
  @Flag(help: "Also pull services declared as dependencies") var includeDeps = false
  @Option(help: "Apply pull policy (missing or always)") var policy: String?
  @Flag(name: .shortAndLong, help: "Pull without printing progress information") var quiet = false
  @Argument var services: [String] = []

  func run() throws {
    let session = try ComposeSession(project, services: services)
    session.plans.isQuiet = quiet
    let isLazy = try PullOption.parse(policy) == .missing
    let state = try session.observe()
    let work = ComposeImageWork(session: session)
    let display = session.display()
    var failed = false
    var seen: Set<String> = []
    for service in session.model.services {
      let image = service.spec.image
      guard services.isEmpty || includeDeps || services.contains(service.name),
        seen.insert(image).inserted
      else { continue }
      let canBuild = service.build != nil
      if canBuild, ignoreBuildable || !service.namesImage || service.pullPolicy == .build {
        display.report(
          "Image \(image)",
          ComposeProgressState("Skipped", .done, detail: "Image can be built"))
        continue
      }
      if isLazy, state.images[image] != nil {
        display.report(
          "Image \(image)",
          ComposeProgressState("Skipped", .done, detail: "Image is already present"))
        continue
      }
      display.report("Image \(image)", .pulling)
      do {
        try work.pull(service)
        display.report("Image \(image)", .pulled)
      } catch {
        display.report("Image \(image)", .failed)
        FailureLog.note(error)
        for line in ErrorReport(program: ProgramName.current).lines(for: error) {
          StandardError.print(line)
        }
        failed = failed || !ignorePullFailures
      }
    }
    display.finish()
    if failed { throw BatchFailure() }
  }
}

struct ComposeCreate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Creates containers for a service",
    usage: "\(ProgramName.compose) create [OPTIONS] [SERVICE...]")

  @OptionGroup var project: ComposeProjectOptions
  @OptionGroup var plan: ComposePlanOptions
  @Flag(help: "Build images before starting containers") var build = false
  @Flag(help: "Recreate containers even if their configuration and image haven't changed")
  var forceRecreate = false
  @Flag(help: "Don't build an image, even if it's policy") var noBuild = false
  @Flag(help: "If containers already exist, don't recreate them") var noRecreate = false
  @Option(help: "Pull image before running (always, missing, never)") var pull: String?
  @Flag(help: "Pull without printing progress information") var quietPull = false
  @Flag(help: "Remove containers for services not defined in the Compose file")
  var removeOrphans = false
  @Option(help: "Scale SERVICE to NUM instances") var scale: [String] = []
  @Flag(name: .shortAndLong, help: "Assume yes to all questions") var yes = false
  @Argument var services: [String] = []

  func run() throws {
    let session = try ComposeSession(project, services: services)
    plan.apply(to: session)
    var images = ImagePlanner.Options()
    images.builds = build
    images.neverBuilds = noBuild
    images.pull = try PullOption.parse(pull)
    let state = try session.obtainImages(images)
    var options = UpOptions()
    options.services = services
    options.starts = false
    options.recreation = forceRecreate ? .force : noRecreate ? .never : .diverged
    options.removesOrphans = removeOrphans
    options.recreatesVolumes = yes
    options.scale = try ScaleOption.parse(scale, of: session)
    let work = UpPlanner.plan(session.model, state, options)
    if !session.plans.isDryRun {
      try project.told { try Preflight(session.engine, session.model, state).check(work) }
    }
    try session.execute(work)
  }
}

struct ComposeScale: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scale", abstract: "Scale services",
    usage: "\(ProgramName.compose) scale [SERVICE=REPLICAS...]")

  @OptionGroup var project: ComposeProjectOptions
  @OptionGroup var plan: ComposePlanOptions
  @Flag(help: "Don't start linked services") var noDeps = false
  @Argument var replicas: [String]

  func run() throws {
    let names = replicas.map { String($0.prefix { $0 != "=" }) }
    let session = try ComposeSession(project, services: names)
    plan.apply(to: session)
    let state = try session.obtainImages(ImagePlanner.Options())
    var options = UpOptions()
    options.services = names
    options.skipsDependencies = noDeps
    options.recreation = .never
    options.dependencyRecreation = .never
    options.scale = try ScaleOption.parse(replicas, of: session)
    let work = UpPlanner.plan(session.model, state, options)
    if !session.plans.isDryRun {
      try project.told { try Preflight(session.engine, session.model, state).check(work) }
    }
    try session.execute(work)
  }
}
