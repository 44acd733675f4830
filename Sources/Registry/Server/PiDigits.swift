// The numbers that Blowfish begins with are the fraction of π in binary: digits in which nobody can
// have hidden anything. 33,344 bits of them are a page of figures that no reader would check, or
// these lines (Machin, 1706):
//
//   π = 16 arctan(1/5) - 4 arctan(1/239)
//   arctan(1/x) = 1/x - 1/3x³ + 1/5x⁵ - …

/// The fraction of π, 32 bits a word.
enum PiDigits {
  /// As many words as Blowfish needs. Worked out when first asked for, within some milliseconds.
  static let words: [UInt32] = compute(18 + 4 * 256)

  /// The first `count` words.
  static func compute(_ count: Int) -> [UInt32] {
    // One word before the point, and two behind the last one for what rounding takes away.
    let size = count + 3
    var pi = Fixed(size)
    pi.add(arctangent(5, size), times: 16)
    pi.subtract(arctangent(239, size), times: 4)
    return Array(pi.words[1...count])
  }

  private static func arctangent(_ x: UInt64, _ size: Int) -> Fixed {
    var power = Fixed(size)
    power.words[0] = 1
    power.divide(by: x)
    var sum = power
    var n: UInt64 = 1
    while !power.isZero {
      power.divide(by: x * x)
      n += 2
      var term = power
      term.divide(by: n)
      if n % 4 == 3 { sum.subtract(term, times: 1) } else { sum.add(term, times: 1) }
    }
    return sum
  }

  /// A number with a fixed point behind its first word.
  private struct Fixed {
    var words: [UInt32]
    /// Words before this one are zero.
    private var start = 0

    init(_ size: Int) { words = [UInt32](repeating: 0, count: size) }

    var isZero: Bool { start == words.count }

    mutating func divide(by divisor: UInt64) {
      var rest: UInt64 = 0
      words.withUnsafeMutableBufferPointer { words in
        var place = start
        while place < words.count {
          let value = rest << 32 | UInt64(words[place])
          words[place] = UInt32(truncatingIfNeeded: value / divisor)
          rest = value % divisor
          place += 1
        }
        while start < words.count, words[start] == 0 { start += 1 }
      }
    }

    mutating func add(_ other: Fixed, times factor: UInt64) {
      var carry: UInt64 = 0
      for place in words.indices.reversed() {
        carry += UInt64(words[place]) + UInt64(other.words[place]) * factor
        words[place] = UInt32(truncatingIfNeeded: carry)
        carry >>= 32
      }
      start = 0
    }

    mutating func subtract(_ other: Fixed, times factor: UInt64) {
      var borrow: UInt64 = 0
      for place in words.indices.reversed() {
        let wanted = UInt64(other.words[place]) * factor + borrow
        let low = UInt32(truncatingIfNeeded: wanted)
        borrow = wanted >> 32 + (words[place] < low ? 1 : 0)
        words[place] = words[place] &- low
      }
      start = 0
    }
  }
}
