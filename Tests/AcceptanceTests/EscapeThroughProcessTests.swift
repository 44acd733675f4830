import Glibc
import Linux
import Testing

/// The runtime itself as the way out: its executable, its descriptors, its working directory.
@Suite(
  "Escapes through the runtime's processes", .serialized,
  .enabled(if: containerObstacle == nil, "needs root"))
struct EscapeThroughProcessTests {
  let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
  }

  /// A copy of the binary, so that a defence that fails costs nobody else anything.
  private func copyOfBinary() throws -> String {
    let path = "/tmp/dklab-escape-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    _ = Sandbox.run([Sandbox.binary, path], program: "/bin/cp", environment: [:])
    return path
  }

  /// With these the container can execute our binary, which has its libraries on the host.
  private let libraries = ["-v", "/usr:/usr:ro", "-v", "/opt:/opt:ro"]

  /// In the container: waits until this binary runs there, keeps its executable open, ends it, and
  /// writes: while it runs it could be busy.
  private let overwrite = """
    tries=0
    while [ $tries -lt 200 ]; do
      for exe in /proc/[0-9]*/exe; do
        pid=${exe#/proc/}; pid=${pid%/exe}
        [ "$(tr '\\0' ' ' < /proc/$pid/cmdline)" = "/proc/self/exe events " ] || continue
        exec 9< $exe || continue
        # With the first process this one would end too.
        if [ $pid != 1 ]; then
          kill -9 $pid
          while [ -e /proc/$pid/exe ]; do sleep 0.05; done
        fi
        if echo overwritten > /proc/self/fd/9; then echo WRITTEN; else echo refused; fi
        exit
      done
      tries=$((tries + 1)); sleep 0.05
    done
    echo nothing to attack
    """

  @Test(
    "nobody inside can write to the binary through /proc/PID/exe (CVE-2019-5736)",
    arguments: ["exec", "run", "run -d"])
  func executable(_ way: String) throws {
    defer { sandbox.close() }
    let binary = try copyOfBinary()
    defer { unlink(binary) }
    let before = try File.read(binary, limit: 1 << 30)
    func dklab(_ words: [String]) -> Sandbox.Output {
      Sandbox.run(words, program: binary, environment: sandbox.environment)
    }
    let name = ["--name", "victim"]
    if way == "exec" {
      _ = dklab(["run", "-d"] + name + libraries + ["busybox", "sleep", "1000"])
      _ = dklab(["exec", "-d", "victim", "/proc/self/exe", "events"])
    } else if way == "run" {
      let line = "'\(binary)' run --name victim \(libraries.joined(separator: " ")) busybox"
      _ = Sandbox.run(
        ["-c", "\(line) /proc/self/exe events > /dev/null 2>&1 &"], program: "/bin/sh",
        environment: sandbox.environment)
      #expect(eventually { sandbox.run("inspect -f {{.State.Running}} victim").text == "true" })
    } else {
      let program = ["busybox", "/proc/self/exe", "events"]
      _ = dklab(["run", "-d"] + name + libraries + program)
    }
    // From a container that sees the victim's processes and has its own programs.
    let attack = sandbox.run(
      ["run", "--rm", "--pid", "container:victim", "busybox", "/bin/sh", "-c", overwrite])
    #expect(attack.text == "refused", "\(attack)")
    #expect(attack.errors.contains("Read-only file system"), "\(attack)")
    #expect(try File.read(binary, limit: 1 << 30) == before)
  }

  @Test("no descriptor of the caller's gets in, nor a working directory (CVE-2024-21626)")
  func descriptors() throws {
    defer { sandbox.close() }
    let host = "/tmp/dklab-host-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    try Directory.make(host)
    defer { try? Directory.removeTree(host) }
    try File.replace(host + "/secret", "secret of the host\n")
    sandbox.run("run -d --name target busybox sleep 1000")
    func withOpenRoot(_ words: String) -> Sandbox.Output {
      Sandbox.run(
        ["-c", "cd \(host); exec 7< . 8< secret; '\(Sandbox.binary)' \(words)"],
        program: "/bin/sh", environment: sandbox.environment)
    }
    for way in ["run --rm busybox", "exec target"] {
      let list = withOpenRoot(
        "\(way) sh -c 'for f in 0 1 2 3 4 5 6 7 8 9 10 11 12; do readlink /proc/self/fd/$f; done'")
      // 0 is the container's null device, 1 and 2 are pipes; readlink has nothing else open.
      #expect(list.lines.count == 3, "\(way): \(list)")
      #expect(list.lines.dropFirst().allSatisfy { $0.hasPrefix("pipe:") }, "\(way): \(list)")
    }
    for number in 3...16 {
      for way in [
        "run --rm -w /proc/self/fd/\(number) busybox", "exec -w /proc/self/fd/\(number) target",
      ] {
        let result = withOpenRoot(
          "\(way) sh -c 'cat secret ../secret ../../../..\(host)/secret'")
        #expect(!result.output.contains("host"), "\(way): \(result)")
      }
    }
  }

  @Test("who enters a container writes nothing into a /proc that is none (CVE-2025-52881)")
  func falseProc() {
    defer { sandbox.close() }
    let trap = """
      mount -t tmpfs none /proc && mkdir -p /proc/self/attr /proc/thread-self/attr &&
      for d in self thread-self; do : > /proc/$d/oom_score_adj; : > /proc/$d/attr/exec; done
      : > /tmp/ready; exec sleep 1000
      """
    sandbox.run(
      [
        "run", "-d", "--name", "hostile", "--oom-score-adj", "500", "--cap-add", "SYS_ADMIN",
        "--security-opt", "seccomp=unconfined", "busybox", "sh", "-c", trap,
      ])
    #expect(eventually { sandbox.run("exec hostile ls /tmp/ready").status == 0 })
    let caught = sandbox.run([
      "exec", "hostile", "sh", "-c", "ls /proc; cat /proc/*/oom_score_adj /proc/*/attr/exec",
    ])
    #expect(caught.lines == ["self", "thread-self"], "\(caught)")
  }

  @Test(
    "a terminal is the one that was made, whatever lies at its name (CVE-2025-52565)",
    .disabled(if: ChildProgram.find("script") == nil, "needs script(1)"))
  func falseTerminal() {
    defer { sandbox.close() }
    let trap = """
      mkdir /other && mount --bind /dev/pts /other && mount -t tmpfs none /dev/pts &&
      ln -s /other/ptmx /dev/pts/ptmx && echo trapped > /tmp/trap &&
      for n in 0 1 2 3 4 5 6 7 8 9; do ln -s /tmp/trap /dev/pts/$n; done
      : > /tmp/ready; exec sleep 1000
      """
    sandbox.run(
      [
        "run", "-d", "--name", "hostile", "--cap-add", "SYS_ADMIN",
        "--security-opt", "seccomp=unconfined", "busybox", "sh", "-c", trap,
      ])
    #expect(eventually { sandbox.run("exec hostile ls /tmp/ready").status == 0 })
    let entered = Sandbox.run(
      [
        "-qec", "\(Sandbox.binary) exec -it hostile sh -c '[ -t 0 ] && echo a terminal'",
        "/dev/null",
      ],
      program: "/usr/bin/script", environment: sandbox.environment)
    #expect(entered.output.contains("a terminal"), "\(entered)")
    #expect(sandbox.run("exec hostile cat /tmp/trap").text == "trapped")
  }

  @Test("a container that may trace finds nothing of the host in who enters it (CVE-2016-9962)")
  func hostileExec() throws {
    defer { sandbox.close() }
    // Looks at every process that appears, as fast as it can, and writes down what it has open.
    let watch = """
      while :; do
        for fd in /proc/[0-9]*/fd/* /proc/[0-9]*/cwd /proc/[0-9]*/root; do
          case $fd in /proc/1/*|/proc/$$/*) continue ;; esac
          case $(readlink $fd) in
            ''|/|/dev/null|/dev/pts/*|/dev/ptmx|/dev/tty|pipe:*|socket:*|anon_inode:*) ;;
            *) echo "$fd $(readlink $fd)" ;;
          esac
        done
        [ -e /tmp/end ] && exit
      done
      """
    sandbox.run(
      [
        "run", "-d", "--init", "--cap-add", "SYS_PTRACE", "--name", "hostile", "busybox", "sh",
        "-c", watch,
      ])
    let entered = Sandbox.run(
      [
        "-c",
        "cd /etc; exec 7< /etc/shadow; for i in 1 2 3 4 5 6 7 8 9 10; do "
          + "'\(Sandbox.binary)' exec hostile true < /etc/hostname > /tmp/dklab-out-$$ || exit; done; "
          + "rm /tmp/dklab-out-$$",
      ],
      program: "/bin/sh", environment: sandbox.environment)
    #expect(entered.status == 0, "\(entered)")
    sandbox.run("exec hostile touch /tmp/end")
    #expect(sandbox.run("wait hostile").text == "0")
    // Its own files are no secret: the program, and where the user's name is looked up.
    let own = ["/usr/bin/", " /etc/passwd", " /etc/group"]
    let found = sandbox.run("logs hostile").lines.filter { line in
      !own.contains { line.contains($0) }
    }
    #expect(found == [])
  }
}
