import Engine
import Support
import Testing

@testable import Commands

struct RunOptionsTests {
  private func spec(_ words: String...) throws -> ContainerSpec {
    let command = try CommandLineMain.parse(["run"] + words)
    let run = try #require(command as? Run)
    return try run.options.spec(run.words, detached: run.detach)
  }

  @Test("all flags reach the specification")
  func everything() throws {
    let spec = try spec(
      "-it", "--rm", "--name", "web", "-e", "A=1", "-w", "/srv", "-u", "1000:1000", "-v",
      "/a:/b:ro", "-v", "/anon", "--mount", "type=tmpfs,target=/t", "-p", "8080:80", "-P", "-h",
      "box", "-l", "k=v",
      "--entrypoint", "/bin/sh", "--network", "none", "-m", "512m", "--cpus", "1.5",
      "--pids-limit", "100", "--read-only", "--tmpfs", "/run:size=1m", "--cap-add", "net_admin",
      "--cap-drop", "ALL", "--privileged", "--security-opt", "no-new-privileges", "--init",
      "--stop-signal", "SIGINT", "--stop-timeout", "3", "--ulimit", "nofile=10:20", "--sysctl",
      "net.core.somaxconn=1", "--add-host", "db:10.0.0.1", "busybox", "-c", "echo hi")
    #expect(spec.image == "busybox" && spec.config.cmd == ["-c", "echo hi"])
    #expect(spec.tty && spec.openStdin && spec.stdinOnce && spec.attachStdin && spec.attachStdout)
    #expect(spec.config.env == ["A=1"] && spec.config.workingDirectory == "/srv")
    #expect(spec.config.user == "1000:1000" && spec.config.labels == ["k": "v"])
    #expect(spec.config.entrypoint == ["/bin/sh"] && spec.config.volumes == ["/anon"])
    #expect(spec.config.stopSignal == "SIGINT" && spec.stopTimeout == 3 && spec.hostname == "box")
    #expect(spec.config.exposedPorts == ["80/tcp"])
    let host = spec.host
    #expect(host.binds == ["/a:/b:ro"] && host.mounts.map(\.target) == ["/b", "/t", "/run"])
    #expect(host.ports.count == 1 && host.publishAllPorts && host.networkMode == "none")
    #expect(host.memory == 512 << 20 && host.nanoCpus == 1_500_000_000 && host.pidsLimit == 100)
    #expect(host.readonlyRootfs && host.privileged && host.usesInit && host.autoRemove)
    #expect(host.capAdd == ["CAP_NET_ADMIN"] && host.capDrop == ["ALL"])
    #expect(host.securityOptions == ["no-new-privileges"] && host.ulimits.count == 1)
    #expect(host.sysctls == ["net.core.somaxconn": "1"] && host.extraHosts == ["db:10.0.0.1"])
  }

  @Test("what it may do with disks and devices reaches the specification, too")
  func devices() throws {
    let host = try spec(
      "--blkio-weight", "300", "--blkio-weight-device", "/dev/sda:200", "--device-read-bps",
      "/dev/sda:1mb", "--device-write-bps=/dev/sda:10", "--device-read-iops", "/dev/sda:7",
      "--device-write-iops", "/dev/sdb:0", "--device-cgroup-rule", "c 1:* rw",
      "--memory-swappiness", "60", "--annotation", "a=b=c", "--cgroupns", "private", "--runtime",
      "runc", "--isolation", "default", "--volume-driver", "local", "--disable-content-trust",
      "--platform", "linux/amd64", "busybox"
    ).host
    #expect(host.blkioWeight == 300 && host.memorySwappiness == 60)
    #expect(
      host.blockDevices == [
        BlockDeviceLimit(.weight, path: "/dev/sda", value: 200),
        BlockDeviceLimit(.readBps, path: "/dev/sda", value: 1 << 20),
        BlockDeviceLimit(.writeBps, path: "/dev/sda", value: 10),
        BlockDeviceLimit(.readIOps, path: "/dev/sda", value: 7),
        BlockDeviceLimit(.writeIOps, path: "/dev/sdb", value: 0),
      ])
    #expect(host.deviceRules == ["c 1:* rw"] && host.annotations == ["a": "b=c"])
    let none = try spec("--blkio-weight", "0", "--memory-swappiness", "-1", "busybox").host
    #expect(none.blkioWeight == nil && none.memorySwappiness == nil && none.blockDevices == nil)
  }

  @Test("a detached container attaches nothing")
  func detached() throws {
    let spec = try spec("-d", "-i", "busybox")
    #expect(!spec.attachStdin && !spec.attachStdout && spec.openStdin && !spec.stdinOnce)
  }

  @Test(
    "what docker refuses is refused, with status 125",
    arguments: [
      (["-m", "abc"], "invalid argument \"abc\" for \"-m, --memory\" flag: invalid size: 'abc'"),
      (
        ["--cpus", "x"],
        "invalid argument \"x\" for \"--cpus\" flag: failed to parse x as a rational number"
      ),
      (
        ["--pids-limit", "x"],
        "invalid argument \"x\" for \"--pids-limit\" flag: strconv.ParseInt: parsing \"x\": invalid syntax"
      ),
      (
        ["--ulimit", "foo"],
        "invalid argument \"foo\" for \"--ulimit\" flag: invalid ulimit argument: foo"
      ),
      (
        ["--sysctl", "a"], "invalid argument \"a\" for \"--sysctl\" flag: sysctl 'a' is not allowed"
      ),
      (
        ["-e", "=x"],
        "invalid argument \"=x\" for \"-e, --env\" flag: invalid environment variable: =x"
      ),
      (
        ["--mount", "type=bind"],
        "invalid argument \"type=bind\" for \"--mount\" flag: target is required"
      ),
      (
        ["--add-host", "foo"],
        "invalid argument \"foo\" for \"--add-host\" flag: bad format for add-host: \"foo\""
      ),
      (
        ["-a", "foo"],
        "invalid argument \"foo\" for \"-a, --attach\" flag: valid streams are STDIN, STDOUT and STDERR"
      ),
      (
        ["--rm", "--restart", "always"],
        "conflicting options: cannot specify both --restart and --rm"
      ),
      (["-d", "-a", "stdout"], "conflicting options: cannot specify both --attach and --detach"),
      (
        ["--network", "host", "--network", "lab"],
        "conflicting options: cannot attach both user-defined and non-user-defined network-modes"
      ),
      (["--network", "name=lab,foo=1"], "invalid field key foo"),
      (
        ["--network", "name=lab,alias=a", "--network-alias", "b"],
        "conflicting options: cannot specify both --network-alias and per-network alias"
      ),
      (
        ["--network", "container:x", "-p", "80"],
        "conflicting options: port publishing and the container type network mode"
      ),
      (
        ["--ip", "x"],
        "invalid argument \"x\" for \"--ip\" flag: IP address is not correctly formatted: x"
      ),
      (["--pid", "x"], "--pid: invalid PID mode"),
      (["--uts", "x"], "--uts: invalid UTS mode"), (["--ipc", "x"], "--ipc: invalid IPC mode"),
      (
        ["--dns", "x"],
        "invalid argument \"x\" for \"--dns\" flag: IP address is not correctly formatted: x"
      ),
      (["-m", "1m"], "Minimum memory limit allowed is 6MB"),
      (
        ["-m", "1g", "--memory-reservation", "2g"],
        "Minimum memory limit can not be less than memory reservation limit, see usage"
      ),
      (
        ["--cpu-period", "10"],
        "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)"
      ),
      (["--cpu-quota", "10"], "CPU cfs quota can not be less than 1ms (i.e. 1000)"),
      (["--cpuset-cpus", "x"], "Invalid value x for cpuset cpus"),
      (["--cap-add", "FOO"], "invalid CapAdd: unknown capability: \"CAP_FOO\""),
      (["--device", "/dev/null:rwx"], "rwx is not an absolute path"),
      (
        ["--add-host", "a:b"],
        "invalid argument \"a:b\" for \"--add-host\" flag: invalid IP address in add-host: \"b\""
      ),
      (["--pid", "container:"], "--pid: invalid PID mode"),
      (
        ["--device-read-bps", "/dev/sda:x"],
        "invalid argument \"/dev/sda:x\" for \"--device-read-bps\" flag: invalid rate for device: /dev/sda:x. "
          + "The correct format is <device-path>:<number>[<unit>]. Number must be a positive integer. "
          + "Unit is optional and can be kb, mb, or gb"
      ),
      (
        ["--device-write-iops", "/dev/sda:-1"],
        "invalid argument \"/dev/sda:-1\" for \"--device-write-iops\" flag: invalid rate for device: "
          + "/dev/sda:-1. The correct format is <device-path>:<number>. Number must be a positive integer"
      ),
      (
        ["--device-read-bps", "sda:1"],
        "invalid argument \"sda:1\" for \"--device-read-bps\" flag: bad format for device path: sda:1"
      ),
      (
        ["--blkio-weight-device", "/dev/sda"],
        "invalid argument \"/dev/sda\" for \"--blkio-weight-device\" flag: bad format: /dev/sda"
      ),
      (
        ["--blkio-weight-device", "/dev/sda:5"],
        "invalid argument \"/dev/sda:5\" for \"--blkio-weight-device\" flag: invalid weight for device: "
          + "/dev/sda:5"
      ),
      (
        ["--device-cgroup-rule", "c 1:3 x"],
        "invalid argument \"c 1:3 x\" for \"--device-cgroup-rule\" flag: invalid device cgroup format "
          + "'c 1:3 x'"
      ),
      (
        ["--memory-swappiness", "200"],
        "invalid value: 200. Valid memory swappiness range is 0-100"
      ),
      (["--runtime", "foo"], "unknown or invalid runtime name: foo"),
      (["--cgroupns", "foo"], "--cgroupns: invalid CGROUP mode"),
      (
        ["--volume-driver", "foo"],
        "error looking up volume plugin foo: plugin \"foo\" not found"
      ),
      (["-w", "rel"], "the working directory 'rel' is invalid, it needs to be an absolute path"),
    ])
  func refused(flags: [String], message: String) throws {
    let error = #expect(throws: DklabError.self) {
      let command = try CommandLineMain.parse(["run"] + flags + ["busybox"])
      guard let run = command as? Run else { return }
      _ = try asRunFailure { try run.options.spec(run.words, detached: run.detach) }
    }
    #expect(error?.message.en == message)
    #expect(error?.exitStatus == 125)
  }
}
