// How a process is treated by the processor's and the disk's schedulers, and which kernel it
// believes it runs on. Set on the calling thread, kept through execve(2).
//
// Man pages: sched_setattr(2), ioprio_set(2), personality(2).

import CLinux
import Glibc
import Support

/// ioprio_set(2): class and level in one number.
package struct InputOutputPriority: Sendable, Hashable, Codable {
  package var value: Int32

  /// From `IOPRIO_CLASS_BE` and a level of 0 (first) to 7; nil for anything else.
  package init?(className: String, level: Int) {
    let classes = ["IOPRIO_CLASS_RT": 1, "IOPRIO_CLASS_BE": 2, "IOPRIO_CLASS_IDLE": 3]
    guard let number = classes[className], (0...7).contains(level) else { return nil }
    value = Int32(number << 13 | level)
  }

  /// Gives the calling thread this priority.
  package func apply() throws {
    try check(dk_ioprio_set_self(value), "ioprio_set")
  }
}

/// sched_setattr(2).
package struct SchedulingAttributes: Sendable, Hashable, Codable {
  package var policy: UInt32
  package var flags: UInt64
  package var nice: Int32
  package var priority: UInt32
  package var runtime: UInt64
  package var deadline: UInt64
  package var period: UInt64

  private static let policies: [String: UInt32] = [
    "SCHED_OTHER": 0, "SCHED_FIFO": 1, "SCHED_RR": 2, "SCHED_BATCH": 3, "SCHED_ISO": 4,
    "SCHED_IDLE": 5, "SCHED_DEADLINE": 6,
  ]
  private static let flagBits: [String: UInt64] = [
    "SCHED_FLAG_RESET_ON_FORK": 0x01, "SCHED_FLAG_RECLAIM": 0x02, "SCHED_FLAG_DL_OVERRUN": 0x04,
    "SCHED_FLAG_KEEP_POLICY": 0x08, "SCHED_FLAG_KEEP_PARAMS": 0x10,
    "SCHED_FLAG_UTIL_CLAMP_MIN": 0x20, "SCHED_FLAG_UTIL_CLAMP_MAX": 0x40,
  ]

  /// From the kernel's names; nil when one is unknown.
  package init?(policy name: String, flags names: [String]) {
    guard let policy = Self.policies[name] else { return nil }
    var flags: UInt64 = 0
    for name in names {
      guard let bit = Self.flagBits[name] else { return nil }
      flags |= bit
    }
    self.policy = policy
    self.flags = flags
    (nice, priority, runtime, deadline, period) = (0, 0, 0, 0, 0)
  }

  /// Gives the calling thread these attributes.
  package func apply() throws {
    try check(
      dk_sched_setattr(policy, flags, nice, priority, runtime, deadline, period), "sched_setattr")
  }
}

/// Some of the machine's processors (sched_setaffinity(2)).
package struct ProcessorSet: Sendable, Hashable {
  package var numbers: Set<Int>

  /// From a list such as `0-2,4` (cpuset(7), "List format"), of processors up to 1023; nil for anything
  /// else, and for an empty one.
  package init?(list: String) {
    numbers = []
    for part in list.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
        first >= 0, first <= last, last < 1024
      else { return nil }
      numbers.formUnion(first...last)
    }
  }

  /// Lets the calling thread run on these only. Throws `SyscallError` EINVAL when none of them is there,
  /// or its control group allows none.
  package func apply() throws {
    var mask = [UInt8](repeating: 0, count: 128)
    for number in numbers { mask[number / 8] |= 1 << UInt8(number % 8) }
    let list = numbers.sorted().map(String.init).joined(separator: ",")
    try check(dk_sched_setaffinity(mask, mask.count), "sched_setaffinity", list)
  }
}

extension ProcessControl {
  /// personality(2): 0 is this kernel as it is, 8 a 32-bit one.
  package static func setPersonality(_ value: UInt32) throws {
    try check(dk_personality(UInt(value)), "personality", "\(value)")
  }

  /// A new session keyring, so that the container does not see the keys of whoever started it
  /// (keyrings(7)). A kernel without keys, or a filter that refuses them, has nothing to hide.
  package static func joinSessionKeyring(_ name: String) throws {
    guard dk_join_session_keyring(name) < 0, errno != ENOSYS, errno != EPERM else { return }
    throw SyscallError("keyctl", name)
  }
}

/// The security modules that label processes at execve(2).
package enum SecurityModule: String, Sendable, Codable {
  case appArmor, selinux

  /// Whether this machine uses it.
  package var isEnabled: Bool {
    switch self {
    case .appArmor:
      (try? File.text("/sys/module/apparmor/parameters/enabled", limit: 16))?.hasPrefix("Y")
        ?? false
    case .selinux: File.exists("/sys/fs/selinux/enforce")
    }
  }

  /// Asks for `label` from the next execve(2) of the calling thread on.
  package func setLabel(_ label: String) throws {
    switch self {
    case .selinux: try OwnProcessFile.command("attr/exec", label)
    case .appArmor:
      do {
        try OwnProcessFile.command("attr/apparmor/exec", "exec \(label)")
      } catch let error as SyscallError where error.errno == ENOENT {
        try OwnProcessFile.command("attr/exec", "exec \(label)")
      }
    }
  }
}
