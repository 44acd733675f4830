import Glibc
import Support

/// Writes limits into control files. A file that this kernel does not have is a warning, since it
/// depends on the machine and the container can do without; a value it refuses is an error.
struct CgroupWriter {
  var warnings: [Text] = []
  /// A file that is missing is an error, too.
  var isExact = false

  /// Writes `value`; when the file is missing, notes `warning`. Returns whether it was written.
  @discardableResult
  mutating func write(_ path: String, _ value: String, orWarn warning: Text) throws -> Bool {
    do {
      try File.command(path, value)
      return true
    } catch let error as SyscallError
      where !isExact && (error.errno == ENOENT || error.errno == EOPNOTSUPP)
    {
      if !warnings.contains(warning) { warnings.append(warning) }
      return false
    } catch let error as SyscallError {
      throw SyscallError("write \(value)", path, errno: error.errno)
    }
  }

  /// Notes what this machine's control groups do not have, or throws it.
  mutating func lacks(_ warning: Text) throws {
    if isExact { throw DklabError(.unsupported, id: "cgroup.unsupported", warning) }
    warnings.append(warning)
  }
}

extension Text {
  /// Docker's sentence for a limit this kernel cannot set.
  static func kernelLacks(_ what: String, ko: String) -> Text {
    Text(
      "your kernel does not support \(what), or the cgroup is not mounted; limitation discarded",
      ko: "이 커널은 \(ko)을(를) 지원하지 않거나 cgroup이 마운트되어 있지 않습니다. 해당 제한은 무시합니다")
  }

  /// Docker's sentence when memory can be limited and swap cannot.
  static let kernelLacksSwapLimit = Text(
    "your kernel does not support swap limit capabilities or the cgroup is not mounted; "
      + "memory limited without swap",
    ko: "이 커널은 스왑 제한을 지원하지 않거나 cgroup이 마운트되어 있지 않습니다. 스왑을 제외한 메모리만 제한합니다")
}
