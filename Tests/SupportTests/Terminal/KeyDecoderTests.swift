import Testing

@testable import Support

struct KeyDecoderTests {
  private func keys(_ chunks: [[UInt8]]) -> [Key] {
    var decoder = KeyDecoder()
    return chunks.flatMap { decoder.keys($0) } + decoder.finish()
  }

  @Test("bytes become keys, however they are cut into pieces")
  func pieces() {
    let bytes = Array("aㅊ초\u{1B}[A\u{1B}OB\u{1B}[5~\r\u{7F}\u{3}\u{4}\u{1A}é".utf8)
    let expected: [Key] = [
      .character("a"), .character("ㅊ"), .character("초"), .up, .down, .pageUp, .enter, .backspace,
      .interrupt, .endOfInput, .suspend, .character("é"),
    ]
    #expect(keys([bytes]) == expected)
    #expect(keys(bytes.map { [$0] }) == expected)
  }

  @Test("a lone escape is the key Esc, once nothing follows")
  func escape() {
    var decoder = KeyDecoder()
    #expect(decoder.keys([0x1B]) == [])
    #expect(decoder.isUnfinished)
    #expect(decoder.finish() == [.escape])
    #expect(keys([[0x1B, 0x1B]]) == [.escape, .escape])
  }

  @Test("unknown sequences and broken bytes are keys nobody asked about, and lose nothing else")
  func unknown() {
    #expect(keys([Array("\u{1B}[15~a".utf8)]) == [.other, .character("a")])
    #expect(keys([Array("\u{1B}[200~b".utf8)]) == [.other, .character("b")])
    #expect(keys([Array("\u{1B}xb".utf8)]) == [.other, .character("b")])
    #expect(keys([[0xFF, 0x61]]) == [.other, .character("a")])
    #expect(keys([[0xE3, 0x85]]) == [.other])
    #expect(keys([[0xC3, 0x28]]) == [.other, .character("(")])
    #expect(keys([[0x1B] + Array(repeating: 0x5B, count: 40)]).contains(.other))
  }
}
