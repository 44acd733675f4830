import ArgumentParser
import Compose
import Engine
import Linux
import Support

struct ComposeDown: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "down", abstract: "Stop and remove containers, networks",
    usage: "\(ProgramName.compose) down [OPTIONS] [SERVICES]")

  @OptionGroup var project: ComposeProjectOptions
  @OptionGroup var plan: ComposePlanOptions
  @Flag(help: "Remove containers for services not defined in the Compose file")
  var removeOrphans = false
  @Option(help: "Remove images used by services (local or all)") var rmi: String?
  @Option(name: .shortAndLong, help: "Specify a shutdown timeout in seconds") var timeout: String?
  @Flag(
    name: .shortAndLong,
    help: "Remove named volumes declared in the file and anonymous volumes of containers")
  var volumes = false
  @Argument var services: [String] = []

  func run() throws {
    var options = DownPlanner.Options()
    options.services = services
    options.removesVolumes = volumes
    options.removesOrphans = removeOrphans
    options.timeout = try TimeoutOption.seconds(timeout)
    if let rmi {
      guard ["local", "all"].contains(rmi) else {
        throw DklabError(
          .invalid, id: "compose.rmi",
          Text("invalid value for --rmi: \"\(rmi)\"", ko: "--rmi 값 \"\(rmi)\"이(가) 잘못되었습니다"),
          hint: Text("accepted: local, all", ko: "쓸 수 있는 값: local, all"), exitStatus: 1)
      }
      options.images = rmi
    }
    let session = try ComposeSession(project, services: services, everything: true)
    plan.apply(to: session)
    let work = DownPlanner.plan(session.model, try session.observe(), options)
    if work.isEmpty, !session.plans.isDryRun {
      return project.warn(Text("No resource found to remove", ko: "지울 것이 없습니다"))
    }
    try session.execute(work)
    if !session.plans.isDryRun {
      try session.forgetFiles()
      try Engine.collectImages(root: session.engine.root)
    }
  }
}
