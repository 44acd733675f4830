import Runtime
import Support
import Testing

@testable import Commands

struct ResourceOptionTests {
  private func message(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch {
      return (error as? DklabError)?.message.en
    }
  }

  @Test(
    "--restart knows four policies",
    arguments: [
      ("no", .no), ("", .no), ("always", .always), ("unless-stopped", .unlessStopped),
      ("on-failure", .onFailure(maximum: 0)), ("on-failure:5", .onFailure(maximum: 5)),
      ("always:0", .always),
    ] as [(String, RestartPolicy)])
  func restart(text: String, policy: RestartPolicy) throws {
    #expect(try ResourceOption.restart(text) == policy)
  }

  @Test(
    "other restart policies are refused in docker's words",
    arguments: [
      (
        "foo",
        "invalid restart policy: unknown policy 'foo'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'"
      ),
      (
        "always:3", "invalid restart policy: maximum retry count can only be used with 'on-failure'"
      ),
      ("on-failure:x", "invalid restart policy format: maximum retry count must be an integer"),
      ("on-failure:-1", "invalid restart policy: maximum retry count cannot be negative"),
      ("on-failure:1:2", "invalid restart policy format"),
    ])
  func badRestart(text: String, expected: String) {
    #expect(message { _ = try ResourceOption.restart(text) } == expected)
  }

  @Test("--cpus takes decimal and rational numbers")
  func cpus() throws {
    #expect(try ResourceOption.cpus("1.5") == 1_500_000_000)
    #expect(
      try ResourceOption.cpus("0.01") == 10_000_000 && ResourceOption.cpus("1/2") == 500_000_000)
    #expect(
      message { _ = try ResourceOption.cpus("x") } == "failed to parse x as a rational number")
    #expect(message { _ = try ResourceOption.cpus("0.0000000001") } == "value is too precise")
    #expect(message { _ = try ResourceOption.cpus("nan") } != nil)
    // Of a number that can be had the daemon says whether it is one.
    #expect(try ResourceOption.cpus("-1") == -1_000_000_000)
    #expect(message { _ = try ResourceOption.cpus("-1e20") } == "value is too precise")
  }

  @Test("--memory-swap takes -1 for no limit")
  func swap() throws {
    #expect(try ResourceOption.memorySwap("-1") == -1 && ResourceOption.memorySwap("1g") == 1 << 30)
    #expect(message { _ = try ResourceOption.memorySwap("-2") } == "invalid size: '-2'")
  }

  @Test("--ulimit has a soft and a hard limit")
  func ulimit() throws {
    #expect(
      try ResourceOption.ulimit("nofile=10:20")
        == SpecRlimit(type: "RLIMIT_NOFILE", soft: 10, hard: 20))
    #expect(
      try ResourceOption.ulimit("core=-1")
        == SpecRlimit(type: "RLIMIT_CORE", soft: .max, hard: .max))
    #expect(try ResourceOption.ulimit("nproc=5").hard == 5)
    #expect(message { _ = try ResourceOption.ulimit("foo") } == "invalid ulimit argument: foo")
    #expect(message { _ = try ResourceOption.ulimit("foo=1") } == "invalid ulimit type: foo")
    #expect(
      message { _ = try ResourceOption.ulimit("nofile=2:1") }
        == "ulimit soft limit must be less than or equal to hard limit: 2 > 1")
  }

  @Test("--device has a place in the container and letters for access")
  func device() throws {
    let describe = { (text: String) throws -> String in
      let device = try ResourceOption.device(text)
      return "\(device.hostPath) \(device.containerPath) \(device.access)"
    }
    #expect(try describe("/dev/fuse") == "/dev/fuse /dev/fuse rwm")
    #expect(try describe("/dev/a:/dev/b") == "/dev/a /dev/b rwm")
    #expect(
      try describe("/dev/a:/dev/b:r") == "/dev/a /dev/b r"
        && describe("/dev/a:rw") == "/dev/a /dev/a rw")
    for bad in ["x", "", "/dev/a:/b:x", "/dev/a:/b:rr", "/a:/b:r:x"] {
      #expect(message { _ = try ResourceOption.device(bad) } != nil)
    }
  }

  @Test("--sysctl allows only what belongs to the container's namespaces")
  func sysctl() throws {
    #expect(try ResourceOption.sysctl("net.core.somaxconn=1024") == ("net.core.somaxconn", "1024"))
    #expect(try ResourceOption.sysctl("kernel.shmmax=1") == ("kernel.shmmax", "1"))
    for bad in ["a", "kernel.hostname=x", "net.x", "vm.swappiness=1"] {
      #expect(message { _ = try ResourceOption.sysctl(bad) } == "sysctl '\(bad)' is not allowed")
    }
  }

  @Test("--tmpfs has options after a colon")
  func tmpfs() throws {
    let wish = try ResourceOption.tmpfs("/run:size=64m,ro")
    #expect(wish.target == "/run" && wish.options == ["size=64m", "ro"] && wish.readOnly)
    #expect(message { _ = try ResourceOption.tmpfs("run") } != nil)
  }
}
