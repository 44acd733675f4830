// The 512-byte header of a tar member (pax(1) and tar(5); GNU and ustar differ at the end).
//
//   offset size        offset size           offset size
//     0    100 name      136   12 mtime        265   32 owner's name
//   100      8 mode      148    8 checksum     297   32 group's name
//   108      8 uid       156    1 type         329    8 device major
//   116      8 gid       157  100 link name    337    8 device minor
//   124     12 size      257    8 magic        345  155 prefix of the name (ustar only)
//
// Numbers are octal text, or binary with the top bit set when they would not fit (a GNU extension
// which everybody reads). Next: TarReader.swift.

/// The fields of one header as they stand.
struct TarHeader {
  static let blockSize = 512

  var name: String
  var mode: Int64
  var owner: Int64
  var group: Int64
  var size: Int64
  var modified: Int64
  var type: UInt8
  var linkName: String
  var deviceMajor: Int64
  var deviceMinor: Int64

  enum Problem: Error {
    case checksum
    case number(field: String)
  }

  /// Reads `block`; nil for a block of zeros, which ends an archive.
  init?(_ block: [UInt8]) throws(Problem) {
    if block.allSatisfy({ $0 == 0 }) { return nil }
    try TarHeader.verify(block)
    name = TarHeader.text(block[0..<100])
    mode = try TarHeader.number(block[100..<108], "mode")
    owner = try TarHeader.number(block[108..<116], "uid")
    group = try TarHeader.number(block[116..<124], "gid")
    size = try TarHeader.number(block[124..<136], "size")
    modified = try TarHeader.number(block[136..<148], "mtime")
    type = block[156]
    linkName = TarHeader.text(block[157..<257])
    deviceMajor = (try? TarHeader.number(block[329..<337], "device")) ?? 0
    deviceMinor = (try? TarHeader.number(block[337..<345], "device")) ?? 0
    if block[257..<263].elementsEqual("ustar\0".utf8) {
      let prefix = TarHeader.text(block[345..<500])
      if !prefix.isEmpty { name = "\(prefix)/\(name)" }
    }
  }

  /// The sum of all bytes, those of the checksum itself counted as spaces. Old programs summed
  /// signed bytes.
  private static func verify(_ block: [UInt8]) throws(Problem) {
    var unsigned: Int64 = 0
    var signed: Int64 = 0
    for (index, byte) in block.enumerated() {
      let byte = (148..<156).contains(index) ? 0x20 : byte
      unsigned += Int64(byte)
      signed += Int64(Int8(bitPattern: byte))
    }
    guard let stored = try? number(block[148..<156], "checksum"),
      stored == unsigned || stored == signed
    else { throw .checksum }
  }

  private static func text(_ field: ArraySlice<UInt8>) -> String {
    String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
  }

  private static func number(_ field: ArraySlice<UInt8>, _ name: String) throws(Problem) -> Int64 {
    if let first = field.first, first & 0x80 != 0 {
      // Two's complement with the top bit as a mark: 0x80 starts a positive, 0xff a negative one.
      var value: Int64 = first & 0x40 != 0 ? -1 : 0
      for (index, byte) in field.enumerated() {
        let byte = index == 0 ? (first & 0x40 != 0 ? first : first & 0x7f) : byte
        guard value >> 55 == 0 || value >> 55 == -1 else { throw .number(field: name) }
        value = value << 8 | Int64(byte)
      }
      return value
    }
    var value: Int64 = 0
    let digits = field.drop { $0 == 0x20 || $0 == 0 }.prefix { $0 != 0x20 && $0 != 0 }
    for digit in digits {
      guard (0x30...0x37).contains(digit), value >> 59 == 0 else { throw .number(field: name) }
      value = value << 3 | Int64(digit - 0x30)
    }
    return value
  }
}
