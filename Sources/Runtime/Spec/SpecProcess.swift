import Linux
import Support

/// `process`: what is executed, as whom, with which limits.
package struct SpecProcess: Codable, Sendable, Equatable {
  package var terminal: Bool?
  package var consoleSize: SpecConsoleSize?
  package var user = SpecUser()
  package var args: [String]?
  package var env: [String]?
  package var cwd = "/"
  package var capabilities: SpecCapabilities?
  package var rlimits: [SpecRlimit]?
  package var noNewPrivileges: Bool?
  package var oomScoreAdj: Int?
  package var apparmorProfile: String?
  package var selinuxLabel: String?
  package var ioPriority: SpecIOPriority?
  package var scheduler: SpecScheduler?
  package var execCPUAffinity: SpecCPUAffinity?

  package init() {}

  /// As runc does, a `user` that is not there is root; `cwd` must be there.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func optional<Value: Decodable>(_ key: CodingKeys) throws -> Value? {
      try container.decodeIfPresent(Value.self, forKey: key)
    }
    terminal = try optional(.terminal)
    consoleSize = try optional(.consoleSize)
    user = try optional(.user) ?? SpecUser()
    args = try optional(.args)
    env = try optional(.env)
    cwd = try container.decode(String.self, forKey: .cwd)
    capabilities = try optional(.capabilities)
    rlimits = try optional(.rlimits)
    noNewPrivileges = try optional(.noNewPrivileges)
    oomScoreAdj = try optional(.oomScoreAdj)
    apparmorProfile = try optional(.apparmorProfile)
    selinuxLabel = try optional(.selinuxLabel)
    ioPriority = try optional(.ioPriority)
    scheduler = try optional(.scheduler)
    execCPUAffinity = try optional(.execCPUAffinity)
  }
}

/// `process.consoleSize`, in character cells. Without a terminal it has to be ignored, whatever it says:
/// so anything is read.
package struct SpecConsoleSize: Codable, Sendable, Equatable {
  package var height: Int64
  package var width: Int64

  /// As the kernel keeps it.
  package var windowSize: WindowSize {
    WindowSize(rows: UInt16(clamping: height), columns: UInt16(clamping: width))
  }
}

/// `process.user`. `username` is how the kit passes a name that only the container's own
/// /etc/passwd can resolve (`docker run --user`); numeric ids win when it is nil.
package struct SpecUser: Codable, Sendable, Equatable {
  package var uid: UInt32 = 0
  package var gid: UInt32 = 0
  package var umask: UInt32?
  package var additionalGids: [UInt32]?
  package var username: String?
  /// Further groups, by names that only the container's own /etc/group can resolve (`--group-add`).
  package var additionalGroups: [String]?

  package init() {}

  /// An id that is not there is 0.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    uid = try container.decodeIfPresent(UInt32.self, forKey: .uid) ?? 0
    gid = try container.decodeIfPresent(UInt32.self, forKey: .gid) ?? 0
    umask = try container.decodeIfPresent(UInt32.self, forKey: .umask)
    additionalGids = try container.decodeIfPresent([UInt32].self, forKey: .additionalGids)
    username = try container.decodeIfPresent(String.self, forKey: .username)
    additionalGroups = try container.decodeIfPresent([String].self, forKey: .additionalGroups)
  }
}

/// `process.capabilities`: names such as `CAP_CHOWN`.
package struct SpecCapabilities: Codable, Sendable, Equatable {
  package var bounding: [String]?
  package var effective: [String]?
  package var inheritable: [String]?
  package var permitted: [String]?
  package var ambient: [String]?

  package init() {}
}

/// One of `process.rlimits`: `type` such as `RLIMIT_NOFILE`.
package struct SpecRlimit: Codable, Sendable, Equatable {
  package var type: String
  package var soft: UInt64
  package var hard: UInt64

  package init(type: String, soft: UInt64, hard: UInt64) {
    self.type = type
    self.soft = soft
    self.hard = hard
  }
}

/// `process.ioPriority` (ioprio_set(2)).
package struct SpecIOPriority: Codable, Sendable, Equatable {
  package var `class`: String
  package var priority: Int?
}

/// `process.scheduler` (sched_setattr(2)).
package struct SpecScheduler: Codable, Sendable, Equatable {
  package var policy: String
  package var nice: Int32?
  package var priority: UInt32?
  package var flags: [String]?
  package var runtime: UInt64?
  package var deadline: UInt64?
  package var period: UInt64?
}

/// `process.execCPUAffinity`: which processors `exec` uses before and after it has joined.
package struct SpecCPUAffinity: Codable, Sendable, Equatable {
  package var initial: String?
  package var final: String?

  /// The two sets; what is not given, or empty, changes nothing.
  func sets() throws -> (initial: ProcessorSet?, final: ProcessorSet?) {
    func set(_ list: String?, _ name: String) throws -> ProcessorSet? {
      guard let list, !list.isEmpty else { return nil }
      if let set = ProcessorSet(list: list) { return set }
      throw DklabError(
        .invalid, id: "spec.cpu-affinity",
        Text(
          "process.execCPUAffinity.\(name): \"\(list)\" is not a list of processors such as 0-2,4",
          ko: "process.execCPUAffinity.\(name): \"\(list)\"은(는) 0-2,4 같은 프로세서 목록이 아닙니다"))
    }
    return (try set(initial, "initial"), try set(final, "final"))
  }
}
