import Images
import Support
import Testing

@testable import Engine

@Suite("What update may change")
struct ContainerUpdateTests {
  func host(_ change: (inout HostConfig) -> Void) -> HostConfig {
    var host = HostConfig()
    change(&host)
    return host
  }

  func update(_ change: (inout ContainerUpdate) -> Void) -> ContainerUpdate {
    var update = ContainerUpdate()
    change(&update)
    return update
  }

  @Test("what is not given stays") func partial() throws {
    let before = host {
      $0.memory = 100 << 20; $0.pidsLimit = 7; $0.cpuShares = 512
    }
    let after = try update { $0.cpuShares = 256 }.applied(to: before)
    #expect(after.memory == 100 << 20 && after.pidsLimit == 7 && after.cpuShares == 256)
  }

  @Test("memory beyond the swap limit that came with it is refused; below, that limit stays")
  func memoryAndSwap() throws {
    let before = host { $0.memory = 100 << 20 }
    let after = try update { $0.memory = 150 << 20 }.applied(to: before)
    #expect(after.memory == 150 << 20 && after.memorySwap == 200 << 20)
    let tooMuch = update { $0.memory = 300 << 20 }
    #expect { try tooMuch.applied(to: before) } throws: {
      ($0 as? DklabError)?.id == "update.conflict"
    }
    let both = update {
      $0.memory = 300 << 20; $0.memorySwap = 400 << 20
    }
    #expect(try both.applied(to: before).memorySwap == 400 << 20)
    #expect(try tooMuch.applied(to: HostConfig()).memory == 300 << 20)
  }

  @Test("processors are given as a number or as a quota, and not changed from one to the other")
  func processors() {
    let quota = host { $0.cpuQuota = 50_000 }
    #expect(throws: DklabError.self) { try update { $0.nanoCpus = 1 }.applied(to: quota) }
    let number = host { $0.nanoCpus = 500_000_000 }
    #expect(throws: DklabError.self) { try update { $0.cpuQuota = 1 }.applied(to: number) }
  }

  @Test("what is removed at its end is not restarted") func autoRemove() {
    let before = host { $0.autoRemove = true }
    #expect(throws: DklabError.self) { try update { $0.restart = .always }.applied(to: before) }
    #expect(throws: Never.self) { try update { $0.restart = .no }.applied(to: before) }
  }

  @Test("a check completes the image's, or switches it off")
  func healthchecks() throws {
    var image = ContainerConfig()
    image.healthcheck = ContainerConfig.Healthcheck(test: ["CMD", "ask"])
    image.healthcheck?.interval = 5_000_000_000
    image.healthcheck?.retries = 4
    var wish = ContainerConfig()
    wish.healthcheck = ContainerConfig.Healthcheck(test: [])
    wish.healthcheck?.interval = 1_000_000_000
    let merged = ContainerMerge.merge(wish, onto: image).healthcheck
    #expect(merged?.test == ["CMD", "ask"] && merged?.retries == 4)
    #expect(merged?.interval == 1_000_000_000)
    wish.healthcheck = ContainerConfig.Healthcheck(test: ["NONE"])
    #expect(ContainerMerge.merge(wish, onto: image).healthcheck?.isActive == false)
    #expect(image.healthcheck?.arguments(shell: nil) == ["ask"])
    let shell = ContainerConfig.Healthcheck(test: ["CMD-SHELL", "a | b"])
    #expect(shell.arguments(shell: nil) == ["/bin/sh", "-c", "a | b"])
    #expect(shell.arguments(shell: ["/bin/bash", "-ec"]) == ["/bin/bash", "-ec", "a | b"])
    var short = shell
    short.timeout = 1000
    #expect(throws: DklabError.self) { try short.validate() }
  }
}
