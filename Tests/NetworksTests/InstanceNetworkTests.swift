import Glibc
import Linux
import Support
import Testing

@testable import Networks

/// An instance's state directory, torn down at the end.
final class InstanceState {
  let directory: TemporaryDirectory
  var path: String { directory.path }
  var namespace: String { path + "/netns" }

  init() throws { directory = try TemporaryDirectory() }

  deinit { _ = try? Probe.run("teardown", path) }
}

@Suite(.enabled(if: Probe.isRoot, "needs root"))
struct InstanceNetworkTests {
  static let bridge = [
    "lo - up - 127.0.0.1/8,::1/128 ",
    "docker0 bridge up - 172.17.0.1/16 02:42:ac:11:00:01",
    "route 172.17.0.0/16 -",
  ]

  @Test("an instance has a namespace with a bridge, made once")
  func ensure() throws {
    let state = try InstanceState()
    #expect(try Probe.run("ensure", state.path) == Self.bridge)
    let inode = try fileInode(state.namespace)
    #expect(try Probe.run("ensure", state.path) == Self.bridge)
    #expect(try fileInode(state.namespace) == inode)
  }

  @Test("processes that come at the same time agree on one namespace")
  func concurrently() throws {
    let state = try InstanceState()
    let probes = try (0..<6).map { _ in try Probe(["ensure", state.path]) }
    for probe in probes { #expect(try probe.finish() == Self.bridge) }
    #expect(try mounts(of: state).count == 1)
  }

  @Test("after a restart of the machine the namespace is made anew and all addresses are free")
  func reboot() throws {
    let state = try InstanceState()
    _ = try Probe.run("ensure", state.path)
    try File.replace(state.path + "/ipam", "172.17.0.2 gone\n")
    // What a restart leaves: the file, with nothing mounted on it.
    try unmountLazily(state.namespace)
    #expect(InstanceNetwork(stateDirectory: state.path).isUp == false)
    #expect(try Probe.run("ensure", state.path) == Self.bridge)
    #expect(!File.exists(state.path + "/ipam"))
  }

  @Test("teardown leaves no mount and no record, and may be repeated")
  func teardown() throws {
    let state = try InstanceState()
    _ = try Probe.run("ensure", state.path)
    #expect(try Probe.run("teardown", state.path) == [])
    #expect(try Probe.run("teardown", state.path) == [])
    #expect(try mounts(of: state) == [])
    #expect(try Directory.list(state.path) == ["network.lock"])
  }

  @Test("a container gets eth0, its address, a default route and lo")
  func attach() throws {
    let state = try InstanceState()
    let probe = try Probe(["serve", state.path])
    #expect(
      try probe.lines(until: "ready") == [
        "lo - up - 127.0.0.1/8,::1/128 ",
        "eth0 veth up - 172.17.0.2/16 02:42:ac:11:00:02",
        "route default 172.17.0.1", "route 172.17.0.0/16 -", "ready",
      ])
    let second = try Probe(["serve", state.path])
    let lines = try second.lines(until: "ready")
    #expect(lines.contains("eth0 veth up - 172.17.0.3/16 02:42:ac:11:00:03"))
    let seen = try Probe.run("observe", state.namespace)
    #expect(seen.filter { $0.hasPrefix("veth") && $0.contains(" up docker0 ") }.count == 2)
    for probe in [probe, second] {
      probe.endInput()
      #expect(try probe.finish() == [])
    }
    #expect(try File.text(state.path + "/ipam") == "")
  }

  @Test("a restarted container takes its interface over; it goes with the container or at once")
  func restart() throws {
    let state = try InstanceState()
    #expect(
      try Probe.run("restart", state.path) == [
        "first 1", "second 1 first has lost eth0: true", "detached 0", "ended 0",
      ])
  }

  @Test(
    "an ordinary user's instance is the same, inside a user namespace",
    .enabled(if: Probe.hasUnshare, "needs unshare(1)"))
  func rootless() throws {
    let directory = try TemporaryDirectory()
    let probe = try Probe(
      ["serve", directory.path, "127.0.0.1::13"], through: ["unshare", "-Urm"])
    let lines = try probe.lines(until: "ready")
    #expect(lines.contains("eth0 veth up - 172.17.0.2/16 02:42:ac:11:00:02"))
    let client = try RelayClient(port: RelayClient.port(in: lines))
    #expect(String(decoding: try client.readToEnd(), as: UTF8.self) == "172.17.0.1\n")
    probe.endInput()
    #expect(try probe.finish() == [])
  }

  private func mounts(of state: InstanceState) throws -> [Substring] {
    try File.text("/proc/self/mountinfo").split(separator: "\n")
      .filter { $0.contains(state.path) }
  }

  private func fileInode(_ path: String) throws -> UInt64 {
    var info = stat()
    try check(stat(path, &info), "stat", path)
    return UInt64(info.st_ino)
  }
}
