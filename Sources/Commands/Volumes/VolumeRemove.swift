import ArgumentParser
import Engine
import Linux
import Support

struct VolumeRemove: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rm", abstract: "Remove one or more volumes",
    usage: "\(ProgramName.current) volume rm [OPTIONS] VOLUME [VOLUME...]")

  @Flag(name: .shortAndLong, help: "Force the removal of one or more volumes") var force = false
  @Argument var volumes: [String]

  func run() throws {
    let engine = try openEngine()
    try Batch.each(volumes) { name in
      try engine.removeVolume(name, force: force)
      print(name)
    }
  }
}

struct VolumePrune: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune", abstract: "Remove unused local volumes",
    usage: "\(ProgramName.current) volume prune [OPTIONS]")

  @Flag(name: .shortAndLong, help: "Remove all unused volumes, not just anonymous ones")
  var all = false
  @Option(help: "Provide filter values (e.g. \"label=<label>\")") var filter: [String] = []
  @Flag(name: .shortAndLong, help: "Do not prompt for confirmation") var force = false

  func run() throws {
    let filters = try Filters(filter, known: ["all", "label"])
    let everything = try all || filters.bool("all") ?? false
    let warning =
      everything
      ? Text(
        "WARNING! This will remove all local volumes not used by at least one container.",
        ko: "주의! 컨테이너가 쓰지 않는 볼륨을 모두 지웁니다.")
      : Text(
        "WARNING! This will remove anonymous local volumes not used by at least one container.",
        ko: "주의! 컨테이너가 쓰지 않는 이름 없는 볼륨을 모두 지웁니다.")
    guard try force || Confirmation.ask(warning) else { return }
    let removed = try openEngine().pruneVolumes { volume in
      (everything || volume.isAnonymous) && filters.allowLabels(volume.labels)
    }
    if !removed.names.isEmpty {
      print("Deleted Volumes:\n" + removed.names.joined(separator: "\n") + "\n")
    }
    print("Total reclaimed space: \(ByteSize.decimal(Double(removed.bytes)))")
  }
}
