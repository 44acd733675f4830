import ArgumentParser
import Compose
import Support

struct ComposeWatch: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract:
      "Watch build context for service and rebuild/refresh containers when files are updated",
    usage: "\(ProgramName.compose) watch [SERVICE...]")

  @OptionGroup var project: ComposeProjectOptions
  @Flag(help: "Do not build & start services before watching") var noUp = false
  @Flag(inversion: .prefixedNo, help: "Prune dangling images on rebuild") var prune = true
  @Flag(help: "Hide build output") var quiet = false
  @Argument var services: [String] = []

  func run() throws {
    let session = try ComposeSession(project, services: services)
    session.plans.buildsQuietly = quiet
    let loop = try WatchLoop(session, services, prunes: prune)
    if !noUp {
      var images = ImagePlanner.Options()
      images.builds = true
      let state = try session.obtainImages(images)
      var options = UpOptions()
      options.services = services
      let plan = UpPlanner.plan(session.model, state, options)
      try project.told { try Preflight(session.engine, session.model, state).check(plan) }
      try session.execute(plan)
    }
    try loop.run()
  }
}
