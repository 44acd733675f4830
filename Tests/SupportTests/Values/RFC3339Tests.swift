import Glibc
import Testing

@testable import Support

struct RFC3339Tests {
  @Test(
    "times are written and read back to the nanosecond",
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (1, "1970-01-01T00:00:00.000000001Z"),
      (-1, "1969-12-31T23:59:59.999999999Z"),
      (1_714_566_600_120_000_000, "2024-05-01T12:30:00.12Z"),
      (951_782_400_000_000_000, "2000-02-29T00:00:00Z"),
    ] as [(Int64, String)])
  func roundTrip(nanoseconds: Int64, text: String) {
    #expect(RFC3339.text(nanoseconds) == text)
    #expect(RFC3339.nanoseconds(text) == nanoseconds)
  }

  @Test("fixed width has all nine digits")
  func fixed() {
    #expect(RFC3339.text(120_000_000, fixed: true) == "1970-01-01T00:00:00.120000000Z")
    #expect(RFC3339.text(0, fixed: true) == "1970-01-01T00:00:00.000000000Z")
  }

  @Test("offsets are applied")
  func offsets() {
    #expect(RFC3339.nanoseconds("1970-01-01T09:00:00+09:00") == 0)
    #expect(RFC3339.nanoseconds("1969-12-31T23:30:00.5-00:30") == 500_000_000)
  }

  @Test(
    "what is no time is nil",
    arguments: [
      "", "2024-05-01", "2024-05-01T12:30:00", "2024-13-01T00:00:00Z", "2024-01-01T25:00:00Z",
      "2024-01-01T00:00:00+9:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
      "2262-04-11T23:47:16.999999999Z",
      "x024-01-01T00:00:00Z",
      "2024-01-01T00:00:00.Z",
    ])
  func refuses(text: String) {
    #expect(RFC3339.nanoseconds(text) == nil)
  }

  @Test("the local form is Go's: date, time, offset, zone")
  func local() {
    let text = RFC3339.local(1_714_566_600_120_000_000)
    #expect(text.wholeMatch(of: /2024-0[45]-[0-9]{2} [0-9]{2}:[0-9]{2}:00 [+-][0-9]{4} \S+/) != nil)
  }
}
