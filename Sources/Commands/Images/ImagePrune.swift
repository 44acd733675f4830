import ArgumentParser
import Engine
import Images
import Support

struct ImagePrune: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune", abstract: "Remove unused images",
    usage: "\(ProgramName.current) image prune [OPTIONS]")

  @Flag(name: .shortAndLong, help: "Remove all unused images, not just dangling ones")
  var all = false
  @Option(help: "Provide filter values (until=TIME, label=KEY[=VALUE])") var filter: [String] = []
  @Flag(name: .shortAndLong, help: "Do not prompt for confirmation") var force = false

  func run() throws {
    let filters = try PruneFilters(filter, more: ["dangling"])
    let warning =
      all
      ? Text(
        "WARNING! This will remove all images without at least one container associated to them.",
        ko: "주의! 컨테이너가 쓰지 않는 이미지를 모두 지웁니다.")
      : Text("WARNING! This will remove all dangling images.", ko: "주의! 이름 없는 이미지를 모두 지웁니다.")
    guard try force || Confirmation.ask(warning) else { return }
    let engine = try openEngine()
    let everything = try all || filters.bool("dangling") == false
    let report = try engine.images().prune(
      all: everything, users: { try engine.users(of: $0) },
      where: { filters.allow(created: $0.created, labels: $0.config.config.labels) })
    try Engine.collectImages(root: engine.root)
    try engine.tellOfPrune("image", report.reclaimed)
    if !report.removals.isEmpty {
      print("Deleted Images:")
      for line in report.removals {
        print(PruneText.line(line))
      }
      print("")
    }
    print("Total reclaimed space: \(ByteSize.decimal(Double(report.reclaimed)))")
  }
}
