import ArgumentParser
import Support

/// `build`: an image from a Dockerfile. The flags are docker's; what they mean is in
/// Build+Options.swift.
struct Build: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "build", abstract: "Build an image from a Dockerfile",
    usage: "\(ProgramName.current) build [OPTIONS] PATH | URL | -")

  @Option(help: "Add a custom host-to-IP mapping (host:ip)") var addHost: [String] = []
  @Option(help: "Set build-time variables") var buildArg: [String] = []
  @Option(help: "Additional build contexts (name=path, name=docker-image://image)")
  var buildContext: [String] = []
  @Option(help: "Images to consider as cache sources") var cacheFrom: [String] = []
  @Flag(help: "Only look at the Dockerfile, and tell what could be better") var check = false
  @Flag(help: .hidden) var compress = false
  @Option(help: "Limit the CPU CFS period") var cpuPeriod: String?
  @Option(help: "Limit the CPU CFS quota") var cpuQuota: String?
  @Option(name: [.customShort("c"), .long], help: "CPU shares (relative weight)")
  var cpuShares: String?
  @Option(help: "CPUs in which to allow execution (0-3, 0,1)") var cpusetCpus = ""
  @Option(help: "MEMs in which to allow execution (0-3, 0,1)") var cpusetMems = ""
  @Flag(help: "Show what would run, and stop") var dryRun = false
  @Flag(help: "Show for each step whether it runs, and why") var explain = false
  @Option(
    name: [.customShort("f"), .long], help: "Name of the Dockerfile (default: PATH/Dockerfile)",
    completion: .file())
  var file: String?
  @Flag(help: .hidden) var forceRm = false
  @Option(help: "Write the image ID to a file", completion: .file()) var iidfile: String?
  @Option(help: "Set metadata for an image") var label: [String] = []
  @Flag(help: .hidden) var load = false
  @Option(name: .shortAndLong, help: "Memory limit") var memory: String?
  @Option(help: "Swap limit equal to memory plus swap: -1 to enable unlimited swap")
  var memorySwap: String?
  @Option(help: "Networking mode for the RUN instructions: default, none, host")
  var network = "default"
  @Flag(help: "Do not use cache when building the image") var noCache = false
  @Option(help: "Do not cache specified stages") var noCacheFilter: [String] = []
  @Option(name: .shortAndLong, help: "Output destination (type=local,dest=path)")
  var output: [String] = []
  @Option(help: "Set target platform for build") var platform: String?
  @Option(help: "Type of progress output: auto, plain, tty, quiet") var progress: String?
  @Option(help: .hidden) var provenance: String?
  @Flag(help: "Always attempt to pull all referenced images") var pull = false
  @Flag(name: .shortAndLong, help: "Suppress the build output and print image ID on success")
  var quiet = false
  @Flag(inversion: .prefixedNo, help: .hidden) var rm = true
  @Option(help: .hidden) var sbom: String?
  @Option(help: "Secret to expose to the build (id=mysecret,src=/local/secret)")
  var secret: [String] = []
  @Option(help: "Size of /dev/shm") var shmSize: String?
  @Flag(help: .hidden) var squash = false
  @Option(help: "SSH agent socket to expose to the build (default, id=socket)")
  var ssh: [String] = []
  @Option(name: .shortAndLong, help: "Name and optionally a tag (format: name:tag)")
  var tag: [String] = []
  @Option(help: "Set the target build stage to build") var target: String?
  @Argument(help: "The build context: a directory, a tar archive, or - for standard input")
  var path: String

  func run() throws {
    var work = try BuildWork(self)
    do {
      try work.run()
    } catch {
      try work.tell(error)
    }
  }
}
