import Glibc
import Linux
import Testing

/// podman or dockerd with state of its own, calling this program as its OCI runtime. The image `bb`
/// is the rootfs of the bundles; everything is without a network.
final class ForeignCaller {
  let directory: String
  let runtime: String
  private let rootfs: BundleRun
  private let command: [String]
  private let environment: [String: String]

  private init(
    _ name: String, _ command: (String) -> [String], _ variables: (String) -> [String: String]
  )
    throws
  {
    rootfs = try BundleRun("default", runtime: name)
    directory = rootfs.directory
    runtime = "\(directory)/dklab-oci"
    symlink(Sandbox.binary, runtime)
    self.command = command(directory)
    environment = variables(directory)
    let tar = Sandbox.run(
      ["-C", "\(directory)/rootfs", "-cf", "\(directory)/rootfs.tar", "."], program: "/usr/bin/tar",
      environment: [:])
    try #require(tar.status == 0, "\(tar)")
  }

  /// podman refuses a longer one.
  private static let shortPath = "/tmp/dklab-podman-\(getpid())"

  /// A podman with its own storage.
  static func podman() throws -> ForeignCaller {
    let caller = try ForeignCaller(
      "podman",
      { directory in
        [
          "/usr/bin/podman", "--root", "\(directory)/storage", "--runroot", shortPath,
          "--tmpdir", "\(directory)/tmp", "--storage-driver", "vfs", "--cgroup-manager", "cgroupfs",
          "--events-backend", "none", "--runtime", "\(directory)/dklab-oci",
        ]
      }, { ["CONTAINERS_CONF": "\($0)/containers.conf"] })
    // podman itself asks for more open files than root without CAP_SYS_RESOURCE can have.
    let limits = "[containers]\ndefault_ulimits = [\"nofile=1000:2000\", \"nproc=4000:4000\"]\n"
    try File.replace("\(caller.directory)/containers.conf", limits, durable: false)
    let imported = caller.run(["import", "\(caller.directory)/rootfs.tar", "bb:latest"])
    try #require(imported.status == 0, "\(imported)")
    return caller
  }

  /// A dockerd of its own, and the client for it.
  static func dockerd(
    client: String = "/usr/local/bin/docker", variables: [String: String] = [:]
  ) throws -> ForeignCaller {
    let caller = try ForeignCaller(
      "dockerd", { _ in [client] },
      { directory in
        ["DOCKER_HOST": "unix://\(directory)/sock", "DOCKER_CONFIG": "\(directory)/client"]
          .merging(variables) { $1 }
      })
    let directory = caller.directory
    let script = """
      cd \(directory); echo '{"runtimes":{"dklab":{"path":"\(caller.runtime)"}}}' >daemon.json
      dockerd --config-file daemon.json --data-root $PWD/data --exec-root $PWD/exec \
        --pidfile $PWD/pid -H unix://$PWD/sock --bridge=none --iptables=false \
        --storage-driver vfs >daemon.log 2>&1 </dev/null &
      """
    _ = Sandbox.run(["-c", script], program: "/bin/sh", environment: [:])
    let isUp = eventually(within: 60) { caller.run(["version"]).status == 0 }
    try #require(isUp, "\((try? File.text("\(directory)/daemon.log")) ?? "")")
    let imported = caller.run(["import", "\(directory)/rootfs.tar", "bb:latest"])
    try #require(imported.status == 0, "\(imported)")
    return caller
  }

  /// Runs the client.
  func run(_ arguments: [String], input: String = "") -> Sandbox.Output {
    Sandbox.run(
      Array(command.dropFirst()) + arguments, program: command[0], input: input,
      environment: environment)
  }

  /// `run` with the flags that a test machine needs; dockerd is told the runtime here.
  func start(_ flags: [String], _ program: [String], input: String = "") -> Sandbox.Output {
    let isDocker = command[0].hasSuffix("docker")
    let own = isDocker ? ["--runtime", "dklab"] : []
    return run(
      ["run", "--network", "none"] + own + flags + ["bb:latest"] + program, input: input)
  }

  /// Runs the client on a terminal of its own.
  func onTerminal(_ arguments: String) -> Sandbox.Output {
    let flags = command[0].hasSuffix("docker") ? "--runtime dklab" : ""
    let line =
      command.joined(separator: " ")
      + " run --rm -it --network none \(flags) bb:latest \(arguments)"
    return Sandbox.run(
      ["-qec", line, "/dev/null"], program: "/usr/bin/script", environment: environment)
  }

  /// Ends everything, and looks that no container of ours is left.
  func close() {
    for id in run(["ps", "-aq"]).lines { _ = run(["rm", "-f", id]) }
    if !command[0].hasSuffix("docker") { _ = run(["pod", "rm", "-af"]) }
    if let pid = (try? File.text("\(directory)/pid")).flatMap({ pid_t($0.prefix { $0.isNumber }) })
    {
      kill(pid, SIGTERM)
      #expect(eventually { !File.exists("\(self.directory)/pid") })
    }
    let mounts = (try? File.text("/proc/self/mountinfo")) ?? ""
    for line in mounts.split(separator: "\n").reversed()
    where line.contains(directory) || line.contains(Self.shortPath) {
      let point = line.split(separator: " ")[4]
      try? unmountLazily(String(point))
    }
    try? Directory.removeTree(Self.shortPath)
    #expect(eventually { (try? Directory.removeTree(self.directory)) != nil })
    rootfs.remove()
    for hierarchy in CgroupLayout.observe().hierarchies {
      rmdir("\(hierarchy.base)/libpod_parent")
      rmdir("\(hierarchy.base)/docker")
    }
  }
}
