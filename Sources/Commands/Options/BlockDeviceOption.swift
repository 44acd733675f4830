import Engine
import Support

/// `DEVICE:NUMBER`: `--blkio-weight-device`, `--device-read-bps` and its kin, with docker's complaints.
enum BlockDeviceOption {
  /// `/dev/sda:200`: a weight of 10 to 1000, or 0 for none of its own.
  static func weight(_ text: String) throws -> BlockDeviceLimit {
    let (path, number) = try parts(text)
    guard let weight = UInt16(number), weight == 0 || (10...1000).contains(weight) else {
      throw GoValue.invalid("invalid weight for device: \(text)")
    }
    return BlockDeviceLimit(.weight, path: path, value: UInt64(weight))
  }

  /// `/dev/sda:1mb` of bytes, `/dev/sda:1000` of operations a second.
  static func rate(_ text: String, _ kind: BlockDeviceLimit.Kind) throws -> BlockDeviceLimit {
    let (path, number) = try parts(text)
    let isBytes = kind == .readBps || kind == .writeBps
    let size = isBytes ? try? ByteSize.parseBinary(number) : nil
    guard let rate = isBytes ? size.flatMap({ UInt64(exactly: $0) }) : UInt64(number) else {
      let unit = isBytes ? "[<unit>]" : ""
      let units = isBytes ? ". Unit is optional and can be kb, mb, or gb" : ""
      throw GoValue.invalid(
        "invalid rate for device: \(text). The correct format is <device-path>:<number>\(unit). "
          + "Number must be a positive integer\(units)")
    }
    return BlockDeviceLimit(kind, path: path, value: rate)
  }

  private static func parts(_ text: String) throws -> (path: String, number: String) {
    guard let colon = text.firstIndex(of: ":"), colon > text.startIndex else {
      throw GoValue.invalid("bad format: \(text)")
    }
    let path = String(text[..<colon])
    guard path.hasPrefix("/dev/") else {
      throw GoValue.invalid("bad format for device path: \(text)")
    }
    return (path, String(text[text.index(after: colon)...]))
  }
}
