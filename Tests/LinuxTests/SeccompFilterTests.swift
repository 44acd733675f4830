import CSeccomp
import Glibc
import Support
import Testing

@testable import Linux

@Suite("seccomp filters")
struct SeccompFilterTests {
  static let native = seccomp_arch_native()
  static let x86 = SeccompProfile.Filter.token(of: "x86")
  static let isX8664 = native == SeccompProfile.Filter.token(of: "x86_64")

  func filter(_ capabilities: CapabilitySet = .dockerDefault) throws -> FilterInterpreter {
    FilterInterpreter(program: try SeccompProfile.dockerDefault.compile(capabilities: capabilities))
  }

  func number(_ name: String, _ architecture: UInt32 = native) -> UInt32? {
    UInt32(exactly: seccomp_syscall_resolve_name_arch(architecture, name))
  }

  func verdict(
    _ filter: FilterInterpreter, _ name: String, _ arguments: [UInt64] = []
  ) throws -> FilterInterpreter.Verdict {
    let call = try #require(self.number(name), "\(name) is no call here")
    return filter.verdict(call, architecture: Self.native, arguments: arguments)
  }

  @Test("every call of the unconditional list is allowed")
  func allowed() throws {
    let filter = try filter([])
    let names = SeccompProfile.dockerDefault.rules[0].names
    #expect(names.count > 350)
    #expect(Set(names).count == names.count)
    for name in names {
      guard let number = number(name) else { continue }
      #expect(filter.verdict(number, architecture: Self.native) == .allow, "\(name)")
    }
  }

  @Test(
    "calls that no list names fail with EPERM, whatever the capabilities",
    arguments: [
      "keyctl", "add_key", "request_key", "userfaultfd", "io_uring_setup", "io_uring_enter",
      "io_uring_register", "kexec_load", "kexec_file_load", "swapon", "swapoff", "pivot_root",
      "move_pages", "migrate_pages", "nfsservctl", "sysfs", "ustat", "uselib", "vserver", "_sysctl",
    ])
  func denied(name: String) throws {
    guard number(name) != nil else { return }
    for set in [CapabilitySet.dockerDefault, .named] {
      #expect(try verdict(filter(set), name) == .errno(1))
    }
  }

  @Test(
    "a capability opens its calls",
    arguments: [
      (Capability.sysAdmin, "mount"), (.sysAdmin, "unshare"), (.sysAdmin, "setns"),
      (.sysAdmin, "clone3"), (.sysModule, "init_module"), (.sysTime, "settimeofday"),
      (.sysBoot, "reboot"), (.sysChroot, "chroot"), (.dacReadSearch, "open_by_handle_at"),
      (.sysPacct, "acct"), (.syslog, "syslog"), (.bpf, "bpf"), (.perfmon, "perf_event_open"),
      (.sysNice, "mbind"), (.sysPtrace, "kcmp"), (.sysTtyConfig, "vhangup"),
    ])
  func byCapability(capability: Capability, name: String) throws {
    let with = try verdict(filter(CapabilitySet([capability])), name)
    let without = try verdict(filter([]), name)
    #expect(with == .allow)
    #expect(without == .errno(name == "clone3" ? 38 : 1))
  }

  @Test("clone makes threads and processes, and no namespaces")
  func clone() throws {
    let filter = try filter()
    let newUser: UInt64 = 0x1000_0000
    #expect(try verdict(filter, "clone", [0x0001_0011]) == .allow)
    #expect(try verdict(filter, "clone", [newUser | 17]) == .errno(1))
    #expect(try verdict(filter, "clone", [0x0002_0000]) == .errno(1))
  }

  @Test("sockets of every family but AF_ALG and AF_VSOCK")
  func sockets() throws {
    let filter = try filter()
    for family in 0..<50 as Range<UInt64> {
      let expected: FilterInterpreter.Verdict = [38, 40].contains(family) ? .errno(1) : .allow
      #expect(try verdict(filter, "socket", [family, 1, 0]) == expected, "family \(family)")
    }
  }

  @Test("personality takes the harmless values only")
  func personality() throws {
    let filter = try filter()
    for value in [0, 8, 0x20000, 0x20008, 0xffff_ffff] as [UInt64] {
      #expect(try verdict(filter, "personality", [value]) == .allow)
    }
    #expect(try verdict(filter, "personality", [0x004_0000]) == .errno(1))
  }

  @Test("calls newer than the profile do not exist, on each architecture of the filter")
  func unknownCalls() throws {
    let filter = try filter()
    #expect(filter.verdict(2000, architecture: Self.native) == .errno(UInt32(ENOSYS)))
    if Self.isX8664 {
      #expect(filter.verdict(2000, architecture: Self.x86) == .errno(UInt32(ENOSYS)))
    }
  }

  @Test("32-bit calls have their own numbers", .enabled(if: isX8664, "needs x86-64"))
  func otherArchitecture() throws {
    let filter = try filter()
    let chown32 = try #require(number("chown32", Self.x86))
    #expect(filter.verdict(chown32, architecture: Self.x86) == .allow)
    let keyctl = try #require(number("keyctl", Self.x86))
    #expect(filter.verdict(keyctl, architecture: Self.x86) == .errno(1))
  }

  @Test("a foreign architecture is killed")
  func foreignArchitecture() throws {
    let verdict = try filter().verdict(0, architecture: 0x1234)
    #expect(verdict == .other(0) || verdict == .other(0x8000_0000))
  }

  @Test("tracing needs Linux 4.8 or the capability")
  func kernels() throws {
    let profile = SeccompProfile.dockerDefault
    for (kernel, set, expected) in [
      ("4.7.9", CapabilitySet.dockerDefault, FilterInterpreter.Verdict.errno(1)),
      ("4.8", .dockerDefault, .allow), ("6.1.0-18-amd64", .dockerDefault, .allow),
      ("3.10", CapabilitySet([.sysPtrace]), .allow),
    ] {
      let program = try profile.compile(capabilities: set, kernel: KernelVersion(kernel))
      #expect(try verdict(FilterInterpreter(program: program), "ptrace") == expected, "\(kernel)")
    }
  }

  @Test("an allow-by-default profile denies what it names and nothing else")
  func denyList() throws {
    let profile = SeccompProfile(
      defaultAction: .allow, rules: [.init(["mkdir", "mkdirat"], .errno, errno: 122)])
    let filter = FilterInterpreter(program: try profile.compile(capabilities: []))
    #expect(try verdict(filter, "mkdirat") == .errno(122))
    #expect(try verdict(filter, "getpid") == .allow)
    #expect(filter.verdict(2000, architecture: Self.native) == .allow)
  }

  @Test("two conditions on one argument mean either, on two arguments both")
  func conditions() throws {
    let profile = SeccompProfile(
      defaultAction: .errno,
      rules: [
        .init(["socket"], arguments: [.init(0, .equal, 1), .init(0, .equal, 2)]),
        .init(["kill"], arguments: [.init(0, .equal, 1), .init(1, .equal, 9)]),
      ])
    let filter = FilterInterpreter(program: try profile.compile(capabilities: []))
    #expect(try verdict(filter, "socket", [1]) == .allow)
    #expect(try verdict(filter, "socket", [2]) == .allow)
    #expect(try verdict(filter, "socket", [3]) == .errno(1))
    #expect(try verdict(filter, "kill", [1, 9]) == .allow)
    #expect(try verdict(filter, "kill", [1, 15]) == .errno(1))
  }

  @Test("names that do not exist here are skipped; architectures and flags are refused")
  func unknownNames() throws {
    var profile = SeccompProfile(
      defaultAction: .errno, rules: [.init(["no_such_call", "getpid"])])
    let filter = FilterInterpreter(program: try profile.compile(capabilities: []))
    #expect(try verdict(filter, "getpid") == .allow)
    profile.architectures = ["SCMP_ARCH_PDP11"]
    #expect(throws: DklabError.self) { try profile.compile(capabilities: []) }
    profile.architectures = []
    profile.flags = ["SECCOMP_FILTER_FLAG_SLOW"]
    #expect(throws: DklabError.self) { try profile.compile(capabilities: []) }
  }

  @Test(
    "a filter that asks an agent has a listener, and only that one",
    arguments: [
      ([], true, 8), ([], false, 0), (["LOG", "SPEC_ALLOW"], true, 14), (["TSYNC"], false, 1),
      // The kernel takes it together with a listener only when a thread left out is an error.
      (["TSYNC"], true, 25),
      // And this one only with a listener.
      (["WAIT_KILLABLE_RECV"], true, 40), (["WAIT_KILLABLE_RECV", "LOG"], false, 2),
    ] as [([String], Bool, UInt32)])
  func listener(flags: [String], asks: Bool, bits: UInt32) throws {
    let profile = SeccompProfile(
      defaultAction: .allow, flags: flags.map { "SECCOMP_FILTER_FLAG_\($0)" },
      rules: [.init(["mkdirat"], asks ? .notify : .errno)])
    let program = try profile.compile(capabilities: [])
    #expect(program.flags == bits)
    #expect(program.indispensableFlags == bits & 40)
    let filter = FilterInterpreter(program: program)
    #expect(try verdict(filter, "mkdirat") == (asks ? .other(0x7fc0_0000) : .errno(1)))
    #expect(try verdict(filter, "mkdir") == .allow)
  }

  @Test("resolving the conditions first changes nothing")
  func resolved() throws {
    for set in [CapabilitySet.dockerDefault, [], .named] {
      let profile = SeccompProfile.dockerDefault
      let resolved = profile.resolved(capabilities: set)
      #expect(resolved.rules.allSatisfy { $0.includes == .init() && $0.excludes == .init() })
      #expect(
        try resolved.compile(capabilities: []) == profile.compile(capabilities: set))
    }
  }
}
