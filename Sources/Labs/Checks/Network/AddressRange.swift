/// An IPv4 network such as 172.17.0.0/16.
struct AddressRange {
  let base: UInt32
  let mask: UInt32

  init?(_ text: String) {
    let parts = text.split(separator: "/")
    guard parts.count == 2, let address = Self.number(parts[0]), let length = Int(parts[1]),
      (0...32).contains(length)
    else { return nil }
    mask = length == 0 ? 0 : ~UInt32(0) << UInt32(32 - length)
    base = address & mask
  }

  func contains(_ address: String) -> Bool {
    Self.number(address[...]).map { $0 & mask == base } ?? false
  }

  private static func number(_ text: Substring) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    guard parts.count == 4 else { return nil }
    return parts.reduce(0 as UInt32?) { sum, part in
      guard let sum, let part else { return nil }
      return sum << 8 | UInt32(part)
    }
  }
}
