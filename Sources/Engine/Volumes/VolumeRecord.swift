import Linux
import Support

/// One volume as the engine's database has it.
package struct VolumeRecord: Sendable, Hashable {
  package let name: String
  /// Nanoseconds since 1970.
  package let created: Int64
  /// It was made for a VOLUME or a `-v PATH` without a name.
  package let isAnonymous: Bool
  package let labels: [String: String]
  /// `type`, `o` and `device` of the driver `local`.
  package let options: [String: String]

  /// What is mounted in the place of a directory of ours; nil for an ordinary volume.
  package var device: VolumeDevice? { VolumeDevice(options) }
}

/// What the driver `local` mounts for a volume with options: the words of mount(8).
package struct VolumeDevice: Sendable, Hashable, Codable {
  package var type: String
  package var device: String
  package var options: [String]

  init?(_ options: [String: String]) {
    guard let device = options["device"] else { return nil }
    self.device = device
    type = options["type"] ?? "none"
    self.options = (options["o"] ?? "").split(separator: ",").map(String.init)
  }

  /// A directory of the host under another name.
  var isBind: Bool { options.contains("bind") || options.contains("rbind") }
}
