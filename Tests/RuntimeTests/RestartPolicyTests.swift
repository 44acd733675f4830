import Testing

@testable import Runtime

@Suite("Restart policies") struct RestartPolicyTests {
  static let table: [(RestartPolicy, Int32, Bool, Int, Bool)] = [
    (.no, 1, false, 0, false),
    (.always, 0, false, 99, true),
    (.always, 1, true, 0, false),
    (.unlessStopped, 0, false, 0, true),
    (.unlessStopped, 137, true, 0, false),
    (.onFailure(maximum: 0), 0, false, 0, false),
    (.onFailure(maximum: 0), 1, false, 50, true),
    (.onFailure(maximum: 3), 1, false, 2, true),
    (.onFailure(maximum: 3), 1, false, 3, false),
  ]

  @Test("decide by exit status, count and who asked", arguments: table)
  func decide(row: (RestartPolicy, Int32, Bool, Int, Bool)) {
    #expect(row.0.restarts(after: row.1, stoppedByHand: row.2, restarts: row.3) == row.4)
  }

  @Test("the wait doubles from 100 ms to a minute") func backOff() {
    #expect((0..<4).map { RestartPolicy.backOff(restarts: $0) } == [100, 200, 400, 800])
    #expect(RestartPolicy.backOff(restarts: 12) == 60_000)
    #expect(RestartPolicy.backOff(restarts: 5000) == 60_000)
  }
}
