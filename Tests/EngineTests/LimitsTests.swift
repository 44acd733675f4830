import Support
import Testing

@testable import Engine

@Suite("limits of a container that is to be made")
struct LimitsTests {
  private func message(_ change: (inout HostConfig) -> Void) -> String? {
    var host = HostConfig()
    change(&host)
    do {
      try host.checkLimits(processors: 2)
      return nil
    } catch {
      return (error as? DklabError)?.message.en ?? "\(error)"
    }
  }

  @Test("that a machine of two processors has are accepted")
  func accepted() {
    #expect(message { _ in } == nil)
    #expect(message { $0.nanoCpus = 2_000_000_000 } == nil)
    #expect(message { ($0.memory, $0.memoryReservation) = (64 << 20, 32 << 20) } == nil)
    #expect(message { ($0.cpuPeriod, $0.cpuQuota) = (50_000, -1) } == nil)
    #expect(message { $0.cpusetCpus = "0-1" } == nil)
  }

  @Test("that it has not, or that contradict each other, are refused in dockerd's words")
  func refused() {
    let range = "Range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available"
    #expect(message { $0.nanoCpus = 2_000_000_001 } == range)
    #expect(message { $0.nanoCpus = -1 } == range)
    #expect(
      message { ($0.nanoCpus, $0.cpuQuota) = (1_000_000_000, 5000) }
        == "Conflicting options: Nano CPUs and CPU Period/Quota cannot both be set")
    #expect(
      message { $0.oomScoreAdj = 2000 }
        == "Invalid value 2000, range for oom score adj is [-1000, 1000]")
    #expect(
      message { $0.cpusetCpus = "5" }
        == "Requested CPUs are not available - requested 5, available: 0-1")
  }
}
