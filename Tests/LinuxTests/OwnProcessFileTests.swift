import Glibc
import Testing

@testable import Linux

/// A process that writes its own files in /proc, where somebody has been before it.
@Suite(.enabled(if: Machine.isRoot && Machine.has(program: "unshare"), "needs root and unshare"))
struct OwnProcessFileTests {
  /// What the probe says when `trap` was set in its mount namespace, and what the trap has caught.
  private func write(after trap: String) throws -> [String] {
    let script =
      "mount -t tmpfs tmpfs /mnt && cd /mnt && mkdir -p thread-self task && : >caught; \(trap)"
    let look =
      "'\(Probe.path)' own oom_score_adj 7 '\(script)'; "
      + "/bin/cat /mnt/caught /mnt/thread-self/* 2>/dev/null"
    let file = "/tmp/dklab-own-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    defer { unlink(file) }
    try File.replace(file, look, durable: false)
    return try Probe.run(["-m", "/bin/sh", file], program: "unshare").lines
  }

  @Test("with nothing in the way it is written") func plain() throws {
    #expect(try write(after: "true") == ["written"])
  }

  @Test(
    "what was mounted over it, or in place of /proc, gets nothing",
    arguments: [
      "mount --bind caught /proc/$PPID/task/$PPID/oom_score_adj",
      "mount --bind task /proc/$PPID/task",
      "mount --bind thread-self /proc/$PPID",
      ": >thread-self/oom_score_adj; mount --bind /mnt /proc",
      "mount --bind /proc/sys /proc",
      "ln -s /mnt/caught thread-self/oom_score_adj; mount --bind /mnt /proc",
    ])
  func trapped(trap: String) throws {
    #expect(try write(after: trap) == ["EXDEV"])
  }
}
