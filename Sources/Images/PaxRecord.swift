import Support

/// One `LENGTH KEY=VALUE\n` of a pax member; LENGTH counts the whole record (pax(1)).
struct PaxRecord {
  var key: String
  var value: [UInt8]

  /// The records in `bytes`; nil when they are malformed.
  static func parse(_ bytes: [UInt8]) -> [PaxRecord]? {
    var records: [PaxRecord] = []
    var rest = bytes[...]
    // Some programs pad the content with zeros.
    while let first = rest.first, first != 0 {
      guard let space = rest.firstIndex(of: 0x20),
        let length = Int(String(decoding: rest[..<space], as: UTF8.self)),
        length > space - rest.startIndex + 1, length <= rest.count
      else { return nil }
      let record = rest[(space + 1)..<(rest.startIndex + length)]
      guard record.last == 0x0a, let equals = record.firstIndex(of: 0x3d) else { return nil }
      records.append(
        PaxRecord(
          key: String(decoding: record[..<equals], as: UTF8.self),
          value: Array(record[(equals + 1)...].dropLast())))
      rest = rest.dropFirst(length)
    }
    return records
  }

  /// The record as it stands in an archive.
  var bytes: [UInt8] {
    let body = Array(" \(key)=".utf8) + value + [0x0a]
    // The length counts its own digits: one more when adding them reaches a new power of ten.
    var length = body.count + String(body.count).utf8.count
    length = body.count + String(length).utf8.count
    return Array(String(length).utf8) + body
  }
}

/// The fields of a member while headers and records are put together.
struct TarFields {
  private let type: UInt8
  var name: String
  var linkName: String
  var size: Int64
  private var mode: Int64
  private var owner: Int64
  private var group: Int64
  private var modified: TarEntry.Time
  private let device: (major: Int64, minor: Int64)
  private var attributes: [TarEntry.Attribute] = []

  init(_ header: TarHeader) {
    type = header.type
    name = header.name
    linkName = header.linkName
    size = header.size
    mode = header.mode
    owner = header.owner
    group = header.group
    modified = TarEntry.Time(seconds: header.modified)
    device = (header.deviceMajor, header.deviceMinor)
  }

  /// Lets `record` take precedence over the header; false when its value makes no sense. An empty
  /// value takes a record back.
  mutating func apply(_ record: PaxRecord) -> Bool {
    let text = String(decoding: record.value, as: UTF8.self)
    switch record.key {
    case _ where record.value.isEmpty: return true
    case "path": name = text
    case "linkpath": linkName = text
    case "size": return set(&size, text)
    case "uid": return set(&owner, text)
    case "gid": return set(&group, text)
    case "mtime":
      guard let time = TarFields.time(text) else { return false }
      modified = time
    default:
      let prefix = "SCHILY.xattr."
      if record.key.hasPrefix(prefix) {
        attributes.append(
          TarEntry.Attribute(
            name: String(record.key.dropFirst(prefix.count)), value: record.value))
      }
    }
    return true
  }

  /// The member; nil for a type that there is no way to unpack.
  func entry(size: Int64) -> TarEntry? {
    let isOldDirectory = name.hasSuffix("/")
    let kind: TarEntry.Kind
    switch type {
    case UInt8(ascii: "0"), 0: kind = isOldDirectory ? .directory : .file
    case UInt8(ascii: "7"): kind = .file
    case UInt8(ascii: "1"): kind = .hardLink(target: linkName)
    case UInt8(ascii: "2"): kind = .symbolicLink(target: linkName)
    case UInt8(ascii: "3"): kind = .characterDevice(major: major, minor: minor)
    case UInt8(ascii: "4"): kind = .blockDevice(major: major, minor: minor)
    case UInt8(ascii: "5"): kind = .directory
    case UInt8(ascii: "6"): kind = .fifo
    default: return nil
    }
    var path = name
    while path.hasSuffix("/"), path.utf8.count > 1 { path.removeLast() }
    var entry = TarEntry(path, kind, mode: UInt32(truncatingIfNeeded: mode) & 0o7777)
    entry.owner = UInt32(truncatingIfNeeded: owner)
    entry.group = UInt32(truncatingIfNeeded: group)
    entry.size = kind == .file ? size : 0
    entry.modified = modified
    entry.attributes = attributes
    return entry
  }

  private var major: UInt32 { UInt32(truncatingIfNeeded: device.major) }
  private var minor: UInt32 { UInt32(truncatingIfNeeded: device.minor) }

  private func set(_ field: inout Int64, _ text: String) -> Bool {
    guard let value = Int64(text) else { return false }
    field = value
    return true
  }

  /// Seconds with a decimal fraction: `1700000000.123456789`, `-0.5`.
  private static func time(_ text: String) -> TarEntry.Time? {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = Int64(parts[0]) else { return nil }
    guard parts.count == 2 else { return TarEntry.Time(seconds: whole) }
    let digits = parts[1].prefix(9)
    let padded = digits + String(repeating: "0", count: 9 - digits.count)
    guard let fraction = Int64(padded), fraction >= 0 else { return nil }
    guard text.hasPrefix("-"), fraction > 0 else {
      return TarEntry.Time(seconds: whole, nanoseconds: fraction)
    }
    return TarEntry.Time(seconds: whole - 1, nanoseconds: 1_000_000_000 - fraction)
  }
}
