import Glibc
import Linux
import Testing

private let canRemap =
  containerObstacle == nil && !(KernelVersion.current < KernelVersion("5.19"))

/// Containers whose users are not the host's. The user "daemon", whom every machine has, is lent numbers by files
/// that only the commands of these tests see: in a mount namespace of their own.
@Suite("userns-remap", .serialized, .enabled(if: canRemap, "needs root and Linux 5.19"))
struct UserRemapTests {
  static let first = 200_000

  let sandbox: Sandbox
  let folder: String

  init() throws {
    sandbox = try Sandbox()
    folder = "/tmp/\(sandbox.instance)"
    try Directory.make(folder)
    for file in ["subuid", "subgid"] {
      try File.replace("\(folder)/\(file)", "daemon:\(Self.first):65536\n")
    }
    // What belongs to the instance and not to one container is mounted outside.
    sandbox.run("run --rm busybox true")
  }

  func close() {
    try? Directory.removeTree(folder)
    sandbox.close()
  }

  /// Runs `dklab` with userns-remap.
  func remapped(_ arguments: [String], setting: String = "daemon") -> Sandbox.Output {
    let script =
      "for f in subuid subgid; do mount --bind \(folder)/$f /etc/$f || exit 99; done; exec \"$@\""
    return Sandbox.run(
      ["-m", "/bin/sh", "-c", script, "sh", Sandbox.binary] + arguments,
      program: "/usr/bin/unshare",
      environment: sandbox.environment.merging(["DKLAB_USERNS_REMAP": setting]) { $1 })
  }

  func shell(_ flags: [String], _ script: String) -> Sandbox.Output {
    remapped(["run", "--rm", "--network", "none"] + flags + ["busybox", "sh", "-c", script])
  }

  func owner(_ path: String) -> String {
    var info = stat()
    return lstat(path, &info) == 0 ? "\(info.st_uid):\(info.st_gid)" : "none"
  }

  private func upper(_ name: String) -> String {
    let id = sandbox.run("inspect -f {{.Id}} \(name)").text
    return "\(Sandbox.root)/instances/\(sandbox.instance)/containers/\(id)/upper"
  }

  @Test("root inside is somebody else outside, and its files are root's on the disk")
  func identity() throws {
    defer { close() }
    let script =
      "touch /new; mkdir /d; touch /d/other; chown -R 5:6 /d; chmod 4755 /new; sleep 1000"
    #expect(
      remapped(["run", "-d", "--name", "box", "--network", "none", "busybox", "sh", "-c", script])
        .status == 0)
    #expect(eventually { sandbox.run("exec box test -u /new").status == 0 })
    let map = sandbox.run("exec box cat /proc/1/uid_map /proc/1/gid_map").lines
      .map { $0.split(separator: " ").joined(separator: " ") }
    #expect(map == ["0 \(Self.first) 65536", "0 \(Self.first) 65536"])
    let pid = sandbox.run("inspect -f {{.State.Pid}} box").text
    let status = try File.text("/proc/\(pid)/status")
    #expect(status.contains("Uid:\t\(Self.first)\t"))
    #expect(status.contains("Gid:\t\(Self.first)\t"))
    // What came with the image, what was made, and what the engine has put there.
    let inside = sandbox.run(
      "exec box stat -c %u:%g / /bin /etc/passwd /new /d/other /etc/hosts /etc/hostname /dev/shm /proc/1"
    )
    #expect(
      inside.lines == ["0:0", "0:0", "0:0", "0:0", "5:6", "0:0", "0:0", "0:0", "0:0"], "\(inside)")
    #expect(owner(upper("box") + "/new") == "0:0")
    #expect(owner(upper("box") + "/d/other") == "5:6")
    #expect(sandbox.run("diff box").lines.contains("A /new"))
    #expect(sandbox.run("top box").output.contains("\(Self.first)"))
    #expect(sandbox.run("rm -f box").status == 0)
  }

  @Test("it has root's power over itself, and none over the host")
  func power() {
    defer { close() }
    #expect(shell([], "mount -t tmpfs x /mnt").status != 0)
    let own = shell(
      ["--cap-add", "SYS_ADMIN"], "mount -t tmpfs x /mnt && hostname changed && hostname")
    #expect(own.text == "changed", "\(own)")
    let kernel = shell(
      ["--cap-add", "ALL", "--security-opt", "systempaths=unconfined"],
      "echo 1 > /proc/sys/vm/drop_caches")
    #expect(kernel.status != 0 && kernel.errors.contains("ermission denied"), "\(kernel)")
    let node = shell(["--cap-add", "ALL"], "mknod /disk b 8 0")
    #expect(node.errors.contains("Operation not permitted"), "\(node)")
    #expect(
      shell(["-u", "12:13"], "id -u; id -g; echo x > /tmp/x; stat -c %u /tmp/x").lines == [
        "12", "13", "12",
      ])
    let many = shell(["-u", "70000"], "true")
    #expect(many.status != 0 && many.errors.contains("does not exist in this user namespace"))
    #expect(
      shell(["--ulimit", "nofile=200:300"], "ulimit -n; ulimit -Hn").lines == ["200", "300"])
    // Streams may be opened again by whoever the program is.
    #expect(shell(["-u", "12"], "echo again > /dev/stdout").text == "again")
    let fixed = shell(["--init", "--read-only", "--tmpfs", "/t"], "touch /t/x && touch /x")
    #expect(fixed.status == 1 && fixed.errors.contains("/x: Read-only file system"), "\(fixed)")
  }

  @Test("volumes are the container's own, with and without; of bind mounts it sees what it may")
  func mounts() throws {
    defer { close() }
    #expect(shell(["-v", "data:/d"], "echo remapped > /d/f; stat -c %u /d").text == "0")
    let plain = sandbox.run([
      "run", "--rm", "-v", "data:/d", "busybox", "sh", "-c", "stat -c %u /d/f; echo plain >> /d/f",
    ])
    #expect(plain.text == "0")
    #expect(shell(["-v", "data:/d"], "cat /d/f").lines == ["remapped", "plain"])
    let fixed = shell(["--mount", "type=volume,src=data,dst=/d,readonly"], "echo x > /d/f")
    #expect(fixed.status == 1 && fixed.errors.contains("Read-only file system"), "\(fixed)")
    let volume = "\(Sandbox.root)/instances/\(sandbox.instance)/volumes/data/_data"
    #expect(owner(volume + "/f") == "0:0")
    let shared = folder + "/shared"
    try Directory.make(shared)
    chmod(shared, 0o777)
    try File.replace(shared + "/mine", "of the host\n")
    chmod(shared + "/mine", 0o600)
    let bound = shell(
      ["-v", "\(shared):/b"],
      "stat -c %u /b/mine; cat /b/mine; echo new > /b/theirs; stat -c %u /b/theirs")
    #expect(
      bound.lines == ["65534", "0"] && bound.errors.contains("Permission denied"), "\(bound)")
    #expect(owner(shared + "/theirs") == "\(Self.first):\(Self.first)")
    // A directory that others may not enter does not keep the mount away.
    #expect(shell(["-v", "\(folder)/deep/er:/b"], "ls -d /b").text == "/b")
  }

  @Test("exec, cp, export and commit speak of the container's users")
  func translation() throws {
    defer { close() }
    let script = "mkdir /d; echo one > /d/one; chown 5:6 /d/one; sleep 1000"
    _ = remapped(["run", "-d", "--name", "box", "busybox", "sh", "-c", script])
    #expect(eventually { sandbox.run("exec -u 5 box test -w /d/one").status == 0 })
    #expect(sandbox.run("exec box id -u").text == "0")
    #expect(
      sandbox.run(["exec", "-u", "5:6", "box", "sh", "-c", "echo two >> /d/one && id -u"]).text
        == "5")
    #expect(sandbox.run(["exec", "-t", "box", "sh", "-c", "stat -c %u $(tty)"]).text.contains("0"))
    try File.replace(folder + "/in", "from outside\n")
    chown(folder + "/in", 7, 8)
    let names = ["running", "stopped"]
    for name in names {
      if name == "stopped" { #expect(sandbox.run("stop -t 0 box").status == 0) }
      // Into it: root's, or as it is; and out of it again.
      #expect(sandbox.run("cp \(folder)/in box:/d/\(name)").status == 0, "\(name)")
      #expect(sandbox.run("cp -a \(folder)/in box:/d/\(name)-a").status == 0)
      #expect(owner(upper("box") + "/d/\(name)") == "0:0")
      #expect(owner(upper("box") + "/d/\(name)-a") == "7:8")
      #expect(sandbox.run("cp box:/d/one \(folder)/\(name)-out").status == 0)
      #expect(owner("\(folder)/\(name)-out") == "0:0")
      #expect(sandbox.run("cp -a box:/d/one \(folder)/\(name)-out-a").status == 0)
      #expect(owner("\(folder)/\(name)-out-a") == "5:6")
      // As archives.
      let list = Sandbox.run(
        ["-c", "\(Sandbox.binary) cp box:/d - | tar -tv --numeric-owner -f -"], program: "/bin/sh",
        environment: sandbox.environment)
      #expect(list.lines.contains { $0.contains(" 5/6 ") && $0.hasSuffix("d/one") }, "\(list)")
      let export = Sandbox.run(
        ["-c", "\(Sandbox.binary) export box | tar -tv --numeric-owner -f - d bin"],
        program: "/bin/sh", environment: sandbox.environment)
      #expect(export.lines.contains { $0.contains(" 5/6 ") && $0.hasSuffix("d/one") }, "\(export)")
      #expect(export.lines.contains { $0.contains(" 0/0 ") && $0.contains("bin") })
      let packed = Sandbox.run(
        [
          "-c",
          "tar -cf - --numeric-owner --owner 3 --group 4 -C \(folder) in | \(Sandbox.binary) cp - box:/d",
        ], program: "/bin/sh", environment: sandbox.environment)
      #expect(packed.status == 0, "\(packed)")
      #expect(owner(upper("box") + "/d/in") == "3:4")
      #expect(sandbox.run("commit box \(name)").status == 0)
      let plain = sandbox.run("run --rm --userns host \(name) stat -c %u:%g / /d/one /d/in")
      #expect(plain.lines == ["0:0", "5:6", "3:4"], "\(plain)")
    }
    // It starts again, with what was put in meanwhile.
    #expect(sandbox.run("start box").status == 0)
    #expect(sandbox.run("exec box stat -c %u:%g /d/stopped-a").text == "7:8")
  }

  @Test("what only the host's root can do is refused, and --userns=host gives it back")
  func refusals() {
    defer { close() }
    func refused(_ flags: String, _ words: String) {
      let result = remapped(
        ["run", "--rm"] + flags.split(separator: " ").map(String.init) + ["busybox", "true"])
      #expect(result.status == 125 && result.errors.contains(words), "\(result)")
      let host = remapped(
        ["run", "--rm", "--userns=host"] + flags.split(separator: " ").map(String.init)
          + ["busybox", "cat", "/proc/self/uid_map"])
      #expect(host.text.contains("4294967295"), "\(host)")
    }
    refused("--privileged", "privileged mode is incompatible with user namespaces")
    refused(
      "--network host",
      "cannot share the host's network namespace when user namespaces are enabled")
    refused("--pid host", "cannot share the host PID namespace when user namespaces are enabled")
    #expect(remapped(["info"]).output.contains("name=userns"))
    #expect(!sandbox.run("info").output.contains("name=userns"))
    let stranger = remapped(["run", "--rm", "busybox", "true"], setting: "nobody-there")
    #expect(stranger.status == 125 && stranger.errors.contains("Error during uid lookup"))
    #expect(
      remapped(["run", "--rm", "busybox", "cat", "/proc/self/uid_map"], setting: "root").text
        .contains("4294967295"))
  }

  @Test("namespaces are shared among containers with the same users")
  func shared() {
    defer { close() }
    _ = remapped(["run", "-d", "--name", "web", "busybox", "sleep", "1000"])
    _ = sandbox.run("run -d --name plain busybox sleep 1000")
    let joined = remapped([
      "run", "--rm", "--network", "container:web", "--ipc", "container:web", "--pid",
      "container:web",
      "busybox", "sh", "-c",
      "[ $(readlink /proc/1/ns/user) = $(readlink /proc/self/ns/user) ] && ip -4 -o addr show eth0; stat -c %u / /proc/1",
    ])
    let address = sandbox.run("inspect -f {{.NetworkSettings.IPAddress}} web").text
    #expect(joined.lines.first?.contains(" \(address)/16 ") ?? false, "\(joined)")
    #expect(joined.lines.suffix(2) == ["0", "0"])
    // Process 1 of that one never executes a program, and nobody from inside may look into it.
    _ = remapped(["run", "-d", "--init", "--name", "minded", "busybox", "sleep", "1000"])
    let second = remapped([
      "run", "--rm", "--network", "container:minded", "--ipc", "container:minded", "busybox", "ip",
      "-4",
      "-o", "addr", "show", "eth0",
    ])
    #expect(second.status == 0 && second.text.contains("/16 "), "\(second)")
    #expect(sandbox.run("rm -f minded").status == 0)
    let other = remapped(["run", "--rm", "--network", "container:plain", "busybox", "true"])
    #expect(other.status == 125 && other.errors.contains("its users are others"), "\(other)")
    let host = sandbox.run("run --rm --network container:web busybox ip -4 -o addr show eth0")
    #expect(host.text.contains(" \(address)/16 "))
    // Nothing is left of what was refused.
    #expect(sandbox.run("ps -aq").lines.count == 2)
    #expect(sandbox.run("ps -a").errors.isEmpty)
    let pinged = remapped([
      "run", "--rm", "-u", "12", "busybox", "cat", "/proc/sys/net/ipv4/ping_group_range",
    ])
    #expect(pinged.text.split(separator: "\t").map(String.init) == ["0", "65534"])
  }

  @Test("default makes the user dockremap, with numbers nobody else has")
  func defaultUser() throws {
    defer { close() }
    let script = """
      cp -a /etc \(folder)/etc && mount --bind \(folder)/etc /etc || exit 99
      echo other:100000:65536 > /etc/subuid; cp /etc/subuid /etc/subgid
      for i in 1 2; do "$@" run --rm --network none busybox cat /proc/self/uid_map || exit; done
      grep -c ^dockremap: /etc/passwd; cat /etc/subuid
      """
    let result = Sandbox.run(
      ["-m", "/bin/sh", "-c", script, "sh", Sandbox.binary], program: "/usr/bin/unshare",
      environment: sandbox.environment.merging(["DKLAB_USERNS_REMAP": "default"]) { $1 })
    let lines = result.lines.map { $0.split(separator: " ").joined(separator: " ") }
    let map = "0 165536 65536"
    #expect(lines == [map, map, "1", "other:100000:65536", "dockremap:165536:65536"], "\(result)")
  }

  @Test("--explain says why each step is there")
  func explained() {
    defer { close() }
    let plan = remapped(["run", "--dry-run", "--explain", "--network", "none", "busybox", "true"])
      .output
    #expect(plan.contains("idmap 0 \(Self.first) 65536"), "\(plan)")
    #expect(plan.contains("uid_map 0 \(Self.first) 65536"))
    #expect(plan.contains("move_mount overlay /"))
    let trace = remapped(["run", "--rm", "--trace", "--network", "none", "busybox", "true"])
    #expect((trace.output + trace.errors).contains("mount_setattr idmap"), "\(trace)")
  }
}
