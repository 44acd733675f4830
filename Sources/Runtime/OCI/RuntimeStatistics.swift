import Documents
import Linux
import Support

extension RuntimeContainer {
  /// What the container uses, in the shape that tools know from `runc events --stats`.
  package func statistics() -> JSONValue {
    guard let cgroup else { return .object(JSONObject()) }
    func number(_ controller: String, _ file: String) -> JSONValue? {
      let directory = cgroup.unified ?? cgroup.directories[controller]
      return directory.flatMap { try? File.text("\($0)/\(file)", limit: 4096) }
        .flatMap { UInt64($0.prefix { $0.isNumber }) }
        .map { $0 > UInt64(Int64.max) ? .number(Double($0)) : .integer(Int64($0)) }
    }
    func object(_ members: [(String, JSONValue?)]) -> JSONValue {
      .object(JSONObject(members.compactMap { key, value in value.map { (key, $0) } }))
    }
    let used = cgroup.statistics()
    func integer(_ value: UInt64?) -> JSONValue? { value.map { .integer(Int64(clamping: $0)) } }
    let isUnified = cgroup.unified != nil
    return object([
      (
        "cpu",
        object([
          ("usage", object([("total", integer(used.cpuNanoseconds))])),
          ("throttling", object([])),
        ])
      ),
      (
        "memory",
        object([
          (
            "usage",
            object([
              ("limit", number("memory", isUnified ? "memory.max" : "memory.limit_in_bytes")),
              ("usage", integer(used.memoryUsage)),
              ("max", number("memory", isUnified ? "memory.peak" : "memory.max_usage_in_bytes")),
              ("failcnt", number("memory", "memory.failcnt")),
            ])
          )
        ])
      ),
      (
        "pids",
        object([("current", integer(used.pids)), ("limit", number("pids", "pids.max"))])
      ),
      (
        "blkio",
        object([
          ("readBytes", integer(used.readBytes)), ("writeBytes", integer(used.writtenBytes)),
        ])
      ),
      ("hugetlb", object([])), ("intel_rdt", object([])), ("network_interfaces", .null),
    ])
  }
}

extension RuntimeContainer {
  /// Changes limits (`update`); what is not in `resources` stays. Returns warnings.
  package func update(_ resources: SpecResources) throws -> [Text] {
    guard let cgroup else { return [] }
    if resources.memory?.checkBeforeUpdate == true, let limit = resources.memory?.limit, limit > 0,
      let usage = cgroup.usage().memoryUsage, usage > UInt64(limit)
    {
      throw DklabError(
        .conflict, id: "oci.memory-in-use",
        Text(
          "rejecting memory limit \(limit): the container uses \(usage) bytes, and would be killed",
          ko: "메모리 제한 \(limit)을(를) 거부합니다. 컨테이너가 \(usage)바이트를 쓰고 있어 바로 죽게 됩니다"),
        hint: Text(
          "without checkBeforeUpdate the kernel tries to make room first",
          ko: "checkBeforeUpdate가 없으면 커널이 먼저 메모리를 비워 봅니다"))
    }
    return try cgroup.update(resources.limits(on: CgroupLayout.observe().kind))
  }
}
