import Glibc
import Linux
import Testing

/// Names that lead somewhere else by the time they are used.
@Suite(
  "Escapes through mounts and names", .serialized,
  .enabled(if: containerObstacle == nil, "needs root"))
struct EscapeThroughMountTests {
  let sandbox: Sandbox
  /// A directory of the host that no container is given.
  let host: String

  init() throws {
    sandbox = try Sandbox()
    host = "/tmp/dklab-host-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    try Directory.make(host + "/source")
    try File.replace(host + "/secret", "secret of the host\n")
    try File.replace(host + "/source/brought", "brought\n")
  }

  func end() {
    sandbox.close()
    try? Directory.removeTree(host)
  }

  var listing: [String] { ((try? Directory.list(host)) ?? []).sorted() }

  @Test("a mount on a path through a link stays inside (CVE-2021-30465)") func linkedTarget() {
    defer { end() }
    sandbox.run(["run", "--rm", "-v", "shared:/data", "busybox", "ln", "-s", host, "/data/way"])
    let result = sandbox.run([
      "run", "--rm", "-v", "shared:/data", "-v", "\(host)/source:/data/way/deep", "busybox", "cat",
      "\(host)/deep/brought",
    ])
    // The link was followed, but in the container's tree.
    #expect(result.output == "brought\n", "\(result)")
    #expect(listing == ["secret", "source"])
  }

  @Test("nor when the link comes and goes meanwhile") func exchangedTarget() {
    defer { end() }
    sandbox.run([
      "run", "-d", "--name", "attacker", "-v", "shared:/data", "busybox", "sh", "-c",
      "cd /data; mkdir way; ln -s \(host) link; "
        + "while :; do mv way real; mv link way; mv way link; mv real way; done",
    ])
    var started = 0
    for _ in 0..<12 {
      let result = sandbox.run([
        "run", "--rm", "-v", "shared:/data", "-v", "\(host)/source:/data/way/deep", "busybox", "sh",
        "-c", "cat \(host)/secret /data/way/secret /secret",
      ])
      started += result.status == 125 ? 0 : 1
      #expect(!result.output.contains("secret of the host"), "\(result)")
    }
    #expect(listing == ["secret", "source"])
    #expect(started > 0, "not one of the containers could start: nothing was tried")
  }

  @Test("a /dev of links covers nothing that it should not (CVE-2025-31133, CVE-2025-52565)")
  func linkedDevices() throws {
    defer { end() }
    let devices = host + "/source"
    symlink("/proc/sys/kernel/core_pattern", devices + "/null")
    symlink("/proc/sysrq-trigger", devices + "/console")
    symlink("/dev/pts/ptmx", devices + "/ptmx")
    let pattern = try File.text("/proc/sys/kernel/core_pattern")
    for terminal in [[], ["-t"]] {
      let result = sandbox.run(
        ["run", "--rm"] + terminal + ["-v", "\(devices):/dev", "busybox", "sh", "-c"] + [
          "for f in /proc/kcore /proc/keys /proc/timer_list /dev/console /dev/null; do "
            + "echo '|/evil' > $f && echo written $f; done; cat /proc/sys/kernel/core_pattern /proc/keys"
        ])
      #expect(!result.output.contains("written"), "\(result)")
      #expect(!result.output.contains("keyring"), "\(result)")
    }
    #expect(try File.text("/proc/sys/kernel/core_pattern") == pattern)
  }

  @Test("nothing is mounted over /proc, by whatever name (CVE-2019-16884, CVE-2025-52881)")
  func coveredProc() {
    defer { end() }
    sandbox.run("run --name builder busybox ln -s /proc /way")
    sandbox.run("commit builder links")
    for target in ["/proc", "/proc/self", "/proc/sys/kernel", "/sys/../proc/sys", "/proc/1/attr"] {
      let result = sandbox.run(["run", "--rm", "-v", "\(host)/source:\(target)", "busybox", "true"])
      #expect(result.status == 125 && result.errors.contains("/proc"), "\(target): \(result)")
    }
    let linked = sandbox.run(["run", "--rm", "-v", "\(host)/source:/way/sys", "links", "true"])
    #expect(linked.status == 125, "\(linked)")
    // Files that only tell something may be replaced, as LXCFS does.
    let replaced = sandbox.run([
      "run", "--rm", "-v", "\(host)/source/brought:/proc/uptime:ro", "busybox", "cat",
      "/proc/uptime",
    ])
    #expect(replaced.output == "brought\n", "\(replaced)")
  }

  @Test("cp follows links in the container's tree only (CVE-2018-15664, CVE-2019-14271)")
  func copiedLinks() throws {
    defer { end() }
    sandbox.run([
      "run", "-d", "--name", "box", "busybox", "sh", "-c",
      "ln -s \(host) /way; mkdir /moving; cd /; while :; do mv moving real; ln -s \(host) moving; "
        + "rm moving; mv real moving; done",
    ])
    let loot = host + "/source/loot"
    for way in ["/way/secret", "/moving/secret", "/way/../secret", "/proc/1/root\(host)/secret"] {
      for _ in 0..<8 {
        sandbox.run(["cp", "-L", "box:\(way)", loot])
        #expect(!File.exists(loot), "\(way)")
        unlink(loot)
      }
    }
    for way in ["/way/", "/moving/", "/way/secret"] {
      for _ in 0..<8 { sandbox.run(["cp", "\(host)/source/brought", "box:\(way)"]) }
    }
    #expect(listing == ["secret", "source"])
    #expect(try File.text(host + "/secret") == "secret of the host\n")
  }
}
