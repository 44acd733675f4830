import Testing

@testable import Kube

@Suite("Unpacking")
struct InflateTests {
  private static func bytes(_ hex: String) -> [UInt8] {
    var rest = hex[...]
    var result: [UInt8] = []
    while rest.count >= 2 {
      result.append(UInt8(rest.prefix(2), radix: 16) ?? 0)
      rest = rest.dropFirst(2)
    }
    return result
  }

  /// Three headers, packed by zlib with the dictionary and a flush after each, and what they say.
  private static let pieces: [(String, String)] = [
    (
      "78f9e3c6a7c202253a703a2b294a4dcc851625aca9a0808614cb45e01c6061606100a4398b20d198"
        + "094ade8c0600000000ffff",
      "000000030000000a73747265616d74797065000000056572726f7200000004706f72740000000438"
        + "303830000000097265717565737469640000000130"
    ),
    (
      "c2aa19540e2512d60b000000ffff",
      "000000030000000a73747265616d74797065000000046461746100000004706f7274000000043830"
        + "3830000000097265717565737469640000000130"
    ),
    (
      "a2c4624300000000ffff",
      "000000030000000a73747265616d74797065000000056572726f7200000004706f72740000000438"
        + "303830000000097265717565737469640000000131"
    ),
  ]
  private static let dynamic =
    "78da9cd6db0dc2300c40d1553c027e15182712a1ad14a5880489f18111b8dfd6fdf251e2b6f72a27"
    + "39ee5264d6f794b99529cffaa8650ed9e7a8ed3bea37d987b4a3af52fbf15a3769bf4e6167b073d8"
    + "05ec12760becceb0bbc0ee4af78ec150314ac92835a3148d52354ad92875a3148e523946e5187e6b"
    + "a81ca3728cca312ac7a81ca3728cca312ac7a91ca7721c7f53548e53394ee53895e3548e53394ee5"
    + "049513544e5039812f1c2a27a89ca07282ca092a27a89ca47292ca492a27a99cc4c7319593544e52"
    + "3949e5e4ff723e000000ffff"
  private static let longText = (0..<60).map {
    "line \($0) of a text that repeats itself and is long enough"
  }.joined(separator: " ")

  @Test("pieces that refer to the dictionary and to each other, as zlib packs them")
  func pieces() throws {
    var inflate = Inflate(dictionary: SPDYFrame.dictionary)
    for (packed, content) in Self.pieces {
      #expect(try inflate.decode(Self.bytes(packed)) == Self.bytes(content))
    }
  }

  @Test("a long text with codes of its own")
  func long() throws {
    var inflate = Inflate(dictionary: [])
    let text = try inflate.decode(Self.bytes(Self.dynamic))
    #expect(String(decoding: text, as: UTF8.self) == Self.longText)
  }

  @Test("whatever is damaged is refused, and nothing crashes")
  func damaged() {
    for (packed, _) in Self.pieces + [(Self.dynamic, "")] {
      let whole = Self.bytes(packed)
      for _ in 0..<2000 {
        var bytes = whole
        for _ in 0..<3 { bytes[Int.random(in: 0..<bytes.count)] = .random(in: 0 ... .max) }
        var inflate = Inflate(dictionary: SPDYFrame.dictionary)
        _ = try? inflate.decode(bytes)
        _ = try? inflate.decode(Array(bytes.prefix(.random(in: 0...bytes.count))))
      }
    }
  }
}

@Suite("Frames of SPDY")
struct SPDYFrameTests {
  @Test("the dictionary is the one everybody has")
  func dictionary() {
    // Adler-32, as it stands in the header of every connection.
    var (a, b): (UInt32, UInt32) = (1, 0)
    for byte in SPDYFrame.dictionary {
      a = (a + UInt32(byte)) % 65521
      b = (b + a) % 65521
    }
    #expect(SPDYFrame.dictionary.count == 1423 && b << 16 | a == 0xe3c6_a7c2)
  }

  @Test("frames are taken when they are whole, one after the other")
  func take() throws {
    let first = SPDYFrame.data(stream: 3, [1, 2, 3], isLast: true)
    let both = first + SPDYFrame.pong(7)
    for length in 0..<first.count {
      var part = Array(both[..<length])
      #expect(try SPDYFrame.take(&part) == nil && part.count == length)
    }
    var buffer = both
    #expect(
      try SPDYFrame.take(&buffer) == .data(stream: 3, bytes: [1, 2, 3], isLast: true))
    #expect(try SPDYFrame.take(&buffer) == .ping(id: 7))
    #expect(try SPDYFrame.take(&buffer) == nil && buffer.isEmpty)
    var huge: [UInt8] = [0, 0, 0, 1, 0, 255, 255, 255]
    #expect(throws: InflateError.self) { try SPDYFrame.take(&huge) }
  }

  @Test("an answer to a new stream unpacks to no headers, and ends with a flush")
  func reply() throws {
    var inflate = Inflate(dictionary: SPDYFrame.dictionary)
    for isFirst in [true, false] {
      let packed = Array(SPDYFrame.reply(stream: 1, isFirst: isFirst)[12...])
      #expect(packed.suffix(5) == [0, 0, 0, 255, 255])
      #expect(SPDYFrame.headers(try inflate.decode(packed)) == [:])
    }
  }

  @Test("headers are pairs with their lengths")
  func headers() {
    let text = SPDYFrame.octets(1) + SPDYFrame.octets(4) + Array("Port".utf8)
    let block = text + SPDYFrame.octets(2) + Array("80".utf8)
    #expect(SPDYFrame.headers(block) == ["port": "80"])
    for length in 0..<block.count { #expect(SPDYFrame.headers(Array(block[..<length])) == nil) }
  }
}
