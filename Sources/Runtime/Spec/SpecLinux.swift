import Linux

/// `linux`: what only Linux has.
package struct SpecLinux: Codable, Sendable, Equatable {
  package var namespaces: [SpecNamespace]?
  package var uidMappings: [SpecIDMapping]?
  package var gidMappings: [SpecIDMapping]?
  package var devices: [SpecDevice]?
  package var cgroupsPath: String?
  package var resources: SpecResources?
  package var seccomp: SeccompProfile?
  package var rootfsPropagation: String?
  package var sysctl: [String: String]?
  package var maskedPaths: [String]?
  package var readonlyPaths: [String]?
  package var mountLabel: String?
  package var personality: SpecPersonality?
  package var timeOffsets: [String: SpecTimeOffset]?
  package var intelRdt: SpecUnsupported?
  package var netDevices: [String: SpecUnsupported]?

  package init() {}
}

/// One of `linux.namespaces`: a new one, or the existing one at `path`.
package struct SpecNamespace: Codable, Sendable, Equatable {
  package var type: String
  package var path: String?

  package init(type: String, path: String? = nil) {
    self.type = type
    self.path = path
  }
}

/// One line of a user namespace's id map (user_namespaces(7)).
package struct SpecIDMapping: Codable, Sendable, Equatable {
  package var containerID: UInt32
  package var hostID: UInt32
  package var size: UInt32

  package init(containerID: UInt32, hostID: UInt32, size: UInt32) {
    self.containerID = containerID
    self.hostID = hostID
    self.size = size
  }
}

extension [SpecIDMapping] {
  /// What `id` of the container is on the host; nil when there is no such id.
  package func outside(_ id: UInt32) -> UInt32? {
    for range in self where range.containerID <= id && id - range.containerID < range.size {
      return range.hostID + (id - range.containerID)
    }
    return nil
  }

  /// What `id` of the host is in the container; nil when nobody there is that.
  package func inside(_ id: UInt32) -> UInt32? {
    for range in self where range.hostID <= id && id - range.hostID < range.size {
      return range.containerID + (id - range.hostID)
    }
    return nil
  }
}

/// `linux.personality`: which kernel the program believes it runs on (personality(2)).
package struct SpecPersonality: Codable, Sendable, Equatable {
  package var domain: String
  package var flags: [String]?
}

/// One of `linux.timeOffsets`: how far a clock of the time namespace is ahead.
package struct SpecTimeOffset: Codable, Sendable, Equatable {
  package var secs: Int64?
  package var nanosecs: UInt32?
}

/// An object whose presence is all that matters, since it is refused.
package struct SpecUnsupported: Codable, Sendable, Equatable {
  package init(from decoder: any Decoder) throws {}
  package func encode(to encoder: any Encoder) throws {
    _ = encoder.container(keyedBy: NoKey.self)
  }
  private enum NoKey: CodingKey {}
}

/// One of `linux.devices`: a device node to make. `type` is `c`, `b`, `u` or `p`.
package struct SpecDevice: Codable, Sendable, Equatable {
  package var type: String
  package var path: String
  package var major: UInt32?
  package var minor: UInt32?
  package var fileMode: UInt32?
  package var uid: UInt32?
  package var gid: UInt32?
  /// Ours: where the device is on the host, for a container that may not make nodes; nil for `path`.
  package var source: String?

  package init(type: String, path: String, major: UInt32? = nil, minor: UInt32? = nil) {
    self.type = type
    self.path = path
    self.major = major
    self.minor = minor
  }
}
