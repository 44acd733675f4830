import Glibc
import Linux
import Support

/// What /proc says about a process: proc_pid_status(5), namespaces(7).
enum ProcessProbe {
  static func facts(of pid: pid_t) throws -> ProcessFacts {
    var namespaces: [String: UInt64] = [:]
    for kind in Namespace.allCases {
      namespaces[kind.procName] = try? kind.inode(of: pid)
    }
    let status = try File.text("/proc/\(pid)/status", limit: 64 << 10)
    func field(_ name: String) -> Substring? {
      status.split(separator: "\n").first { $0.hasPrefix(name + ":") }?
        .dropFirst(name.count + 1).drop(while: \.isWhitespace)
    }
    let bits = field("CapEff").flatMap { UInt64($0.trimmed, radix: 16) } ?? 0
    let capabilities = Capability.allCases.filter { bits & 1 << UInt64($0.rawValue) != 0 }
    let user = field("Uid").flatMap { Int($0.prefix { $0.isNumber }) } ?? 0
    return ProcessFacts(
      pid: Int(pid), namespaces: namespaces, capabilities: capabilities.map(\.name),
      seccomp: field("Seccomp").flatMap { Int($0.trimmed) } ?? 0,
      user: inside(user, pid: pid), command: command(pid), userMap: userMap(pid),
      parent: Int(ProcessStat(of: pid)?.parent ?? 0))
  }

  private static func command(_ pid: pid_t) -> [String] {
    ((try? File.read("/proc/\(pid)/cmdline", limit: 1 << 20)) ?? []).split(separator: 0)
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// The lines of uid_map, a blank between their numbers.
  private static func userMap(_ pid: pid_t) -> [String] {
    ((try? File.text("/proc/\(pid)/uid_map", limit: 64 << 10)) ?? "").split(separator: "\n")
      .map { $0.split(separator: " ").joined(separator: " ") }
  }

  /// A user id of this namespace as the process's own user namespace has it (user_namespaces(7)).
  private static func inside(_ user: Int, pid: pid_t) -> Int {
    guard let map = try? File.text("/proc/\(pid)/uid_map", limit: 64 << 10) else { return user }
    for line in map.split(separator: "\n") {
      let numbers = line.split(separator: " ").compactMap { Int($0) }
      if numbers.count == 3, (numbers[1]..<numbers[1] + numbers[2]).contains(user) {
        return numbers[0] + user - numbers[1]
      }
    }
    return user
  }
}

/// The limits the kernel enforces on a control group, in the words of cgroup v2.
enum CgroupProbe {
  static func limit(_ limit: String, of cgroup: CgroupHandle) -> ProbeResult {
    if cgroup.unified == nil && cgroup.directories.isEmpty {
      return .failed(
        Text("this machine has no control group for it", ko: "이 컴퓨터에는 해당 컨트롤 그룹이 없습니다"))
    }
    switch limit {
    case "memory":
      return value(cgroup, "memory", "memory.limit_in_bytes", "memory.max")
    case "pids": return value(cgroup, "pids", "pids.max", "pids.max")
    case "cpus": return cpus(cgroup)
    default:
      let controller = String(limit.prefix { $0 != "." })
      return value(cgroup, controller, limit, limit)
    }
  }

  private static func value(
    _ cgroup: CgroupHandle, _ controller: String, _ legacy: String, _ unified: String
  ) -> ProbeResult {
    let path =
      cgroup.directories[controller].map { "\($0)/\(legacy)" }
      ?? cgroup.unified.map { "\($0)/\(unified)" }
    guard let path, let text = try? File.text(path, limit: 4096) else {
      return .failed(Text("no \(controller) controller", ko: "\(controller) 컨트롤러가 없습니다"))
    }
    // v1 writes "no limit" as the largest number of pages.
    if let number = UInt64(text.trimmed), number > 1 << 60 { return .text("max") }
    return .text(text.trimmed)
  }

  private static func cpus(_ cgroup: CgroupHandle) -> ProbeResult {
    var words: [Substring] = []
    if let directory = cgroup.directories["cpu"] {
      for file in ["cpu.cfs_quota_us", "cpu.cfs_period_us"] {
        words += ((try? File.text("\(directory)/\(file)", limit: 64)) ?? "").split(separator: "\n")
      }
    } else if let unified = cgroup.unified, let text = try? File.text(unified + "/cpu.max") {
      words = text.trimmed.split(separator: " ").map { Substring($0) }
    }
    guard words.count == 2, let period = Double(words[1]) else {
      return .failed(Text("no cpu controller", ko: "cpu 컨트롤러가 없습니다"))
    }
    guard let quota = Double(words[0]), quota > 0 else { return .text("max") }
    return .text("\(quota / period)")
  }
}
