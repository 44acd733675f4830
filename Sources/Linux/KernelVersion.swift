import Glibc

/// The first two numbers of a kernel release.
package struct KernelVersion: Sendable, Hashable, Comparable {
  package var major: Int
  package var minor: Int

  /// From `6.1.0-18-amd64`, `4.8`: what is not a number counts as 0.
  package init(_ release: some StringProtocol) {
    let parts = release.split(separator: ".", maxSplits: 2).map { part in
      Int(part.prefix { $0.isNumber }) ?? 0
    }
    major = parts.first ?? 0
    minor = parts.count > 1 ? parts[1] : 0
  }

  package static func < (left: KernelVersion, right: KernelVersion) -> Bool {
    (left.major, left.minor) < (right.major, right.minor)
  }

  /// This machine's.
  package static let current = KernelVersion(release)

  /// The kernel's release as `uname -r` prints it.
  package static let release: String = {
    var name = utsname()
    guard uname(&name) == 0 else { return "" }
    return withUnsafeBytes(of: name.release) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }()
}
