import Testing

@testable import Compose

@Suite("A duration in a compose file")
struct ComposeDurationTests {
  @Test(
    "is read with all units and printed as compose prints it",
    arguments: [
      ("90s", "1m30s"), ("1m30s", "1m30s"), ("1.5h", "1h30m0s"), ("100ms", "100ms"),
      ("2d", "48h0m0s"), ("1w", "168h0m0s"), ("0", "0s"), ("0s", "0s"), ("1500ms", "1.5s"),
      ("10us", "10µs"), ("1h", "1h0m0s"), ("1.5ms", "1.5ms"), ("15s", "15s"),
    ])
  func read(_ text: String, _ printed: String) throws {
    let duration = try #require(ComposeDuration(text))
    #expect(duration.description == printed)
    #expect(ComposeDuration(printed) == duration)
  }

  @Test(
    "needs a unit",
    arguments: ["", "5", "s", "5 s", "5x", "-5s", "1m30", "1..5s", "999999999999999w"])
  func refused(_ text: String) {
    #expect(ComposeDuration(text) == nil)
  }
}
