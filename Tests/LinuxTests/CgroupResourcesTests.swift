import Support
import Testing

@testable import Linux

@Suite("limits")
struct CgroupResourcesTests {
  private func message(_ change: (inout CgroupResources) -> Void) -> String? {
    var resources = CgroupResources()
    change(&resources)
    do {
      try resources.validate(processors: 2)
      return nil
    } catch {
      return (error as? DklabError)?.message.en ?? "\(error)"
    }
  }

  @Test("limits that make sense are accepted")
  func accepted() {
    #expect(message { _ in } == nil)
    #expect(message { $0.memory = 6 << 20 } == nil)
    #expect(message { ($0.memory, $0.memorySwap) = (64 << 20, -1) } == nil)
    #expect(message { ($0.memory, $0.memorySwap) = (64 << 20, 64 << 20) } == nil)
    #expect(message { $0.cpusetCpus = "0-1" } == nil)
    #expect(message { $0.cpusetCpus = "" } == nil)
    #expect(message { $0.blkioWeight = 0 } == nil)
    #expect(message { $0.cpuQuota = -1 } == nil)
  }

  @Test("limits that Docker refuses are refused in its words")
  func refused() {
    #expect(message { $0.memory = 4 << 20 } == "Minimum memory limit allowed is 6MB")
    #expect(message { $0.memorySwap = 1 << 30 }?.hasPrefix("You should always set") == true)
    #expect(
      message { ($0.memory, $0.memorySwap) = (64 << 20, 32 << 20) }?.hasPrefix(
        "Minimum memoryswap") == true)
    #expect(
      message { ($0.memory, $0.memoryReservation) = (64 << 20, 65 << 20) }?.hasPrefix(
        "Minimum memory limit can not be less") == true)
    #expect(message { $0.memorySwappiness = 101 }?.hasPrefix("Invalid value: 101") == true)
    #expect(message { $0.blkioWeight = 9 } == "Range of blkio weight is from 10 to 1000")
    #expect(message { $0.blkioWeight = 1001 } == "Range of blkio weight is from 10 to 1000")
    #expect(message { $0.cpuPeriod = 999 }?.hasPrefix("CPU cfs period") == true)
    #expect(message { $0.cpuQuota = 999 }?.hasPrefix("CPU cfs quota") == true)
    #expect(
      message { $0.cpusetCpus = "0,2" }
        == "Requested CPUs are not available - requested 0,2, available: 0-1")
  }

  @Test("lists of processors that are none", arguments: [",", "a", "1-0", "0-1-2", "-1", "0,"])
  func lists(text: String) {
    #expect(message { $0.cpusetCpus = text } == "Invalid value \(text) for cpuset cpus")
  }

  @Test("--cpus becomes a quota in each 100 ms, and is bounded by the machine")
  func cpus() throws {
    var resources = CgroupResources()
    resources.setCpus(1.5)
    #expect(resources.cpuQuota == 150_000 && resources.cpuPeriod == 100_000)
    try CgroupResources.validate(cpus: 2, processors: 2)
    for cpus in [0, 0.001, 2.5, -1, .nan, .infinity] as [Double] {
      #expect(throws: DklabError.self) {
        try CgroupResources.validate(cpus: cpus, processors: 2)
      }
    }
  }

  @Test("only the controllers that are needed get a group on v1")
  func controllers() {
    var resources = CgroupResources()
    #expect(resources.legacyControllers == ["freezer", "memory", "pids", "cpuacct"])
    resources.devices = []
    resources.cpuShares = 0
    #expect(resources.legacyControllers == ["freezer", "memory", "pids", "cpuacct", "devices"])
    resources.cpuShares = 512
    resources.cpusetMems = "0"
    resources.blkioWeight = 100
    #expect(resources.legacyControllers.suffix(3) == ["cpu", "cpuset", "blkio"])
    #expect(!resources.isUnlimited)
  }
}
