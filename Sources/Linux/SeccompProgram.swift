import CLinux
import FoundationEssentials
import Glibc
import Support

/// A compiled filter: what a container's init hands to the kernel, with nothing left to decide.
package struct SeccompProgram: Sendable, Hashable, Codable {
  /// `struct sock_filter`, eight bytes each, in the machine's byte order.
  package var instructions: [UInt8]
  /// `SECCOMP_FILTER_FLAG_…` bits (linux/seccomp.h).
  package var flags: UInt32

  package init(instructions: [UInt8], flags: UInt32 = 0) {
    self.instructions = instructions
    self.flags = flags
  }

  /// As a string in base 64: an array of some thousand numbers costs more to read and write than all
  /// the rest of a launch.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(Data(instructions).base64EncodedString(), forKey: .instructions)
    try container.encode(flags, forKey: .flags)
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    guard let data = Data(base64Encoded: try container.decode(String.self, forKey: .instructions))
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .instructions, in: container, debugDescription: "not base 64")
    }
    self.init(
      instructions: Array(data), flags: try container.decode(UInt32.self, forKey: .flags))
  }

  private enum CodingKeys: String, CodingKey {
    case instructions, flags
  }

  /// Puts the filter on the calling thread, for good: it survives fork(2) and execve(2).
  ///
  /// Needs no_new_privs or CAP_SYS_ADMIN in the user namespace (`EACCES` otherwise), since a
  /// filter must not trick a set-user-ID program. Everything the thread still has to do must be
  /// allowed by the filter.
  package func load() throws {
    let count = UInt16(clamping: instructions.count / 8)
    let result = instructions.withUnsafeBytes { bytes in
      let loaded = dk_seccomp_load(bytes.baseAddress, count, flags)
      guard loaded < 0, errno == EINVAL, flags != 0 else { return loaded }
      // A kernel that does not know one of the flags, which only tune logging and speed.
      return dk_seccomp_load(bytes.baseAddress, count, 0)
    }
    try check(result, "seccomp", "SECCOMP_SET_MODE_FILTER")
  }
}
