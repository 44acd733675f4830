import Documents
import Engine
import Glibc
import HTTP
import Linux
import Support

extension EngineAPI {
  func addUpdateRoutes(_ router: inout Router) {
    router.on(.POST, "/containers/{id}/update") { try await self.updateContainer($0) }
    router.on(.GET, "/containers/{id}/stats") { try await self.stats($0) }
    router.on(.POST, "/commit") { try await self.commit($0) }
  }

  private func updateContainer(_ request: HTTPRequest) async throws -> HTTPResponse {
    let body = try await BodyReader.read(request)
    // A number that is zero was not given: Go's clients send all of them.
    func number(_ key: String) throws -> Int64? {
      try body.integer(key).flatMap { $0 == 0 ? nil : $0 }
    }
    func text(_ key: String) throws -> String? {
      try body.string(key).flatMap { $0.isEmpty ? nil : $0 }
    }
    var change = ContainerUpdate()
    change.memory = try number("Memory")
    if let memory = change.memory, memory < 6 << 20 {
      throw APIError(.badRequest, "Minimum memory limit allowed is 6MB")
    }
    change.memoryReservation = try number("MemoryReservation")
    change.memorySwap = try number("MemorySwap")
    change.nanoCpus = try number("NanoCpus")
    change.cpuShares = try number("CpuShares")
    change.cpuQuota = try number("CpuQuota")
    change.cpuPeriod = try number("CpuPeriod")
    change.cpusetCpus = try text("CpusetCpus")
    change.cpusetMems = try text("CpusetMems")
    change.pidsLimit = try number("PidsLimit")
    change.blkioWeight = try number("BlkioWeight").flatMap { UInt16(exactly: $0) }
    if let policy = try body.reader("RestartPolicy"), let name = try policy.string("Name"),
      !name.isEmpty
    {
      change.restart = try ContainerRequest(BodyReader(["HostConfig": .object(body.object)]))
        .restart()
    }
    let id = request.parameter("id")
    let fixed = change
    let warnings = try await engines.with { engine in
      try engine.update(try engine.container(id), fixed)
    }
    return .json(["Warnings": warnings.isEmpty ? .null : .array(warnings.map { .string($0.en) })])
  }

  private func stats(_ request: HTTPRequest) async throws -> HTTPResponse {
    let record = try await container(request.parameter("id"))
    let streams = request.query.flag("stream", default: true)
    let isOneShot = request.query.flag("one-shot")
    if isOneShot, streams {
      throw APIError(.badRequest, "cannot have stream=true and one-shot=true")
    }
    return HTTPResponse(
      headers: ["Content-Type": "application/json"],
      body: .stream { stream in
        try await stream.flush()
        var last: ContainerSample?
        if !isOneShot {
          last = try await self.sample(record.id)
          if !streams { try await Task.sleep(for: .seconds(1)) }
        }
        while true {
          let sample = try await self.sample(record.id)
          let json = ContainerStatistics.json(record, sample, before: last)
          try await stream.write(json.text() + "\n")
          guard streams else { return }
          last = sample
          try await Task.sleep(for: .seconds(1))
        }
      })
  }

  private func sample(_ id: String) async throws -> ContainerSample {
    try await engines.with { engine in engine.sample(try engine.container(id)) }
  }

  private func commit(_ request: HTTPRequest) async throws -> HTTPResponse {
    let query = request.query
    let record = try await container(query["container"] ?? "")
    var words = ["commit"]
    if let author = query["author"], !author.isEmpty { words += ["--author", author] }
    if let comment = query["comment"], !comment.isEmpty { words += ["--message", comment] }
    for change in query.all("changes") {
      for line in change.split(separator: "\n") { words += ["--change", String(line)] }
    }
    if !query.flag("pause", default: true) { words.append("--no-pause") }
    words.append(record.id)
    if let repository = query["repo"], !repository.isEmpty {
      let tag = query["tag"] ?? ""
      words.append(tag.isEmpty ? repository : "\(repository):\(tag)")
    }
    let id = try await VerbProcess.run(words, on: loop)
    return .json(["Id": .string(String(id.prefix { !$0.isNewline }))], .created)
  }
}

/// `GET /containers/ID/stats`.
enum ContainerStatistics {
  static func json(
    _ record: ContainerRecord, _ sample: ContainerSample, before: ContainerSample?
  ) -> JSONValue {
    let usage = sample.usage
    var networks = JSONObject()
    for interface in sample.interfaces where interface.name != "lo" {
      networks[interface.name] = [
        "rx_bytes": number(interface.receivedBytes),
        "rx_packets": number(interface.receivedPackets),
        "rx_errors": number(interface.receiveErrors),
        "rx_dropped": number(interface.receiveDropped),
        "tx_bytes": number(interface.sentBytes), "tx_packets": number(interface.sentPackets),
        "tx_errors": number(interface.sendErrors), "tx_dropped": number(interface.sendDropped),
      ]
    }
    let zero = RFC3339.zero
    var value: JSONValue = [
      "name": .string("/" + record.name), "id": .string(record.id),
      "read": .string(RFC3339.text(sample.time)),
      "preread": .string(before.map { RFC3339.text($0.time) } ?? zero),
      "pids_stats": usage.pids.map { ["current": number($0)] } ?? [:],
      "blkio_stats": [
        "io_service_bytes_recursive": blocks(usage.blockBytes),
        "io_serviced_recursive": blocks(usage.blockOperations),
      ],
      "num_procs": 0, "storage_stats": [:],
      "cpu_stats": cpu(sample), "precpu_stats": before.map(cpu) ?? emptyCPU,
      "memory_stats": memory(sample),
    ]
    if !networks.isEmpty { value["networks"] = .object(networks) }
    return value
  }

  private static func number(_ value: UInt64) -> JSONValue { .integer(Int64(clamping: value)) }

  private static func blocks(_ counters: [CgroupUsage.BlockCounter]) -> JSONValue {
    counters.isEmpty
      ? .null
      : .array(
        counters.map { counter in
          [
            "major": .integer(Int64(counter.major)), "minor": .integer(Int64(counter.minor)),
            "op": .string(counter.operation), "value": number(counter.value),
          ]
        })
  }

  private static var emptyCPU: JSONValue {
    [
      "cpu_usage": ["total_usage": 0, "usage_in_kernelmode": 0, "usage_in_usermode": 0],
      "throttling_data": ["periods": 0, "throttled_periods": 0, "throttled_time": 0],
    ]
  }

  private static func cpu(_ sample: ContainerSample) -> JSONValue {
    let usage = sample.usage
    guard sample.processors > 0 else { return emptyCPU }
    return [
      "cpu_usage": [
        "total_usage": number(usage.cpuNanoseconds),
        "usage_in_kernelmode": number(usage.cpuSystemNanoseconds),
        "usage_in_usermode": number(usage.cpuUserNanoseconds),
      ],
      "system_cpu_usage": number(sample.systemCpuNanoseconds),
      "online_cpus": .integer(Int64(sample.processors)),
      "throttling_data": [
        "periods": number(usage.throttlingPeriods),
        "throttled_periods": number(usage.throttledPeriods),
        "throttled_time": number(usage.throttledNanoseconds),
      ],
    ]
  }

  private static func memory(_ sample: ContainerSample) -> JSONValue {
    guard let used = sample.usage.memoryUsage else { return [:] }
    var statistics = JSONObject()
    for (key, value) in sample.usage.memoryStat.sorted(by: { $0.key < $1.key }) {
      statistics[key] = number(value)
    }
    return [
      "usage": number(used), "stats": .object(statistics), "limit": number(sample.memoryLimit),
    ]
  }
}
