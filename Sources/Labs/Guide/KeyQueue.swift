import Linux
import Support

/// Keys that were pressed and wait to be looked at.
struct KeyQueue {
  private var decoder = KeyDecoder()
  private var ready: [Key] = []

  /// Whether the beginning of a longer key waits for its rest.
  var isUnfinished: Bool { decoder.isUnfinished }

  /// Takes what the terminal has. False at its end.
  mutating func read() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 256)
    guard let count = try? readSome(0, into: &buffer), count > 0 else { return false }
    ready += decoder.keys(buffer[..<count])
    return true
  }

  /// Nothing follows: what waits is complete.
  mutating func finish() { ready += decoder.finish() }

  /// The next key as it was typed.
  mutating func nextTyped() -> Key? { ready.isEmpty ? nil : ready.removeFirst() }

  /// The next key by its place on the keyboard: `ㅊ` is the key `c`. A syllable that an input method
  /// composed stands for all its keys, in their order.
  mutating func nextKey() -> Key? {
    guard let key = nextTyped() else { return nil }
    guard case .character(let character) = key else { return key }
    let keys = KoreanKeyboard.latin(String(character)).map(Key.character)
    ready.insert(contentsOf: keys.dropFirst(), at: 0)
    return keys.first
  }
}
