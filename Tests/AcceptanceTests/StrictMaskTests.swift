import Glibc
import Linux
import Testing

/// Hardened machines give their users umask 077. What a container sees has docker's modes anyhow.
@Suite("under umask 077", .enabled(if: containerObstacle == nil, "\(containerObstacle ?? "")"))
struct StrictMaskTests {
  @Test("an ordinary user of a container enters its root, its volumes and reads its /etc/hosts")
  func modes() throws {
    let root = "/tmp/dklab-mask-\(getpid())"
    let environment = ["DKLAB_ROOT": root, "DKLAB_UPLINK": "none", "DKLAB_OFFLINE": "1"]
    func strictly(_ line: String) -> Sandbox.Output {
      Sandbox.run(
        ["-c", "umask 077; exec '\(Sandbox.binary)' \(line)"], program: "/bin/sh",
        environment: environment)
    }
    defer {
      _ = Sandbox.run(["system", "reset", "--all", "--yes"], environment: environment)
      #expect(!File.exists(root))
    }
    let made = strictly("images bootstrap --quick")
    try #require(made.status == 0, "\(made)")
    let look = "stat -c '%a %n' / /data /scratch /etc/hosts /etc/hostname; cat /etc/hosts; umask"
    let run = strictly(
      "run --rm -u 1000:1000 -v data:/data --tmpfs /scratch busybox sh -c \"\(look)\"")
    #expect(run.status == 0, "\(run)")
    for line in ["755 /", "755 /data", "644 /etc/hosts", "644 /etc/hostname", "0022"] {
      #expect(run.lines.contains(line), "\(line): \(run)")
    }
    let folder = try BuildFolder(
      "FROM busybox\nUSER 1000\nRUN cat /etc/hosts /etc/passwd && mkdir /tmp/made\n")
    let built = strictly("build --network=none -t strict '\(folder.path)'")
    #expect(built.status == 0, "\(built)")
    #expect(strictly("run --rm strict stat -c %a /tmp/made").text == "755")
  }
}
