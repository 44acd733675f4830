import Linux
import Runtime
import Support

/// `update`.
enum OCIUpdate {
  static let update = OCIVerb(
    name: "update", synopsis: "[OPTIONS] CONTAINER",
    abstract: Text("Change the limits of a container", ko: "컨테이너의 자원 제한을 바꿉니다"), count: 1...1,
    flags: [
      "r resources=", "blkio-weight=", "cpu-period=", "cpu-quota=", "cpu-burst=", "cpu-idle=",
      "cpu-share=", "cpu-rt-period=", "cpu-rt-runtime=", "cpuset-cpus=", "cpuset-mems=",
      "kernel-memory=", "kernel-memory-tcp=", "memory=", "memory-reservation=", "memory-swap=",
      "pids-limit=", "l3-cache-schema=", "mem-bw-schema=",
    ]
  ) { line, log in
    let container = try line.container()
    try container.require(
      [.created, .running, .paused], to: Text("update", ko: "update"))
    for flag in ["l3-cache-schema", "mem-bw-schema"] where !(line.value(flag) ?? "").isEmpty {
      throw OCIUsage("--\(flag): is not supported")
    }
    for flag in ["kernel-memory", "kernel-memory-tcp"] where !(line.value(flag) ?? "").isEmpty {
      log.warn([
        Text("--\(flag): gone from the kernel: no effect", ko: "--\(flag): 커널에서 없어진 기능이라 효과가 없습니다")
      ])
    }
    log.warn(try container.update(try resources(line)))
    return 0
  }

  private static func resources(_ line: OCICommandLine) throws -> SpecResources {
    if let file = line.value("resources"), !file.isEmpty {
      let bytes =
        file == "-" ? try readAll(0, subject: "stdin") : try File.read(file, limit: 16 << 20)
      return try SpecFile.decode(
        SpecResources.self, bytes, file: file == "-" ? "standard input" : file)
    }
    var resources = SpecResources()
    var memory = SpecResources.Memory()
    memory.limit = try size("memory", line)
    memory.reservation = try size("memory-reservation", line)
    memory.swap = try size("memory-swap", line)
    resources.memory = memory
    var cpu = SpecResources.CPU()
    cpu.shares = try unsigned("cpu-share", line)
    cpu.quota = try line.integer("cpu-quota")
    cpu.period = try unsigned("cpu-period", line)
    cpu.burst = try unsigned("cpu-burst", line)
    cpu.idle = try line.integer("cpu-idle")
    cpu.realtimePeriod = try unsigned("cpu-rt-period", line)
    cpu.realtimeRuntime = try line.integer("cpu-rt-runtime")
    cpu.cpus = line.value("cpuset-cpus")
    cpu.mems = line.value("cpuset-mems")
    resources.cpu = cpu
    if let limit = try line.integer("pids-limit") {
      var pids = SpecResources.Pids()
      pids.limit = limit
      resources.pids = pids
    }
    if let weight = try line.integer("blkio-weight"), weight != 0 {
      var block = SpecResources.BlockIO()
      block.weight = UInt16(clamping: weight)
      resources.blockIO = block
    }
    return resources
  }

  /// Bytes, with a suffix as docker takes it, or -1.
  private static func size(_ flag: String, _ line: OCICommandLine) throws -> Int64? {
    guard let text = line.value(flag), !text.isEmpty else { return nil }
    if let number = Int64(text) { return number }
    guard let bytes = try? ByteSize.parseBinary(text) else {
      throw OCIUsage("--\(flag): \"\(text)\" is not a size")
    }
    return bytes
  }

  private static func unsigned(_ flag: String, _ line: OCICommandLine) throws -> UInt64? {
    guard let number = try line.integer(flag) else { return nil }
    guard number >= 0 else { throw OCIUsage("--\(flag): \(number) is negative") }
    return UInt64(number)
  }
}
