import Testing

@testable import Support

@Suite("Random digits")
struct RandomDigitsTests {
  @Test(
    "are as many hexadecimal digits as wanted, and others each time", arguments: [0, 1, 16, 17, 64])
  func digits(_ count: Int) {
    let drawn = (0..<1000).map { _ in randomDigits(count) }
    #expect(drawn.allSatisfy { $0.count == count && $0.allSatisfy(\.isHexDigit) })
    #expect(drawn.allSatisfy { $0 == $0.lowercased() })
    if count >= 16 { #expect(Set(drawn).count == drawn.count) }
    if count > 0 { #expect(Set(drawn.map { $0.first }).count == 16, "zeros in front stay") }
  }
}
