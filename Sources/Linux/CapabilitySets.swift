// Giving a process its capabilities: execve(2) and the five sets.
//
// Every process has five sets. "Permitted" is what it may use, "effective" what it uses now,
// "inheritable" and "ambient" what survives execve(2) of an ordinary program, and "bounding" is
// the ceiling: what is missing there can never come back, not even through a set-user-ID root
// program. Taking a bit out of the bounding set is what makes a container's root weaker for good.
//
// The init of a container must keep this order:
//
//   1. dropBounding()            needs CAP_SETPCAP, which the next steps may take away
//   2. keepAcrossUserChange()    else setresuid(2) to a user other than 0 clears "permitted"
//   3. setgroups, setresgid, setresuid
//   4. apply()                   the other sets; ambient last, since it may hold only what is both
//                                permitted and inheritable
//
// A seccomp filter is loaded before step 4 when no_new_privs is off, since that needs
// CAP_SYS_ADMIN, and at the very end otherwise. See prctl(2), capset(2).
//
// Next: SeccompProfile.swift.

import CLinux
import Glibc
import Support

/// The five capability sets of a process. The coding keys are those of config.json.
package struct CapabilitySets: Sendable, Hashable, Codable {
  package var bounding: CapabilitySet
  package var effective: CapabilitySet
  package var permitted: CapabilitySet
  package var inheritable: CapabilitySet
  package var ambient: CapabilitySet

  package init(
    bounding: CapabilitySet = [], effective: CapabilitySet = [], permitted: CapabilitySet = [],
    inheritable: CapabilitySet = [], ambient: CapabilitySet = []
  ) {
    self.bounding = bounding
    self.effective = effective
    self.permitted = permitted
    self.inheritable = inheritable
    self.ambient = ambient
  }

  /// What Docker gives a process that runs as `user`: root holds the set, anyone else only has it
  /// as a ceiling, which is what execve(2) would leave. Inheritable stays empty (CVE-2022-24769).
  package init(container set: CapabilitySet, user: uid_t) {
    let held = user == 0 ? set : []
    self.init(bounding: set, effective: held, permitted: held)
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func set(_ key: CodingKeys) throws -> CapabilitySet {
      try container.decodeIfPresent(CapabilitySet.self, forKey: key) ?? []
    }
    self.init(
      bounding: try set(.bounding), effective: try set(.effective),
      permitted: try set(.permitted), inheritable: try set(.inheritable),
      ambient: try set(.ambient))
  }

  /// The sets of process `process` (an id, or "self"), from /proc/PID/status.
  package static func read(_ process: String) throws -> CapabilitySets {
    parse(status: try File.text("/proc/\(process)/status", limit: 64 << 10))
  }

  /// The five `Cap…` lines of a /proc/PID/status text; a missing line is an empty set.
  static func parse(status: String) -> CapabilitySets {
    var sets = CapabilitySets()
    for line in status.split(separator: "\n") where line.hasPrefix("Cap") {
      let digits = line.drop { $0 != ":" }.dropFirst().filter { !$0.isWhitespace }
      let value = CapabilitySet(rawValue: UInt64(digits, radix: 16) ?? 0)
      switch line.prefix(6) {
      case "CapBnd": sets.bounding = value
      case "CapEff": sets.effective = value
      case "CapPrm": sets.permitted = value
      case "CapInh": sets.inheritable = value
      case "CapAmb": sets.ambient = value
      default: break
      }
    }
    return sets
  }

  /// Step 1: takes everything that is not in `bounding` out of the calling thread's bounding set.
  package func dropBounding() throws {
    for bit in 0...UInt(63) where bounding.rawValue & 1 << UInt64(bit) == 0 {
      // PR_CAPBSET_READ answers EINVAL past the kernel's last capability.
      let present = dk_prctl(prCapbsetRead, bit, 0, 0, 0)
      if present < 0 { break }
      if present == 1 {
        try check(
          dk_prctl(prCapbsetDrop, bit, 0, 0, 0), "prctl PR_CAPBSET_DROP", Self.nameOf(bit))
      }
    }
  }

  /// Step 2: keeps "permitted" through the following change of user; execve(2) ends it.
  package static func keepAcrossUserChange() throws {
    try check(dk_prctl(prSetKeepcaps, 1, 0, 0, 0), "prctl PR_SET_KEEPCAPS")
  }

  /// Step 4: makes the effective, permitted, inheritable and ambient sets of the calling thread
  /// these. What the thread itself does not hold cannot be had and is `EPERM`.
  package func apply() throws {
    try check(
      dk_capset(effective.rawValue, permitted.rawValue, inheritable.rawValue), "capset")
    // EINVAL: a kernel before 4.3, which has no ambient set to clear.
    let cleared = dk_prctl(prCapAmbient, prCapAmbientClearAll, 0, 0, 0)
    if cleared < 0 && (errno != EINVAL || ambient != []) {
      throw SyscallError("prctl PR_CAP_AMBIENT_CLEAR_ALL", "")
    }
    for bit in 0...UInt(63) where ambient.rawValue & 1 << UInt64(bit) != 0 {
      try check(
        dk_prctl(prCapAmbient, prCapAmbientRaise, bit, 0, 0), "prctl PR_CAP_AMBIENT_RAISE",
        Self.nameOf(bit))
    }
  }

  private static func nameOf(_ bit: UInt) -> String {
    Capability(rawValue: UInt8(bit))?.name ?? "capability \(bit)"
  }
}

// linux/prctl.h
private let prSetKeepcaps: Int32 = 8
private let prCapbsetRead: Int32 = 23
private let prCapbsetDrop: Int32 = 24
private let prCapAmbient: Int32 = 47
private let prCapAmbientRaise: UInt = 2
private let prCapAmbientClearAll: UInt = 4
