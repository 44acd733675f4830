import Glibc
import Support

/// Where images come from that are not on this machine.
///
/// A transfer has threads, and a process that launches containers must have none: what implements
/// this does its work in another process.
package protocol RemoteImages {
  /// Begins to bring `reference` into `store`, under its name.
  func begin(_ reference: Reference, platform: Platform?, into store: ImageStore) throws -> Transfer
}

/// Whether images may come from beyond this machine (`DKLAB_OFFLINE`).
package enum Offline {
  /// Whether the user said to stay on this machine.
  package static var isWanted: Bool {
    let value = getenv("DKLAB_OFFLINE").map { String(cString: $0) } ?? ""
    return !value.isEmpty && value != "0"
  }
}

extension Reference {
  /// Whether its registry is this machine itself: `localhost`, 127.0.0.0/8 or ::1, as docker counts
  /// them.
  package var isOnThisMachine: Bool {
    var host = domain[...]
    if let colon = host.lastIndex(of: ":"), !host[colon...].contains("]") { host = host[..<colon] }
    return host == "localhost" || host == "[::1]" || host.isLoopbackAddress
  }
}

extension Substring {
  fileprivate var isLoopbackAddress: Bool {
    let numbers = split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    return numbers.count == 4 && numbers.allSatisfy { $0 != nil } && numbers[0] == 127
  }
}
