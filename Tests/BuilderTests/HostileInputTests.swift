import Linux
import Support
import Testing

@testable import Builder

/// Whatever a Dockerfile holds, reading it ends with a result or an error.
@Suite("Hostile Dockerfiles") struct HostileInputTests {
  static let limit = 20_000

  @Test("deep, long and growing input is refused")
  func bounds() {
    let nested = String(repeating: "${A:-", count: HostileInputTests.limit)
    let growing = "ENV A=xxxxxxxxxxxxxxxx\n" + String(repeating: "ENV A=$A$A$A$A\n", count: 40)
    let stars = String(repeating: "*a", count: 300)
    let cases = [
      "ENV A=\(nested)", growing, "RUN " + String(repeating: "x", count: 70_000),
      "CMD " + String(repeating: "[", count: 60_000),
      "ENV A=" + String(repeating: "a", count: 60_000) + "\nENV B=${A##\(stars)b}"
        + "\nENV C=${A//\(stars)b/x}",
      String(repeating: "ONBUILD ", count: 5000) + "RUN x",
      "RUN " + String(repeating: "--mount=type=bind ", count: 3000),
      "EXPOSE " + String(repeating: "1-65535 ", count: 200),
    ]
    for text in cases {
      let outcome = GoldenTests.outcome("FROM busybox\n\(text)\n", ignore: nil)
      #expect(!outcome.isEmpty, "\(text.prefix(40))")
    }
    #expect(GoldenTests.outcome("FROM busybox\nENV A=\(nested)", ignore: nil).contains("ERROR"))
    #expect(GoldenTests.outcome("FROM busybox\n\(growing)", ignore: nil).contains("grows beyond"))
  }

  @Test("no damage to a Dockerfile crashes its reader", arguments: 0..<20)
  func damage(seed: Int) throws {
    var random = Random(state: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1)
    let names = GoldenTests.cases
    for _ in 0..<60 {
      let name = try #require(names.randomElement(using: &random))
      var bytes = try File.read("\(GoldenTests.folder)/\(name)/Dockerfile")
      for _ in 0..<Int.random(in: 1...8, using: &random) where !bytes.isEmpty {
        let at = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: at)
        case 2:
          bytes.insert(contentsOf: Array("${:-'\"\\[{<<".utf8).shuffled(using: &random), at: at)
        default: bytes.append(contentsOf: bytes[at...].prefix(40))
        }
      }
      let text = String(decoding: bytes, as: UTF8.self)
      #expect(!GoldenTests.outcome(text, ignore: nil).isEmpty)
      _ = try? IgnoreFile(parsing: text).ignores("a/b/c.txt")
    }
  }

  /// The same numbers on every machine.
  struct Random: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state
    }
  }
}
