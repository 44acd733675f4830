import Engine
import Linux
import Runtime
import Support

/// Limits: `--cpus`, `--memory-swap`, `--ulimit`, `--restart`, `--device`, `--sysctl`.
package enum ResourceOption {
  /// `--cpus 1.5` in billionths of a CPU.
  package static func cpus(_ text: String) throws -> Int64 {
    guard let number = rational(text) else {
      throw GoValue.invalid("failed to parse \(text) as a rational number")
    }
    let billionths = number * 1e9
    guard (billionths - billionths.rounded()).magnitude < 1e-3, billionths.magnitude < 9e18 else {
      throw GoValue.invalid("value is too precise")
    }
    return Int64(billionths.rounded())
  }

  private static func rational(_ text: String) -> Double? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard let first = parts.first, let number = Double(first), number.isFinite else { return nil }
    if parts.count == 1 { return number }
    guard parts.count == 2, let divisor = Double(parts[1]), divisor != 0 else { return nil }
    return number / divisor
  }

  /// `--memory-swap`: a size, or -1 for no limit.
  package static func memorySwap(_ text: String) throws -> Int64 {
    text == "-1" ? -1 : try ByteSize.parseBinary(text)
  }

  /// `--ulimit nofile=1024:2048`.
  package static func ulimit(_ text: String) throws -> SpecRlimit {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { throw GoValue.invalid("invalid ulimit argument: \(text)") }
    let name = String(parts[0])
    guard limitNames.contains(name) else { throw GoValue.invalid("invalid ulimit type: \(name)") }
    let limits = parts[1].split(separator: ":", omittingEmptySubsequences: false)
    guard (1...2).contains(limits.count) else {
      throw GoValue.invalid(
        "too many limit value arguments - \(parts[1]), can only have up to two, `soft[:hard]`")
    }
    let values = try limits.map { try GoValue.int(String($0)) }
    let (soft, hard) = (values[0], values[values.count - 1])
    guard hard == -1 || (soft != -1 && soft <= hard) else {
      throw GoValue.invalid(
        soft == -1
          ? "ulimit soft limit must be less than or equal to hard limit: soft: -1 (unlimited), hard: \(hard)"
          : "ulimit soft limit must be less than or equal to hard limit: \(soft) > \(hard)")
    }
    let limit = { (value: Int64) in value < 0 ? UInt64.max : UInt64(value) }
    return SpecRlimit(type: "RLIMIT_" + name.uppercased(), soft: limit(soft), hard: limit(hard))
  }

  private static let limitNames: Set<String> = [
    "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc",
    "rss", "rtprio", "rttime", "sigpending", "stack",
  ]

  /// `--restart no|always|unless-stopped|on-failure[:N]`.
  package static func restart(_ text: String) throws -> RestartPolicy {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count <= 2, let name = parts.first else {
      throw restartError("invalid restart policy format")
    }
    var count = 0
    if parts.count == 2 {
      guard let number = Int(parts[1]) else {
        throw restartError("invalid restart policy format: maximum retry count must be an integer")
      }
      count = number
    }
    guard name == "on-failure" || parts.count == 1 || count == 0 else {
      throw restartError(
        "invalid restart policy: maximum retry count can only be used with 'on-failure'")
    }
    switch name {
    case "", "no": return .no
    case "always": return .always
    case "unless-stopped": return .unlessStopped
    case "on-failure":
      guard count >= 0 else {
        throw restartError("invalid restart policy: maximum retry count cannot be negative")
      }
      return .onFailure(maximum: count)
    default:
      throw restartError(
        "invalid restart policy: unknown policy '\(name)'; use one of 'no', 'always', "
          + "'on-failure', or 'unless-stopped'")
    }
  }

  private static func restartError(_ message: String) -> DklabError {
    DklabError(
      .invalid, id: "restart.invalid", Text(message, ko: "재시작 정책이 잘못되었습니다: \(message)"))
  }

  /// `--device HOST[:CONTAINER[:rwm]]`.
  package static func device(_ text: String) throws -> DeviceWish {
    let request = try DeviceRequest(parsing: text)
    return DeviceWish(
      hostPath: request.hostPath, containerPath: request.containerPath,
      access: request.access.description)
  }

  /// `--sysctl net.core.somaxconn=1024`: only those of the container's own namespaces.
  package static func sysctl(_ text: String) throws -> (key: String, value: String) {
    let key = text.prefix { $0 != "=" }
    let ipc: Set<String> = [
      "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall",
      "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced",
    ]
    let allowed = ipc.contains(String(key)) || key.hasPrefix("net.") || key.hasPrefix("fs.mqueue.")
    guard allowed, text.contains("=") else {
      throw GoValue.invalid("sysctl '\(text)' is not allowed")
    }
    return (String(key), String(text.dropFirst(key.count + 1)))
  }

  /// `--tmpfs /run:size=64m,mode=1777`.
  package static func tmpfs(_ text: String) throws -> MountWish {
    let path = text.prefix { $0 != ":" }
    let options = text.dropFirst(path.count + 1)
    guard path.hasPrefix("/") else {
      throw GoValue.invalid("invalid mount path: '\(path)' mount path must be absolute")
    }
    var wish = MountWish(kind: .tmpfs, source: nil, target: cleanPath(String(path)))
    wish.options = options.split(separator: ",").map(String.init)
    wish.readOnly = wish.options.contains("ro")
    return wish
  }
}
