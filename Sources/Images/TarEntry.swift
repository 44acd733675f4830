/// One member of a tar archive, without its content.
package struct TarEntry: Sendable, Hashable {
  /// The path as the archive spells it, without a trailing slash.
  package var name: String
  package var kind: Kind
  /// Permission bits with set-uid, set-gid and sticky.
  package var mode: UInt32
  package var owner: UInt32 = 0
  package var group: UInt32 = 0
  /// Bytes of content that follow; zero for everything but files.
  package var size: Int64 = 0
  package var modified = Time(seconds: 0)
  package var attributes: [Attribute] = []

  /// What the member is.
  package enum Kind: Sendable, Hashable {
    case file
    case directory
    /// Another name for the member or file at `target`, a path from the root of the archive.
    case hardLink(target: String)
    case symbolicLink(target: String)
    case characterDevice(major: UInt32, minor: UInt32)
    case blockDevice(major: UInt32, minor: UInt32)
    case fifo
  }

  /// A point in time since 1970.
  package struct Time: Sendable, Hashable {
    package var seconds: Int64
    package var nanoseconds: Int64

    package init(seconds: Int64, nanoseconds: Int64 = 0) {
      self.seconds = seconds
      self.nanoseconds = nanoseconds
    }
  }

  /// An extended attribute (xattr(7)).
  package struct Attribute: Sendable, Hashable {
    package var name: String
    package var value: [UInt8]

    package init(name: String, value: [UInt8]) {
      self.name = name
      self.value = value
    }
  }

  package init(_ name: String, _ kind: Kind, mode: UInt32) {
    self.name = name
    self.kind = kind
    self.mode = mode
  }
}
