import Testing

@testable import Kube

@Suite("Durations of pulls")
struct ImagePullsTests {
  @Test(
    "are printed as Go prints them",
    arguments: [
      (0, "0s"), (5, "5ms"), (999, "999ms"), (1000, "1s"), (1250, "1.25s"), (61_004, "1m1.004s"),
      (3_600_000, "1h0m0s"), (3_725_100, "1h2m5.1s"), (120_000, "2m0s"),
    ])
  func goDuration(_ milliseconds: Int64, _ expected: String) {
    #expect(PodExecutor.goDuration(milliseconds: milliseconds) == expected)
  }
}
