/// How a tar archive is packed, told by its first bytes.
package enum Compression: String, Sendable, CaseIterable {
  case none
  case gzip
  case zstd
  case bzip2
  case xz

  /// The compression of what starts with `bytes` (six of them are enough).
  package init(magic bytes: some Collection<UInt8>) {
    func starts(_ magic: [UInt8]) -> Bool { bytes.starts(with: magic) }
    self =
      if starts([0x1f, 0x8b]) {
        .gzip
      } else if starts([0x28, 0xb5, 0x2f, 0xfd]) {
        .zstd
      } else if starts([0x42, 0x5a, 0x68]) {
        .bzip2
      } else if starts([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]) {
        .xz
      } else {
        .none
      }
  }

  /// The host's program that unpacks it; nil when there is nothing to unpack.
  package var program: String? {
    self == .none ? nil : rawValue
  }
}
