import Linux
import Runtime
import Support

/// One `--blkio-weight-device`, `--device-read-bps` or its kin: what a container may do with one disk.
package struct BlockDeviceLimit: Sendable, Codable, Equatable {
  package enum Kind: String, Sendable, Codable, CaseIterable {
    case weight, readBps, writeBps, readIOps, writeIOps

    /// Its list in `HostConfig`.
    package var key: String {
      switch self {
      case .weight: "BlkioWeightDevice"
      case .readBps: "BlkioDeviceReadBps"
      case .writeBps: "BlkioDeviceWriteBps"
      case .readIOps: "BlkioDeviceReadIOps"
      case .writeIOps: "BlkioDeviceWriteIOps"
      }
    }
  }

  package var kind: Kind
  package var path: String
  /// A weight of 10 to 1000, or bytes or operations a second.
  package var value: UInt64

  package init(_ kind: Kind, path: String, value: UInt64) {
    self.kind = kind
    self.path = path
    self.value = value
  }
}

extension [BlockDeviceLimit] {
  /// The control files that say so; which disk it is comes from the device file, now. Throws
  /// `DklabError` `device.not-found`.
  func settings(on layout: CgroupLayout.Kind) throws -> [CgroupSetting] {
    var limits = SpecResources.BlockIO()
    for limit in self {
      guard let node = DeviceNode(hostPath: limit.path) else { throw Self.missing(limit.path) }
      let (major, minor) = (Int64(node.major), Int64(node.minor))
      let rate = SpecResources.ThrottleDevice(major: major, minor: minor, rate: limit.value)
      switch limit.kind {
      case .weight:
        let weight = SpecResources.WeightDevice(
          major: major, minor: minor, weight: UInt16(clamping: limit.value))
        limits.weightDevice = (limits.weightDevice ?? []) + [weight]
      case .readBps: limits.throttleReadBpsDevice = (limits.throttleReadBpsDevice ?? []) + [rate]
      case .writeBps:
        limits.throttleWriteBpsDevice = (limits.throttleWriteBpsDevice ?? []) + [rate]
      case .readIOps:
        limits.throttleReadIOPSDevice = (limits.throttleReadIOPSDevice ?? []) + [rate]
      case .writeIOps:
        limits.throttleWriteIOPSDevice = (limits.throttleWriteIOPSDevice ?? []) + [rate]
      }
    }
    var resources = SpecResources()
    resources.blockIO = limits
    return try resources.limits(on: layout).settings
  }

  private static func missing(_ path: String) -> DklabError {
    DklabError(
      .notFound, id: "device.not-found",
      Text("stat \(path): no such device", ko: "\(path): 그런 장치가 없습니다"), exitStatus: 125
    ).about(path)
  }
}
