import ArgumentParser
import Compose
import Support

struct ComposePush: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "push", abstract: "Push service images",
    usage: "\(ProgramName.compose) push [OPTIONS] [SERVICE...]")

  @OptionGroup var project: ComposeProjectOptions
  @Flag(help: "Push what it can and ignores images with push failures")
  var ignorePushFailures = false
  @Flag(help: "Also push images of services declared as dependencies") var includeDeps = false
  @Flag(name: .shortAndLong, help: "Push without printing progress information") var quiet = false
  @Argument var services: [String] = []

  func run() throws {
    let session = try ComposeSession(project, services: services)
    session.plans.isQuiet = quiet
    let display = session.display()
    var images: [String] = []
    for service in session.model.services
    where services.isEmpty || includeDeps || services.contains(service.name) {
      // Only what is built here, and has a name that says where it belongs, is pushed.
      guard service.build != nil, service.namesImage else {
        display.report("Image \(service.spec.image)", ComposeProgressState("Skipped", .done))
        continue
      }
      if !images.contains(service.spec.image) { images.append(service.spec.image) }
    }
    display.finish()
    do {
      try Batch.each(images) { image in
        var command = try Push.parseAsRoot((quiet ? ["--quiet"] : []) + [image])
        try command.run()
      }
    } catch let failure as BatchFailure {
      // Each failure has been told.
      if !ignorePushFailures { throw failure }
    }
  }
}
