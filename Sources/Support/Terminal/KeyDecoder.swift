/// A key somebody pressed.
package enum Key: Sendable, Equatable {
  case character(Character)
  case enter, escape, backspace
  case up, down, left, right, pageUp, pageDown, home, end
  /// Ctrl-C, Ctrl-D and Ctrl-Z, where the terminal leaves them to the program.
  case interrupt, endOfInput, suspend
  /// A key nobody asked about.
  case other
}

/// Makes keys of the bytes a terminal sends. Bytes come as they come: a Korean letter is three of
/// them and an arrow key too, and either may arrive in two pieces.
package struct KeyDecoder: Sendable {
  private var waiting: [UInt8] = []

  package init() {}

  /// Whether what came so far may be the beginning of something longer.
  package var isUnfinished: Bool { !waiting.isEmpty }

  /// The keys that `bytes` complete.
  package mutating func keys(_ bytes: some Sequence<UInt8>) -> [Key] {
    waiting += bytes
    var keys: [Key] = []
    while let (key, count) = first() {
      waiting.removeFirst(count)
      keys.append(key)
    }
    return keys
  }

  /// What the waiting bytes mean when nothing follows: a lone escape is the key Esc.
  package mutating func finish() -> [Key] {
    defer { waiting = [] }
    return waiting.isEmpty ? [] : [waiting == [0x1B] ? .escape : .other]
  }

  /// The first key of the waiting bytes and its length; nil when they are only its beginning.
  private func first() -> (Key, Int)? {
    guard let byte = waiting.first else { return nil }
    switch byte {
    case 0x03: return (.interrupt, 1)
    case 0x04: return (.endOfInput, 1)
    case 0x1A: return (.suspend, 1)
    case 0x0A, 0x0D: return (.enter, 1)
    case 0x08, 0x7F: return (.backspace, 1)
    case 0x1B: return escaped()
    case ..<0x20: return (.other, 1)
    case ..<0x80: return (.character(Character(Unicode.Scalar(byte))), 1)
    default: return encoded(byte)
    }
  }

  /// UTF-8: the first byte tells the length.
  private func encoded(_ byte: UInt8) -> (Key, Int)? {
    let length =
      switch byte {
      case 0xC2...0xDF: 2
      case 0xE0...0xEF: 3
      case 0xF0...0xF4: 4
      default: 1
      }
    guard waiting.count >= length else { return nil }
    guard length > 1, let text = String(validating: waiting[..<length], as: UTF8.self),
      let character = text.first
    else { return (.other, 1) }
    return (.character(character), length)
  }

  /// `ESC [ … final` and `ESC O letter` (ECMA-48); any other key after ESC is Alt and the key.
  private func escaped() -> (Key, Int)? {
    guard waiting.count > 1 else { return nil }
    guard waiting[1] == UInt8(ascii: "[") || waiting[1] == UInt8(ascii: "O") else {
      return waiting[1] == 0x1B ? (.escape, 1) : (.other, 2)
    }
    guard
      let end = waiting.indices.dropFirst(2).first(where: { (0x40...0x7E).contains(waiting[$0]) })
    else { return waiting.count > 16 ? (.other, waiting.count) : nil }
    let name = String(decoding: waiting[2...end], as: UTF8.self)
    return (Self.named[name] ?? .other, end + 1)
  }

  private static let named: [String: Key] = [
    "A": .up, "B": .down, "C": .right, "D": .left, "H": .home, "F": .end, "1~": .home, "4~": .end,
    "5~": .pageUp, "6~": .pageDown,
  ]
}
