import Testing

@testable import Support

struct ByteSizeTests {
  @Test(
    "sizes have four significant digits and powers of 1000",
    arguments: [
      (0, "0B"), (999, "999B"), (1000, "1kB"), (1024, "1.024kB"), (1_000_000, "1MB"),
      (123_456_789, "123.5MB"), (77_800_000, "77.8MB"), (9_999_999, "10MB"), (1.5e12, "1.5TB"),
      (2e27, "2000YB"),
    ] as [(Double, String)])
  func decimal(bytes: Double, text: String) {
    #expect(ByteSize.decimal(bytes) == text)
  }

  @Test("image sizes have three digits, memory powers of 1024")
  func others() {
    #expect(ByteSize.decimal(123_456_789, digits: 3) == "123MB")
    #expect(ByteSize.decimal(1_234, digits: 3) == "1.23kB")
    #expect(ByteSize.binary(512 * 1024 * 1024) == "512MiB")
    #expect(ByteSize.binary(1_610_612_736) == "1.5GiB" && ByteSize.binary(1023) == "1023B")
  }

  @Test(
    "sizes are read as docker reads them",
    arguments: [
      ("0", 0), ("1024", 1024), ("100b", 100), ("100B", 100), ("1k", 1024), ("1K", 1024),
      ("1kb", 1024),
      ("1KiB", 1024), ("512m", 536_870_912), ("1.5g", 1_610_612_736), ("1 g", 1_073_741_824),
      ("64MiB", 67_108_864), ("1t", 1_099_511_627_776), ("1p", 1_125_899_906_842_624),
      ("0.5k", 512),
      (".5k", 512), ("5.", 5),
    ] as [(String, Int64)])
  func parses(text: String, bytes: Int64) throws {
    #expect(try ByteSize.parseBinary(text) == bytes)
  }

  @Test(
    "what is no size is refused in docker's words",
    arguments: [
      ("", "invalid size: ''"), ("abc", "invalid size: 'abc'"), ("-1", "invalid size: '-1'"),
      ("1x", "invalid suffix: 'x'"), ("1kbb", "invalid suffix: 'kbb'"),
      ("1mx", "invalid suffix: 'mx'"),
      ("1bb", "invalid suffix: 'bb'"), ("1e", "invalid suffix: 'e'"),
      (" m", "strconv.ParseFloat: parsing \"\": invalid syntax"),
      ("1.2.3g", "strconv.ParseFloat: parsing \"1.2.3\": invalid syntax"),
    ])
  func refuses(text: String, message: String) {
    let error = #expect(throws: DklabError.self) { try ByteSize.parseBinary(text) }
    #expect(error?.message.en == message)
  }

  @Test("huge sizes are refused instead of overflowing")
  func huge() {
    #expect(throws: DklabError.self) { try ByteSize.parseBinary("99999999999999999999") }
    #expect(throws: DklabError.self) { try ByteSize.parseBinary("9000000p") }
  }

  @Test("decimal reading uses powers of 1000")
  func decimalReading() throws {
    #expect(try ByteSize.parseDecimal("1.5MB") == 1_500_000)
  }
}
