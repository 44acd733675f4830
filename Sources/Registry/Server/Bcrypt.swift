// The password hash of htpasswd files that registries take: `$2y$10$` and 53 letters.
//
// A hash of a password should be slow, so that who steals the file cannot try a dictionary. bcrypt
// makes Blowfish's key schedule, which is slow by itself, run 2^cost times over password and salt.
// The cryptography libraries of this project do not have it, as it is kept for what exists, and a
// registry that could not read docker's htpasswd files would be of no use.
//
// Provos and Mazières, "A Future-Adaptable Password Scheme" (1999). Next: Htpasswd.swift.

/// Making and checking bcrypt hashes.
package enum Bcrypt {
  /// Whether `hash` is the bcrypt hash of `password`; false for what is no such hash.
  package static func matches(_ password: String, _ hash: String) -> Bool {
    guard let parts = Parts(hash) else { return false }
    let computed = digest(password, salt: parts.salt, cost: parts.cost)
    // Every letter is compared: how long it takes tells nothing.
    return zip(computed, parts.digest).reduce(computed.count ^ parts.digest.count) {
      $0 | Int($1.0 ^ $1.1)
    } == 0
  }

  /// Whether `text` has the form of such a hash.
  package static func isHash(_ text: String) -> Bool { Parts(text) != nil }

  /// A new hash of `password`. Two to the power of `cost` rounds.
  package static func hash(_ password: String, cost: Int = 10) -> String {
    var generator = SystemRandomNumberGenerator()
    let salt = (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
    let rounds = cost < 10 ? "0\(cost)" : "\(cost)"
    return "$2y$\(rounds)$" + Letters.encode(salt)
      + Letters.encode(digest(password, salt: salt, cost: cost))
  }

  private struct Parts {
    var cost: Int
    var salt: [UInt8]
    var digest: [UInt8]

    init?(_ text: String) {
      let bytes = Array(text.utf8)
      guard bytes.count == 60, ["$2a$", "$2b$", "$2y$"].contains(String(text.prefix(4))),
        bytes[6] == UInt8(ascii: "$"), let cost = Int(text.dropFirst(4).prefix(2)),
        (4...20).contains(cost), let salt = Letters.decode(bytes[7..<29], count: 16),
        let digest = Letters.decode(bytes[29...], count: 23)
      else { return nil }
      self.cost = cost
      self.salt = salt
      self.digest = digest
    }
  }

  private static func digest(_ password: String, salt: [UInt8], cost: Int) -> [UInt8] {
    // The zero byte at the end belongs to the password; what comes after 72 bytes does not count.
    let key = Array((Array(password.utf8) + [0]).prefix(72))
    var cipher = Blowfish()
    cipher.expand(key: key, salt: salt)
    for _ in 0..<(1 << cost) {
      cipher.expand(key: key, salt: [])
      cipher.expand(key: salt, salt: [])
    }
    var result: [UInt8] = []
    let text = Array("OrpheanBeholderScryDoubt".utf8)
    for block in stride(from: 0, to: text.count, by: 8) {
      var left = word(text, block)
      var right = word(text, block + 4)
      for _ in 0..<64 { cipher.encrypt(&left, &right) }
      for half in [left, right] {
        result += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: half >> UInt32($0)) }
      }
    }
    return Array(result.prefix(23))
  }

  private static func word(_ bytes: [UInt8], _ place: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 << 8 | UInt32(bytes[(place + $1) % bytes.count]) }
  }

  /// Schneier's cipher with the changeable key schedule.
  private struct Blowfish {
    private var keys = Array(PiDigits.words[..<18])
    private var boxes = Array(PiDigits.words[18...])

    func encrypt(_ left: inout UInt32, _ right: inout UInt32) {
      keys.withUnsafeBufferPointer { keys in
        boxes.withUnsafeBufferPointer { boxes in
          Blowfish.encrypt(&left, &right, keys, boxes)
        }
      }
    }

    private static func encrypt(
      _ left: inout UInt32, _ right: inout UInt32, _ keys: UnsafeBufferPointer<UInt32>,
      _ boxes: UnsafeBufferPointer<UInt32>
    ) {
      var (a, b) = (left, right)
      var round = 0
      while round < 16 {
        a ^= keys[round]
        let first = boxes[Int(a >> 24)] &+ boxes[256 + Int(a >> 16 & 255)]
        b ^= (first ^ boxes[512 + Int(a >> 8 & 255)]) &+ boxes[768 + Int(a & 255)]
        (a, b) = (b, a)
        round += 1
      }
      (left, right) = (b ^ keys[17], a ^ keys[16])
    }

    /// Mixes `key` into the round keys, then replaces keys and boxes by the encryption of `salt`
    /// (of zeros without one), each by the one before.
    mutating func expand(key: [UInt8], salt: [UInt8]) {
      for index in 0..<18 { keys[index] ^= Bcrypt.word(key, index * 4) }
      let halves = salt.isEmpty ? [0, 0, 0, 0] : [0, 4, 8, 12].map { Bcrypt.word(salt, $0) }
      var left: UInt32 = 0
      var right: UInt32 = 0
      var turn = 0
      keys.withUnsafeMutableBufferPointer { keys in
        boxes.withUnsafeMutableBufferPointer { boxes in
          func next() {
            left ^= halves[turn]
            right ^= halves[turn + 1]
            turn ^= 2
            Blowfish.encrypt(
              &left, &right, UnsafeBufferPointer(keys), UnsafeBufferPointer(boxes))
          }
          for index in stride(from: 0, to: 18, by: 2) {
            next()
            (keys[index], keys[index + 1]) = (left, right)
          }
          for index in stride(from: 0, to: 1024, by: 2) {
            next()
            (boxes[index], boxes[index + 1]) = (left, right)
          }
        }
      }
    }
  }

  /// bcrypt's own base64: other letters, no padding.
  private enum Letters {
    static let all = Array(
      "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
      var result: [UInt8] = []
      var value = 0
      var bits = 0
      for byte in bytes {
        value = (value << 8 | Int(byte)) & 0xffff
        bits += 8
        while bits >= 6 {
          bits -= 6
          result.append(all[value >> bits & 63])
        }
      }
      if bits > 0 { result.append(all[value << (6 - bits) & 63]) }
      return String(decoding: result, as: UTF8.self)
    }

    static func decode(_ letters: ArraySlice<UInt8>, count: Int) -> [UInt8]? {
      var result: [UInt8] = []
      var value = 0
      var bits = 0
      for letter in letters {
        guard let index = all.firstIndex(of: letter) else { return nil }
        value = (value << 6 | index) & 0xffff
        bits += 6
        guard bits >= 8 else { continue }
        bits -= 8
        result.append(UInt8(truncatingIfNeeded: value >> bits))
      }
      return result.count >= count ? Array(result.prefix(count)) : nil
    }
  }
}
