import Support
import Testing

@testable import Linux

/// cgroup v2 and delegation, which this machine may not have, on a kernel under qemu.
@Suite("in a guest with cgroup v2")
struct GuestTests {
  private static let scripts: String = {
    let folders = #filePath.split(separator: "/").dropLast(2)
    return "/" + folders.joined(separator: "/") + "/Guest"
  }()

  /// The kernel to boot, if there is one and what it takes to boot it.
  private static let kernel: String? = {
    guard Machine.has(program: "qemu-system-x86_64"), Machine.has(program: "busybox"),
      Machine.has(program: "mke2fs"),
      let found = try? Probe.run([], program: "\(scripts)/kernel"), found.status.code == 0
    else { return nil }
    return found.lines.first
  }()

  @Test(
    "control groups act, for root and for a user with a delegated group",
    .enabled(
      if: kernel != nil, "needs qemu-system-x86, busybox, mke2fs and a kernel (Tests/Guest/kernel)")
  )
  func controlGroups() throws {
    let tests = try File.link("/proc/self/exe")
    let result = try Probe.run(
      [try #require(Self.kernel), tests, "CgroupTests"], program: "\(Self.scripts)/control-groups")
    #expect(result.status.code == 0, "\(result.lines.joined(separator: "\n"))")
    // Both runs have done all of it, and none was skipped for lack of a controller.
    let passed = result.lines.filter { $0.contains("over its memory") && $0.contains("passed") }
    #expect(passed.count == 2)
  }
}
