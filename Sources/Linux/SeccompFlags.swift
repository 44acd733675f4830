import Support

/// How a filter is loaded: seccomp(2), `SECCOMP_FILTER_FLAG_…` of linux/seccomp.h.
struct SeccompFlags: OptionSet {
  let rawValue: UInt32

  /// For all threads. The init process has one.
  static let tsync = SeccompFlags(rawValue: 1)
  /// Everything that is not allowed goes to the kernel's log.
  static let log = SeccompFlags(rawValue: 2)
  /// Without the slow speculative-store-bypass mitigation.
  static let specAllow = SeccompFlags(rawValue: 4)
  /// seccomp(2) returns a listener.
  static let newListener = SeccompFlags(rawValue: 8)
  /// A thread that `tsync` cannot change is an error and not a result, which a listener is already.
  static let tsyncError = SeccompFlags(rawValue: 16)
  /// A call the agent has heard of is interrupted only by a signal that kills (Linux 5.19).
  static let waitKillable = SeccompFlags(rawValue: 32)

  /// Those that change what a program sees; a kernel without them cannot load the filter.
  static let indispensable: SeccompFlags = [.newListener, .waitKillable]

  static let names: [(name: String, flag: SeccompFlags)] = [
    ("SECCOMP_FILTER_FLAG_TSYNC", .tsync), ("SECCOMP_FILTER_FLAG_LOG", .log),
    ("SECCOMP_FILTER_FLAG_SPEC_ALLOW", .specAllow),
    ("SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", .waitKillable),
  ]
}

extension SeccompProfile {
  /// The flags a profile may name.
  package static let flagNames = SeccompFlags.names.map(\.name)

  /// Those of them that this kernel has.
  package static let supportedFlagNames = SeccompFlags.names.filter { _, flag in
    flag != .waitKillable || KernelVersion.current >= KernelVersion("5.19")
  }.map(\.name)

  /// Without flags in the profile, the one that runc sets too: seccomp no longer implies the slow
  /// speculative-store-bypass mitigation.
  var flagBits: UInt32 {
    get throws {
      var bits: SeccompFlags = flags == nil ? .specAllow : []
      for name in flags ?? [] {
        guard let flag = SeccompFlags.names.first(where: { $0.name == name })?.flag else {
          throw Self.unknown(flag: name)
        }
        bits.insert(flag)
      }
      if asksAgent {
        bits.insert(.newListener)
        if bits.contains(.tsync) { bits.insert(.tsyncError) }
      } else {
        // It is about those who wait for an agent, and the kernel takes it with a listener only.
        bits.remove(.waitKillable)
      }
      return bits.rawValue
    }
  }

  private static func unknown(flag: String) -> DklabError {
    DklabError(
      .invalid, id: "seccomp.flag",
      Text("unknown seccomp flag \"\(flag)\"", ko: "알 수 없는 seccomp 플래그입니다: \"\(flag)\""),
      hint: Text(
        "accepted: \(flagNames.joined(separator: ", "))",
        ko: "쓸 수 있는 값: \(flagNames.joined(separator: ", "))"))
  }
}
