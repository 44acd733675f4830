// Unpacking deflate (RFC 1951) in a zlib envelope (RFC 1950), piece by piece.
//
// SPDY packs the header of every stream with one compressor for the whole connection, which begins
// with a dictionary that both sides know, and ends each piece at a whole octet. What was unpacked
// before is what later pieces refer to.
//
// Next: SPDYFrames.swift.

/// What was packed is damaged, or grows beyond all measure.
struct InflateError: Error {
  let reason: String
}

/// A decompressor that is fed whole pieces.
struct Inflate {
  private let dictionary: [UInt8]
  private var window: [UInt8] = []
  private var hasBegun = false
  private var bits = BitReader()
  /// No piece may unpack to more than this.
  private static let limit = 256 << 10

  init(dictionary: [UInt8]) {
    self.dictionary = dictionary
  }

  /// The content of one piece, which ends with a flush.
  mutating func decode(_ piece: [UInt8]) throws(InflateError) -> [UInt8] {
    bits = BitReader(piece)
    if !hasBegun { try begin() }
    var output = window
    let start = output.count
    while bits.hasWholeOctet {
      let isLast = try bits.take(1) == 1
      switch try bits.take(2) {
      case 0: try stored(&output)
      case 1: try packed(&output, .fixedLiterals, .fixedDistances)
      case 2:
        let (literals, distances) = try tables()
        try packed(&output, literals, distances)
      default: throw InflateError(reason: "a block of no known kind")
      }
      guard output.count - start <= Self.limit else {
        throw InflateError(reason: "more than \(Self.limit) octets")
      }
      if isLast { break }
    }
    window = Array(output.suffix(32 << 10))
    return Array(output[start...])
  }

  private mutating func begin() throws(InflateError) {
    let (method, flags) = (try bits.take(8), try bits.take(8))
    guard method & 15 == 8, (method << 8 | flags) % 31 == 0 else {
      throw InflateError(reason: "no zlib header")
    }
    if flags & 32 != 0 {
      _ = try bits.take(16)
      _ = try bits.take(16)
      window = dictionary
    }
    hasBegun = true
  }

  private mutating func stored(_ output: inout [UInt8]) throws(InflateError) {
    bits.alignToOctet()
    let length = try bits.take(16)
    guard try bits.take(16) == ~length & 0xFFFF else {
      throw InflateError(reason: "a stored block of two lengths")
    }
    for _ in 0..<length { output.append(UInt8(try bits.take(8))) }
  }

  private static let lengthBases = [
    3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
    163, 195, 227, 258,
  ]
  private static let lengthBits = [
    0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
  ]
  private static let distanceBases = [
    1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049,
    3073, 4097, 6145, 8193, 12289, 16385, 24577,
  ]

  private mutating func packed(
    _ output: inout [UInt8], _ literals: HuffmanTable, _ distances: HuffmanTable
  ) throws(InflateError) {
    let start = output.count
    while true {
      let symbol = try literals.next(&bits)
      if symbol < 256 {
        output.append(UInt8(symbol))
        continue
      }
      if symbol == 256 { return }
      guard symbol - 257 < Self.lengthBases.count else {
        throw InflateError(reason: "a length of no meaning")
      }
      let length = Self.lengthBases[symbol - 257] + (try bits.take(Self.lengthBits[symbol - 257]))
      let code = try distances.next(&bits)
      guard code < Self.distanceBases.count else {
        throw InflateError(reason: "a distance of no meaning")
      }
      let distance = Self.distanceBases[code] + (try bits.take(code < 2 ? 0 : code / 2 - 1))
      guard distance <= output.count, output.count - start <= Self.limit else {
        throw InflateError(reason: "a distance beyond the beginning")
      }
      // One at a time: what is copied may be what has just been copied.
      for _ in 0..<length { output.append(output[output.count - distance]) }
    }
  }

  /// The tables of a block that brings its own.
  private mutating func tables() throws(InflateError) -> (HuffmanTable, HuffmanTable) {
    let literals = try bits.take(5) + 257
    let distances = try bits.take(5) + 1
    let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
    var meta = [Int](repeating: 0, count: 19)
    for index in 0..<(try bits.take(4) + 4) { meta[order[index]] = try bits.take(3) }
    let codes = HuffmanTable(lengths: meta)
    var lengths: [Int] = []
    while lengths.count < literals + distances {
      switch try codes.next(&bits) {
      case 16:
        guard let last = lengths.last else { throw InflateError(reason: "nothing to repeat") }
        lengths += [Int](repeating: last, count: try bits.take(2) + 3)
      case 17: lengths += [Int](repeating: 0, count: try bits.take(3) + 3)
      case 18: lengths += [Int](repeating: 0, count: try bits.take(7) + 11)
      case let length: lengths.append(length)
      }
    }
    guard lengths.count == literals + distances else {
      throw InflateError(reason: "too many code lengths")
    }
    return (
      HuffmanTable(lengths: Array(lengths[..<literals])),
      HuffmanTable(lengths: Array(lengths[literals...]))
    )
  }
}

/// Bits of octets, the lowest first.
struct BitReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8] = []) {
    self.bytes = bytes
  }

  var hasWholeOctet: Bool { position + 8 <= bytes.count * 8 }

  mutating func alignToOctet() { position = (position + 7) / 8 * 8 }

  mutating func take(_ count: Int) throws(InflateError) -> Int {
    guard position + count <= bytes.count * 8 else {
      throw InflateError(reason: "it ends too early")
    }
    var value = 0
    for index in 0..<count {
      let place = position + index
      value |= Int(bytes[place / 8] >> UInt8(place % 8) & 1) << index
    }
    position += count
    return value
  }
}

/// A canonical Huffman code: counted by length, as it is built.
struct HuffmanTable: Sendable {
  private var counts = [Int](repeating: 0, count: 16)
  private var symbols: [Int] = []

  init(lengths: [Int]) {
    for length in lengths where length > 0 { counts[length] += 1 }
    var starts = [Int](repeating: 0, count: 17)
    for length in 1..<16 { starts[length + 1] = starts[length] + counts[length] }
    symbols = [Int](repeating: 0, count: starts[16])
    for (symbol, length) in lengths.enumerated() where length > 0 {
      symbols[starts[length]] = symbol
      starts[length] += 1
    }
  }

  func next(_ bits: inout BitReader) throws(InflateError) -> Int {
    var (code, first, index) = (0, 0, 0)
    for length in 1..<16 {
      code |= try bits.take(1)
      if code - first < counts[length] { return symbols[index + code - first] }
      index += counts[length]
      first = (first + counts[length]) << 1
      code <<= 1
    }
    throw InflateError(reason: "a code of no meaning")
  }

  static let fixedLiterals = HuffmanTable(
    lengths: [Int](repeating: 8, count: 144) + [Int](repeating: 9, count: 112)
      + [Int](repeating: 7, count: 24) + [Int](repeating: 8, count: 8))
  static let fixedDistances = HuffmanTable(lengths: [Int](repeating: 5, count: 30))
}
