import Linux
import Testing

@Suite("Subordinate ids") struct SubordinateIDTests {
  @Test("lines that are no ranges are left out, and owners are names or numbers")
  func lines() {
    let ranges = SubordinateIDs.parse(
      "kim:100000:65536\n# comment\n\nlee:1:0\nkim:x:1\n1000:4294967295:2\n1000:300000:10\n")
    #expect(
      ranges == [
        .init(owner: "kim", first: 100_000, count: 65536),
        .init(owner: "1000", first: 300_000, count: 10),
      ])
    #expect(ranges.of("kim", 1000).count == 2)
    #expect(ranges.of(nil, 1000).map(\.first) == [300_000])
    #expect(ranges.of("lee", 7).isEmpty)
  }

  @Test("a new range begins behind those that are in its way")
  func free() {
    func next(_ ranges: (UInt32, UInt32)...) -> UInt32? {
      SubordinateIDs.nextFree(
        65536, beside: ranges.map { .init(owner: "a", first: $0.0, count: $0.1) })
    }
    #expect(next() == 100_000)
    #expect(next((300_000, 65536)) == 100_000)
    #expect(next((165_536, 65536), (100_000, 65536)) == 231_072)
    #expect(next((120_000, 10)) == 120_010)
    #expect(next((50_000, 50_000)) == 100_000)
    #expect(next((100_000, .max - 100_000)) == nil, "none is left")
    #expect(next((4_000_000_000, .max)) == 100_000, "a line of nonsense")
  }
}
