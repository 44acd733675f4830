import Testing

@testable import Support

struct HumanDurationTests {
  @Test(
    "lengths of time read as in docker ps",
    arguments: [
      (-5.0, "Less than a second"), (0, "Less than a second"), (0.999, "Less than a second"),
      (1, "1 second"), (1.9, "1 second"), (2, "2 seconds"), (59.9, "59 seconds"),
      (60, "About a minute"), (119, "About a minute"), (120, "2 minutes"), (3599, "59 minutes"),
      (3600, "About an hour"), (5340, "About an hour"), (5400, "2 hours"), (170_640, "47 hours"),
      (172_800, "2 days"), (1_123_200, "13 days"), (1_209_600, "2 weeks"), (5_097_600, "8 weeks"),
      (5_184_000, "2 months"), (62_985_600, "24 months"), (63_072_000, "2 years"),
    ] as [(Double, String)])
  func durations(seconds: Double, text: String) {
    #expect(HumanDuration.text(nanoseconds: Int64(seconds * 1e9)) == text)
  }
}
