/// `linux.resources`: the limits of the container's control group (config-linux.md, "Control
/// groups"). Values are in the kernel's units, those of cgroup v1 where the versions differ.
package struct SpecResources: Codable, Sendable, Equatable {
  package var devices: [SpecDeviceRule]?
  package var memory: Memory?
  package var cpu: CPU?
  package var pids: Pids?
  package var blockIO: BlockIO?
  package var hugepageLimits: [HugePageLimit]?
  package var network: Network?
  package var rdma: [String: RDMA]?
  /// cgroup v2 only: control file and content.
  package var unified: [String: String]?

  package init() {}

  package struct Memory: Codable, Sendable, Equatable {
    package var limit: Int64?
    package var reservation: Int64?
    package var swap: Int64?
    package var kernel: Int64?
    package var kernelTCP: Int64?
    package var swappiness: UInt64?
    package var disableOOMKiller: Bool?
    package var useHierarchy: Bool?
    package var checkBeforeUpdate: Bool?

    package init() {}
  }

  package struct CPU: Codable, Sendable, Equatable {
    package var shares: UInt64?
    package var quota: Int64?
    package var burst: UInt64?
    package var period: UInt64?
    package var realtimeRuntime: Int64?
    package var realtimePeriod: UInt64?
    package var cpus: String?
    package var mems: String?
    package var idle: Int64?

    package init() {}
  }

  package struct Pids: Codable, Sendable, Equatable {
    package var limit: Int64?

    package init() {}
  }

  package struct BlockIO: Codable, Sendable, Equatable {
    package var weight: UInt16?
    package var leafWeight: UInt16?
    package var weightDevice: [WeightDevice]?
    package var throttleReadBpsDevice: [ThrottleDevice]?
    package var throttleWriteBpsDevice: [ThrottleDevice]?
    package var throttleReadIOPSDevice: [ThrottleDevice]?
    package var throttleWriteIOPSDevice: [ThrottleDevice]?

    package init() {}
  }

  package struct WeightDevice: Codable, Sendable, Equatable {
    package var major: Int64
    package var minor: Int64
    package var weight: UInt16?
    package var leafWeight: UInt16?

    package init(major: Int64, minor: Int64, weight: UInt16?) {
      self.major = major
      self.minor = minor
      self.weight = weight
    }
  }

  package struct ThrottleDevice: Codable, Sendable, Equatable {
    package var major: Int64
    package var minor: Int64
    package var rate: UInt64

    package init(major: Int64, minor: Int64, rate: UInt64) {
      self.major = major
      self.minor = minor
      self.rate = rate
    }
  }

  package struct HugePageLimit: Codable, Sendable, Equatable {
    package var pageSize: String
    package var limit: UInt64
  }

  package struct Network: Codable, Sendable, Equatable {
    package var classID: UInt32?
    package var priorities: [Priority]?

    package struct Priority: Codable, Sendable, Equatable {
      package var name: String
      package var priority: UInt32
    }
  }

  package struct RDMA: Codable, Sendable, Equatable {
    package var hcaHandles: UInt32?
    package var hcaObjects: UInt32?
  }

  private enum CodingKeys: String, CodingKey {
    case devices, memory, cpu, pids, blockIO, hugepageLimits, network, rdma, unified
  }
}

/// One of `linux.resources.devices`; a number that is not there, or -1, is any.
package struct SpecDeviceRule: Codable, Sendable, Equatable {
  package var allow: Bool
  package var type: String?
  package var major: Int64?
  package var minor: Int64?
  package var access: String?

  package init(allow: Bool, access: String) {
    self.allow = allow
    self.access = access
  }
}
