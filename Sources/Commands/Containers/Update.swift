import ArgumentParser
import Engine
import Support

struct Update: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "update", abstract: "Update configuration of one or more containers",
    usage: "\(ProgramName.current) update [OPTIONS] CONTAINER [CONTAINER...]")

  @Option(help: "Block IO (relative weight), between 10 and 1000, or 0 to disable")
  var blkioWeight: String?
  @Option(help: "Limit CPU CFS period") var cpuPeriod: String?
  @Option(help: "Limit CPU CFS quota") var cpuQuota: String?
  @Option(name: [.customShort("c"), .long], help: "CPU shares (relative weight)")
  var cpuShares: String?
  @Option(help: "Number of CPUs") var cpus: String?
  @Option(help: "CPUs in which to allow execution (0-3, 0,1)") var cpusetCpus: String?
  @Option(help: "MEMs in which to allow execution (0-3, 0,1)") var cpusetMems: String?
  @Option(name: .shortAndLong, help: "Memory limit") var memory: String?
  @Option(help: "Memory soft limit") var memoryReservation: String?
  @Option(help: "Swap limit equal to memory plus swap: '-1' to enable unlimited swap")
  var memorySwap: String?
  @Option(help: "Tune container pids limit (set -1 for unlimited)") var pidsLimit: String?
  @Option(help: "Restart policy to apply when a container exits") var restart: String?
  @Argument(completion: Completion.containers) var containers: [String]

  func run() throws {
    let change = try change()
    guard change != ContainerUpdate() else {
      throw DklabError(
        .invalid, id: "update.nothing",
        Text(
          "you must provide one or more flags when using this command",
          ko: "무엇을 바꿀지 플래그를 하나 이상 써야 합니다"),
        hint: Text("for example: update --memory 512m web", ko: "예: update --memory 512m web"))
    }
    let engine = try openEngine()
    try Batch.each(containers) { name in
      for warning in try engine.update(try engine.container(name), change) {
        StandardError.print("\(Text("WARNING: ", ko: "경고: "))\(warning)")
      }
      print(name)
    }
  }

  private func change() throws -> ContainerUpdate {
    var change = ContainerUpdate()
    let size = { (flag: String, text: String?) in
      try text.map { try flagValue(flag, $0, ByteSize.parseBinary) }
    }
    let number = { (flag: String, text: String?) in
      try text.map { try flagValue(flag, $0, GoValue.int) }
    }
    change.memory = try size("-m, --memory", memory)
    if let memory = change.memory, memory > 0, memory < 6 << 20 {
      throw DklabError(
        .invalid, id: "update.memory",
        Text("Minimum memory limit allowed is 6MB", ko: "메모리 제한은 6MB보다 작을 수 없습니다"))
    }
    change.memoryReservation = try size("--memory-reservation", memoryReservation)
    change.memorySwap =
      try memorySwap.map { try flagValue("--memory-swap", $0, ResourceOption.memorySwap) }
    change.nanoCpus = try cpus.map { try flagValue("--cpus", $0, ResourceOption.cpus) }
    change.cpuShares = try number("-c, --cpu-shares", cpuShares)
    change.cpuPeriod = try number("--cpu-period", cpuPeriod)
    change.cpuQuota = try number("--cpu-quota", cpuQuota)
    change.cpusetCpus = cpusetCpus
    change.cpusetMems = cpusetMems
    change.pidsLimit = try number("--pids-limit", pidsLimit)
    change.blkioWeight = try blkioWeight.map {
      try flagValue("--blkio-weight", $0, ResourceOption.blockWeight)
    }
    change.restart = try restart.map(ResourceOption.restart)
    return change
  }
}

extension ResourceOption {
  /// `--blkio-weight`: 10 to 1000, or 0.
  static func blockWeight(_ text: String) throws -> UInt16 {
    let weight = try GoValue.int(text)
    guard weight == 0 || (10...1000).contains(weight) else {
      throw GoValue.invalid("Range of blkio weight is from 10 to 1000")
    }
    return UInt16(weight)
  }
}
