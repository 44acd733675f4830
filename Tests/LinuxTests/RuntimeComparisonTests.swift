import FoundationEssentials
import Glibc
import Support
import Testing

@testable import Linux

/// The same profile, given to us and to the runtimes of the field: the same calls must fail.
@Suite("seccomp compared with other runtimes", .enabled(if: Machine.isRoot, "needs root"))
struct RuntimeComparisonTests {
  /// Tells the filter's refusals from the kernel's own.
  static let marker: UInt32 = 133

  static let calls = [
    "getpid", "keyctl", "add_key", "request_key", "userfaultfd", "io_uring_setup", "io_uring_enter",
    "kexec_load", "mount", "umount2", "pivot_root", "unshare:0", "setns", "bpf", "perf_event_open",
    "ptrace", "reboot", "swapon", "swapoff", "settimeofday", "clock_settime", "init_module",
    "delete_module", "acct", "quotactl", "open_by_handle_at", "name_to_handle_at", "kcmp",
    "process_vm_readv", "get_mempolicy", "move_pages", "iopl", "ioperm", "syslog", "clone3:0:0",
    "personality:0", "personality:262144", "personality:4294967295", "socket:2:1:0",
    "socket:38:5:0", "socket:40:1:0", "lookup_dcookie", "fanotify_init", "modify_ldt", "chroot",
    "landlock_create_ruleset", "process_madvise", "pidfd_getfd", "fsopen", "sethostname",
  ]

  @Test("runc refuses the same calls", .enabled(if: Machine.has(program: "runc"), "needs runc"))
  func runc() throws {
    // Unlike crun, runc answers ENOSYS to what is newer than the profile.
    try compare("runc", Self.calls + ["600", "2000"])
  }

  @Test("crun refuses the same calls", .enabled(if: Machine.has(program: "crun"), "needs crun"))
  func crun() throws {
    try compare("crun", Self.calls)
  }

  private func compare(_ runtime: String, _ calls: [String]) throws {
    let bundle = try Bundle(runtime: runtime)
    defer { bundle.remove() }
    var profile = SeccompProfile.dockerDefault
    profile.defaultErrno = Self.marker
    profile = profile.resolved(capabilities: Bundle.capabilities)

    let theirs = try bundle.run(["calls"] + calls, profile)
    try #require(theirs.lines.count == calls.count, "\(theirs.lines)")
    let ours = try Probe.run(
      [
        "capabilities",
        try Probe.json(CapabilitySets(container: Bundle.capabilities, user: 0)), "0", Probe.path,
        "filter", bundle.profilePath, "CAP_CHOWN", Probe.path, "calls",
      ] + calls)
    #expect(ours.lines == theirs.lines)
    #expect(ours.lines.contains("keyctl EHWPOISON"), "the marker is errno 133")
    #expect(ours.lines.contains("getpid ok"))

    let status = try bundle.run(["status"], profile).lines
    #expect(status.contains("Seccomp:\t2"), "\(status)")
  }
}

/// A bundle whose root is the host's programs, read-only, and the directory of LinuxProbe.
private struct Bundle {
  static let capabilities = CapabilitySet.dockerDefault.intersection(.current())
  let runtime: String
  let path: String
  var profilePath: String { "\(path)/profile.json" }

  init(runtime: String) throws {
    self.runtime = runtime
    path = "/tmp/dklab-\(runtime)-\(getpid())"
    try Directory.make("\(path)/rootfs/probe")
    for name in ["proc", "dev", "sys", "tmp"] { try Directory.make("\(path)/rootfs/\(name)") }
  }

  func remove() {
    try? Directory.removeTree(path)
  }

  func run(_ arguments: [String], _ profile: SeccompProfile) throws -> Probe.Result {
    try File.replace(profilePath, try Probe.json(profile), durable: false)
    let config = try Configuration(arguments, profile, rootfs: "\(path)/rootfs")
    try File.replace("\(path)/config.json", try Probe.json(config), durable: false)
    let command = "\(runtime) run --bundle \(path) dklab-test-\(runtime)-\(getpid())"
    // crun refuses a machine whose unified tree has a controller beside v1: it shall not see it.
    let hide = "umount /sys/fs/cgroup/unified 2>/dev/null; exec \(command)"
    return try Probe.run(["--mount", "sh", "-c", hide], program: "unshare")
  }

  private struct Configuration: Encodable {
    struct Process: Encodable {
      struct User: Encodable { var uid = 0, gid = 0 }
      var user = User()
      var cwd = "/"
      var noNewPrivileges = true
      var args: [String]
      var env = ["PATH=/usr/bin:/bin"]
      var capabilities = CapabilitySets(container: Bundle.capabilities, user: 0)
    }
    struct Root: Encodable {
      var path = "rootfs"
      var readonly = true
    }
    struct Mount: Encodable {
      var destination: String
      var type: String
      var source: String
      var options: [String]
    }
    struct Linux: Encodable {
      struct Namespace: Encodable { var type: String }
      var namespaces = ["pid", "mount", "ipc", "uts"].map(Namespace.init)
      var seccomp: SeccompProfile
    }
    var ociVersion = "1.0.2"
    var process: Process
    var root = Root()
    var mounts: [Mount]
    var linux: Linux

    init(_ arguments: [String], _ profile: SeccompProfile, rootfs: String) throws {
      process = Process(args: ["/probe/LinuxProbe"] + arguments)
      linux = Linux(seccomp: profile)
      mounts = [Mount(destination: "/proc", type: "proc", source: "proc", options: [])]
      let own = String(Probe.path.dropLast("/LinuxProbe".count))
      mounts.append(
        Mount(destination: "/probe", type: "bind", source: own, options: ["bind", "ro"]))
      for name in ["bin", "lib", "lib64", "usr", "opt"] {
        if let target = try? File.link("/\(name)") {
          symlink(target, "\(rootfs)/\(name)")
        } else if File.isDirectory("/\(name)") {
          try Directory.make("\(rootfs)/\(name)")
          mounts.append(
            Mount(
              destination: "/\(name)", type: "bind", source: "/\(name)", options: ["rbind", "ro"]))
        }
      }
    }
  }
}
