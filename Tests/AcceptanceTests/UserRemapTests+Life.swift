import Glibc
import Linux
import Testing

extension UserRemapTests {
  @Test("cp has the host's power over bind mounts, and gives files to the container's users")
  func boundCopies() throws {
    defer { close() }
    let bound = folder + "/bound"
    try Directory.make(bound, mode: 0o755)
    try File.replace(bound + "/secret", "of the host\n")
    chmod(bound + "/secret", 0o600)
    try File.replace(folder + "/in", "from outside\n")
    chown(folder + "/in", 7, 8)
    #expect(
      remapped([
        "create", "--name", "box", "--network", "none", "-v", "\(bound):/b", "-v", "data:/v",
        "busybox", "sleep", "1000",
      ]).status == 0)
    for name in ["stopped", "running"] {
      if name == "running" { #expect(sandbox.run("start box").status == 0) }
      #expect(sandbox.run("cp box:/b/secret \(folder)/out").status == 0, "\(name)")
      #expect(try File.text(folder + "/out") == "of the host\n")
      for place in ["b", "v"] {
        let first = sandbox.run("cp \(folder)/in box:/\(place)/\(name)")
        #expect(first.status == 0, "\(first)")
        #expect(sandbox.run("cp -a \(folder)/in box:/\(place)/\(name)-a").status == 0)
        let packed = pipe(
          "tar -cf - --numeric-owner --owner 3 --group 4 -C \(folder) --transform s/in/\(name)-tar/ in"
            + " | \(Sandbox.binary) cp - box:/\(place)")
        #expect(packed.status == 0, "\(packed)")
      }
      #expect(owner("\(bound)/\(name)") == "\(Self.first):\(Self.first)")
      #expect(owner("\(bound)/\(name)-a") == "\(Self.first + 7):\(Self.first + 8)")
      #expect(owner("\(bound)/\(name)-tar") == "\(Self.first + 3):\(Self.first + 4)")
      let volume = "\(Sandbox.root)/instances/\(sandbox.instance)/volumes/data/_data"
      #expect(owner("\(volume)/\(name)") == "0:0")
      #expect(owner("\(volume)/\(name)-tar") == "3:4")
      let list = pipe("\(Sandbox.binary) cp box:/b - | tar -tv --numeric-owner -f -").lines
      func lists(_ file: String, of owner: String) -> Bool {
        list.contains { $0.contains(" \(owner) ") && $0.hasSuffix(" b/\(file)") }
      }
      #expect(lists("secret", of: "65534/65534") && lists("\(name)-a", of: "7/8"), "\(list)")
    }
    let inside = sandbox.run([
      "exec", "box", "sh", "-c",
      "cd /b; stat -c '%n %u:%g' stopped stopped-a running-tar; cd /v; stat -c '%n %u:%g' running stopped-tar",
    ])
    #expect(
      inside.lines == [
        "stopped 0:0", "stopped-a 7:8", "running-tar 3:4", "running 0:0", "stopped-tar 3:4",
      ], "\(inside)")
  }

  private func pipe(_ script: String) -> Sandbox.Output {
    Sandbox.run(["-c", script], program: "/bin/sh", environment: sandbox.environment)
  }

  @Test("a device may have another path inside, and of it only what was said")
  func devices() throws {
    defer { close() }
    let found = shell(
      ["--device", "/dev/null:/dev/mynull", "--device", "/dev/zero:/dev/sub/other:r"],
      "stat -c %t:%T /dev/mynull /dev/sub/other /dev/null; head -c 3 /dev/sub/other | wc -c; echo x > /dev/mynull && echo written"
    )
    #expect(found.lines == ["1:3", "1:5", "1:3", "3", "written"], "\(found)")
    // Which the kernel lets nobody open unless the container's control group has it.
    let node = folder + "/tun"
    try #require(mknod(node, S_IFCHR | 0o666, 10 << 8 | 200) == 0)
    chmod(node, 0o666)
    let opened = shell(
      ["--device", "\(node):/dev/mine:r"], "exec 3>&2; : < /dev/mine; (: > /dev/mine) 2>&3")
    #expect(opened.errors.contains("create /dev/mine: Operation not permitted"), "\(opened)")
    #expect(!opened.errors.contains("open /dev/mine: Operation not permitted"), "\(opened)")
    for (path, cause) in [
      ("/dev/no-such", "no such file or directory"), ("/etc/passwd", "not a device node"),
    ] {
      let refused = shell(["--device", path], "true")
      #expect(
        refused.status == 125
          && refused.errors.contains(
            "error gathering device information while adding custom device \"\(path)\": \(cause)"),
        "\(refused)")
    }
  }

  @Test("restart policies, health checks and compose projects do as without it")
  func life() throws {
    defer { close() }
    let count =
      "echo x >> /count; [ $(cat /proc/self/uid_map | wc -l) = 1 ] && stat -c %u /count; exit 3"
    #expect(
      remapped([
        "run", "-d", "--name", "again", "--restart", "on-failure:2", "busybox", "sh", "-c", count,
      ]).status == 0)
    #expect(
      eventually(within: 60) {
        sandbox.run("inspect -f {{.RestartCount}}-{{.State.Status}} again").text == "2-exited"
      })
    #expect(sandbox.run("logs again").lines == ["0", "0", "0"])
    #expect(pipe("\(Sandbox.binary) cp again:/count - | tar -xO").lines == ["x", "x", "x"])
    #expect(
      remapped([
        "run", "-d", "--name", "well", "--health-interval", "100ms", "--health-cmd",
        "[ $(id -u) = 5 ] && touch /tmp/well && stat -c %u /tmp/well", "-u", "5", "busybox",
        "sleep", "1000",
      ]).status == 0)
    let health = [
      "inspect", "-f", "{{.State.Health.Status}}{{(index .State.Health.Log 0).Output}}", "well",
    ]
    #expect(eventually { sandbox.run(health).lines == ["healthy5"] }, "\(sandbox.run(health))")

    let project = folder + "/project"
    try Directory.make(project)
    try File.replace(
      project + "/compose.yaml",
      """
      services:
        db:
          image: busybox
          command: sh -c 'touch /data/ready; sleep 1000'
          volumes: ["data:/data"]
          healthcheck: {test: test -f /data/ready, interval: 100ms}
        web:
          image: busybox
          command: sh -c 'nslookup db >/dev/null && cat /run/secrets/word && stat -c %u /data/ready && sleep 1000'
          depends_on: {db: {condition: service_healthy}}
          volumes: ["data:/data"]
          secrets: [word]
      secrets: {word: {file: ./word}}
      volumes: {data: {}}
      """)
    try File.replace(project + "/word", "open\n")
    let compose = ["compose", "-f", project + "/compose.yaml"]
    let up = remapped(compose + ["up", "-d", "--wait"])
    #expect(up.status == 0, "\(up)")
    let map = remapped(compose + ["exec", "-T", "web", "cat", "/proc/1/uid_map"]).text
    #expect(
      map.split(separator: " ").map(String.init) == ["0", "\(Self.first)", "65536"], "\(map)")
    let logs = { remapped(compose + ["logs", "--no-log-prefix", "web"]).lines }
    #expect(eventually { logs() == ["open", "0"] }, "\(logs())")
    #expect(remapped(compose + ["restart", "web"]).status == 0)
    #expect(remapped(compose + ["up", "-d"]).errors.contains("Running"))
    #expect(remapped(compose + ["down", "-v"]).status == 0)
    #expect(sandbox.run("volume ls -q").text.isEmpty)
  }

  @Test("looking makes no user")
  func looking() throws {
    defer { close() }
    let script = """
      cp -a /etc \(folder)/etc && mount --bind \(folder)/etc /etc || exit 99
      "$@" info | grep userns; "$@" ps -a >/dev/null; grep dockremap /etc/passwd; exit 0
      """
    let result = Sandbox.run(
      ["-m", "/bin/sh", "-c", script, "sh", Sandbox.binary], program: "/usr/bin/unshare",
      environment: sandbox.environment.merging(["DKLAB_USERNS_REMAP": "default"]) { $1 })
    #expect(result.status == 0 && result.lines.count == 1, "\(result)")
    #expect(result.text.contains("userns"))
  }
}
