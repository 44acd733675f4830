import Documents
import Engine
import Linux
import Runtime
import Support

extension ServiceReader {
  func bytes(_ node: YAMLNode, _ key: String, _ text: String) throws -> Int64 {
    if text == "-1" { return -1 }
    do {
      return try ByteSize.parseBinary(text)
    } catch let error as DklabError {
      throw problem(node, key, error.message, hint: error.hint)
    }
  }

  mutating func readLimits() throws {
    var host = service.spec.host
    let limits = node["deploy"]?["resources"]?["limits"]
    let reservations = node["deploy"]?["resources"]?["reservations"]
    func size(_ value: YAMLNode?, _ key: String) throws -> Int64 {
      guard let value, let text = value.text else { return 0 }
      return try bytes(value, key, text)
    }
    host.memory = try size(limits?["memory"] ?? node["mem_limit"], "mem_limit")
    host.memoryReservation = try size(
      reservations?["memory"] ?? node["mem_reservation"], "mem_reservation")
    host.memorySwap = try size(node["memswap_limit"], "memswap_limit")
    if node["shm_size"] != nil { host.shmSize = try size(node["shm_size"], "shm_size") }
    if let cpus = limits?["cpus"] ?? node["cpus"], let text = cpus.text {
      guard let number = Double(text), number >= 0, number < 100_000 else {
        throw problem(cpus, "cpus", Text("`\(text)` is not a number", ko: "`\(text)`은(는) 수가 아닙니다"))
      }
      host.nanoCpus = Int64((number * 1e9).rounded())
    }
    host.pidsLimit = try integer("pids_limit", limits?["pids"] ?? node["pids_limit"])
    host.cpuShares = try integer("cpu_shares", node["cpu_shares"])
    host.cpuQuota = try microseconds("cpu_quota")
    host.cpuPeriod = try microseconds("cpu_period")
    host.cpusetCpus = node["cpuset"]?.text ?? ""
    host.oomScoreAdj = Int(try integer("oom_score_adj", node["oom_score_adj"]))
    host.oomKillDisable = node["oom_kill_disable"]?.isTrue ?? false
    if host.memory > 0, host.memory < 6 << 20 {
      throw problem(
        limits?["memory"] ?? node["mem_limit"] ?? node, "mem_limit",
        Text("the smallest memory limit is 6m", ko: "메모리 제한은 6m 이상이어야 합니다"))
    }
    host.ulimits = try (node["ulimits"]?.members ?? []).map(ulimit)
    host.sysctls = node["sysctls"]?.strings ?? [:]
    for (key, value) in node["sysctls"]?.members ?? []
    where !["net.", "kernel.msg", "kernel.sem", "kernel.shm", "fs.mqueue."].contains(
      where: key.hasPrefix)
    {
      throw problem(
        value, "sysctls",
        Text(
          "`\(key)` belongs to the whole machine, not to a container",
          ko: "`\(key)`은(는) 컨테이너가 아니라 기계 전체의 설정입니다"))
    }
    service.spec.host = host
  }

  private func integer(_ key: String, _ node: YAMLNode?) throws -> Int64 {
    guard let node, let text = node.text, !node.isNull else { return 0 }
    guard let value = Int64(text) ?? Double(text).map({ Int64($0) }) else {
      throw problem(node, key, Text("`\(text)` is not an integer", ko: "`\(text)`은(는) 정수가 아닙니다"))
    }
    return value
  }

  /// A number of microseconds, or a duration.
  private func microseconds(_ key: String) throws -> Int64 {
    guard let value = node[key], let text = value.text else { return 0 }
    if Int64(text) == nil, let duration = ComposeDuration(text) {
      return duration.nanoseconds / 1000
    }
    return try integer(key, value)
  }

  private func ulimit(_ key: String, _ value: YAMLNode) throws -> SpecRlimit {
    let known = [
      "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc",
      "rss", "rtprio", "rttime", "sigpending", "stack",
    ]
    guard known.contains(key) else {
      let nearest = Suggestion.nearest(to: key, in: known)
      throw problem(
        value, "ulimits", Text("unknown limit `\(key)`", ko: "알 수 없는 제한 `\(key)`"),
        hint: nearest.map { Text("did you mean `\($0)`?", ko: "`\($0)`을(를) 쓰려던 것입니까?") })
    }
    func limit(_ node: YAMLNode?) throws -> UInt64 {
      let number = try integer("ulimits.\(key)", node)
      return number < 0 ? .max : UInt64(number)
    }
    let soft = try limit(value["soft"] ?? value)
    let hard = try limit(value["hard"] ?? value)
    guard soft <= hard else {
      throw problem(
        value, "ulimits.\(key)",
        Text("soft \(soft) is above hard \(hard)", ko: "soft \(soft)이(가) hard \(hard)보다 큽니다"))
    }
    return SpecRlimit(type: "RLIMIT_" + key.uppercased(), soft: soft, hard: hard)
  }

  mutating func readSecurity() throws {
    service.spec.host.privileged = node["privileged"]?.isTrue ?? false
    service.spec.host.readonlyRootfs = node["read_only"]?.isTrue ?? false
    service.spec.host.groupAdd = (node["group_add"]?.sequence ?? []).compactMap(\.text)
    service.spec.host.capAdd = try capabilities("cap_add")
    service.spec.host.capDrop = try capabilities("cap_drop")
    service.spec.host.securityOptions = try (node["security_opt"]?.sequence ?? []).map(option)
    service.spec.host.devices = (node["devices"]?.sequence ?? []).map { device in
      DeviceWish(
        hostPath: device["source"]?.text ?? "", containerPath: device["target"]?.text ?? "",
        access: device["permissions"]?.text ?? "rwm")
    }
  }

  private func capabilities(_ key: String) throws -> [String] {
    try (node[key]?.sequence ?? []).map { item in
      let name = (item.text ?? "").uppercased()
      if name == "ALL" { return name }
      do {
        return try Capability.parse(item.text ?? "").name
      } catch let error as DklabError {
        throw problem(item, key, error.message, hint: error.hint)
      }
    }
  }

  private func option(_ item: YAMLNode) throws -> String {
    let text = item.text ?? ""
    let separator = text.firstIndex { $0 == "=" || $0 == ":" }
    let key = String(separator.map { text[..<$0] } ?? text[...])
    let value = separator.map { String(text[text.index(after: $0)...]) }
    switch (key, value) {
    case ("no-new-privileges", nil), ("no-new-privileges", "true"?): return "no-new-privileges"
    case ("no-new-privileges", "false"?): return "no-new-privileges=false"
    case ("seccomp", "unconfined"?), ("seccomp", "builtin"?): return "seccomp=\(value ?? "")"
    case ("seccomp", let path?):
      let paths = RelativePaths(
        directory: project.directory, home: project.environment["HOME"])
      do {
        return "seccomp=" + (try File.text(paths.absolute(path)))
      } catch {
        throw problem(
          item, "security_opt",
          Text("the seccomp profile \(path): \(error)", ko: "seccomp 프로필 \(path): \(error)"))
      }
    case ("apparmor", let value?), ("label", let value?): return "\(key)=\(value)"
    case ("systempaths", "unconfined"?): return "systempaths=unconfined"
    default:
      throw problem(
        item, "security_opt", Text("unknown option `\(text)`", ko: "알 수 없는 옵션 `\(text)`"),
        hint: Text(
          "known are no-new-privileges, seccomp=FILE, apparmor=…, label=…",
          ko: "no-new-privileges, seccomp=파일, apparmor=…, label=… 을 쓸 수 있습니다"))
    }
  }
}
