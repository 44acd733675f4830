// capabilities(7): root's power, cut into 41 pieces.
//
// A traditional Unix kernel knows two kinds of process: user 0 may do everything, all others ask
// the file permissions. Linux splits that "everything" into capabilities, one bit each, and tests
// the bit instead of the user number. A container's root is user 0 with most of the bits taken
// away: it can chown files and bind port 80, and it cannot load a kernel module or set the clock.
//
// This file names the bits. CapabilitySet.swift computes which ones a container gets, and
// CapabilitySets.swift gives them to a process.
//
// Try it: grep Cap /proc/self/status

import Support

/// One capability; the raw value is the kernel's bit number (linux/capability.h).
package enum Capability: UInt8, CaseIterable, Sendable {
  case chown, dacOverride, dacReadSearch, fowner, fsetid, kill, setgid, setuid
  case setpcap, linuxImmutable, netBindService, netBroadcast, netAdmin, netRaw, ipcLock, ipcOwner
  case sysModule, sysRawio, sysChroot, sysPtrace, sysPacct, sysAdmin, sysBoot, sysNice
  case sysResource, sysTime, sysTtyConfig, mknod, lease, auditWrite, auditControl, setfcap
  case macOverride, macAdmin, syslog, wakeAlarm, blockSuspend, auditRead, perfmon, bpf
  case checkpointRestore

  /// The kernel's name, as capabilities(7), `docker inspect` and config.json write it: `CAP_CHOWN`.
  package var name: String { "CAP_" + Self.shortNames[Int(rawValue)] }

  /// The capability called `text` in the way `--cap-add` takes names: any case, `CAP_` optional.
  /// An unknown name is an error that offers the nearest one.
  package static func parse(_ text: String) throws -> Capability {
    if let known = Capability(named: text) { return known }
    let wanted = bareName(text)
    let nearest = shortNames.min { editDistance($0, wanted) < editDistance($1, wanted) } ?? ""
    throw DklabError(
      .invalid, id: "capability.unknown",
      Text("unknown capability: \"\(text)\"", ko: "알 수 없는 권한(capability)입니다: \"\(text)\""),
      hint: Text(
        "did you mean \(nearest)? ALL, or any name of capabilities(7) is accepted",
        ko: "\(nearest)을(를) 뜻하셨습니까? ALL 또는 capabilities(7)의 이름을 쓸 수 있습니다"))
  }

  /// The capability with this name in any case, with or without `CAP_`; nil when there is none.
  package init?(named text: String) {
    let wanted = Self.bareName(text)
    guard let bit = Self.shortNames.firstIndex(of: wanted),
      let capability = Capability(rawValue: UInt8(bit))
    else { return nil }
    self = capability
  }

  private static func bareName(_ text: String) -> String {
    let upper = text.uppercased()
    return upper.hasPrefix("CAP_") ? String(upper.dropFirst(4)) : upper
  }

  /// In the order of the kernel's numbers.
  private static let shortNames = [
    "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID",
    "SETPCAP", "LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW",
    "IPC_LOCK", "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT",
    "SYS_ADMIN", "SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD",
    "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP", "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG",
    "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF", "CHECKPOINT_RESTORE",
  ]
}

extension Capability: CustomStringConvertible {
  package var description: String { name }
}

/// How many letters must be inserted, removed or replaced to turn `left` into `right`.
private func editDistance(_ left: String, _ right: String) -> Int {
  let right = Array(right.utf8)
  var previous = Array(0...right.count)
  for (row, letter) in left.utf8.enumerated() {
    var current = [row + 1]
    for (column, other) in right.enumerated() {
      let replaced = previous[column] + (letter == other ? 0 : 1)
      current.append(min(replaced, previous[column + 1] + 1, current[column] + 1))
    }
    previous = current
  }
  return previous[right.count]
}
