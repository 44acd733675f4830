// From a profile to the program that the kernel runs: observe, plan, act, once more in small.
//
// The conditions are decided here, once, so the kernel sees only what is left: rules for system
// call numbers. libseccomp knows the numbers of each architecture, since "open" is 2 on x86-64, 5
// on 32-bit x86 and absent on arm64. It writes the finished program to a descriptor; we put its
// comparisons together to ranges and keep it as bytes, and only the init of the container loads it.
//
// Next: SeccompUnknownCalls.swift (what is newer than the profile), SeccompSimplifier.swift.

import CLinux
import CSeccomp
import Glibc
import Support

extension SeccompProfile {
  /// Compiles for a container with `capabilities`, for this machine and kernel. Takes milliseconds;
  /// see `SeccompCache`. Names that are unknown here are skipped.
  package func compile(
    capabilities: CapabilitySet, kernel: KernelVersion = .current
  ) throws -> SeccompProgram {
    try compiled(capabilities: capabilities, kernel: kernel).simplified()
  }

  /// The same as libseccomp writes it.
  func compiled(
    capabilities: CapabilitySet, kernel: KernelVersion = .current
  ) throws -> SeccompProgram {
    let profile = resolved(capabilities: capabilities, kernel: kernel)
    let filter = try Filter(defaultAction: defaultCode)
    for name in profile.architectures { try filter.add(architecture: name) }
    for rule in profile.rules {
      try filter.add(rule, code: Self.code(rule.action, rule.errno), default: defaultCode)
    }
    let body = try filter.export()
    let guardCode =
      answersUnknownCalls ? unknownCallGuard(names: profile.rules.flatMap(\.names), filter) : []
    return SeccompProgram(instructions: guardCode + body, flags: try flagBits)
  }

  /// The same profile with every condition decided: what may stand in `linux.seccomp` of a
  /// config.json, which has none.
  package func resolved(
    capabilities: CapabilitySet, kernel: KernelVersion = .current
  ) -> SeccompProfile {
    var copy = self
    copy.architectures = allArchitectures
    copy.architectureMap = []
    copy.rules = rules.filter { applies($0, capabilities, kernel) }.map { rule in
      Rule(rule.names, rule.action, errno: rule.errno, arguments: rule.arguments)
    }
    return copy
  }

  /// Whether `rule` counts for this container: Docker's reading of `includes` and `excludes`.
  private func applies(
    _ rule: Rule, _ capabilities: CapabilitySet, _ kernel: KernelVersion
  ) -> Bool {
    func has(_ name: String) -> Bool {
      Capability(named: name).map { capabilities.contains($0) } ?? false
    }
    func isOld(_ version: String?) -> Bool {
      version.map { kernel < KernelVersion($0) } ?? false
    }
    let included =
      rule.includes.capabilities.allSatisfy(has)
      && (rule.includes.architectures.isEmpty
        || rule.includes.architectures.contains(Self.machineName))
      && !isOld(rule.includes.minimumKernel)
    let excluded =
      rule.excludes.capabilities.contains(where: has)
      || rule.excludes.architectures.contains(Self.machineName)
      || rule.excludes.minimumKernel.map { !isOld($0) } ?? false
    return included && !excluded
  }

  /// Those named, and of the map those that run on this machine (32-bit programs on a 64-bit
  /// kernel).
  private var allArchitectures: [String] {
    let native = seccomp_arch_native()
    let family = architectureMap.first { Filter.token(of: $0.native) == native }
    return architectures + (family.map { [$0.native] + $0.others } ?? [])
  }

  private var defaultCode: UInt32 { Self.code(defaultAction, defaultErrno) }

  /// Whether calls newer than the profile get ENOSYS instead of the default action.
  private var answersUnknownCalls: Bool {
    switch defaultAction {
    case .errno: defaultErrno != UInt32(ENOSYS)
    case .killThread, .killThreadNamed, .killProcess, .trap: true
    case .allow, .log, .trace, .notify: false
    }
  }

  /// The filter's return value for an action (linux/seccomp.h, SECCOMP_RET_…).
  private static func code(_ action: Action, _ errno: UInt32?) -> UInt32 {
    switch action {
    case .allow: 0x7fff_0000
    case .errno: 0x0005_0000 | (errno ?? UInt32(EPERM)) & 0xffff
    case .killThread, .killThreadNamed: 0
    case .killProcess: 0x8000_0000
    case .trap: 0x0003_0000
    case .trace: 0x7ff0_0000 | (errno ?? UInt32(EPERM)) & 0xffff
    case .log: 0x7ffc_0000
    case .notify: 0x7fc0_0000
    }
  }

  /// The architectures libseccomp has numbers for, in the profile's spelling.
  package static let architectureNames = [
    "AARCH64", "ARM", "LOONGARCH64", "MIPS", "MIPS64", "MIPS64N32", "MIPSEL", "MIPSEL64",
    "MIPSEL64N32", "PARISC", "PARISC64", "PPC", "PPC64", "PPC64LE", "RISCV64", "S390", "S390X",
    "X32", "X86", "X86_64",
  ].map { "SCMP_ARCH_" + $0 }.filter { Filter.token(of: $0) != 0 }

  /// This machine as Docker's profiles call it.
  static let machineName: String = {
    let names = [
      "x86_64": "amd64", "aarch64": "arm64", "s390x": "s390x", "ppc64le": "ppc64le",
      "riscv64": "riscv64",
    ]
    let native = seccomp_arch_native()
    return names.first { Filter.token(of: $0.key) == native }?.value ?? "unknown"
  }()
}

extension SeccompProfile {
  /// libseccomp's filter under construction, freed at the end of its scope.
  struct Filter: ~Copyable {
    private let context: OpaquePointer

    init(defaultAction: UInt32) throws {
      guard let context = seccomp_init(defaultAction) else {
        throw SyscallError("seccomp_init", "", errno: ENOMEM)
      }
      self.context = OpaquePointer(context)
      // 2: a binary tree, which is read in fewer steps. An older libseccomp does not know it and makes a
      // list.
      seccomp_attr_set(raw, SCMP_FLTATR_CTL_OPTIMIZE, 2)
    }

    deinit {
      seccomp_release(raw)
    }

    private var raw: UnsafeMutableRawPointer { UnsafeMutableRawPointer(context) }

    /// libseccomp's number for `SCMP_ARCH_X86_64`; 0 when it does not know the name.
    static func token(of name: String) -> UInt32 {
      let bare = name.hasPrefix("SCMP_ARCH_") ? String(name.dropFirst(10)) : name
      return seccomp_arch_resolve_name(bare.lowercased())
    }

    /// Whether the filter is for this architecture too.
    func has(architecture token: UInt32) -> Bool {
      seccomp_arch_exist(raw, token) == 0
    }

    /// Adds an architecture; one that libseccomp does not know is an error.
    func add(architecture name: String) throws {
      let token = Self.token(of: name)
      guard token != 0 else {
        throw DklabError(
          .invalid, id: "seccomp.architecture",
          Text(
            "unknown seccomp architecture \"\(name)\"",
            ko: "알 수 없는 seccomp 아키텍처입니다: \"\(name)\""),
          hint: Text("for example SCMP_ARCH_X86_64", ko: "예: SCMP_ARCH_X86_64"))
      }
      let result = seccomp_arch_add(raw, token)
      if result != 0 && result != -EEXIST {
        throw SyscallError("seccomp_arch_add", name, errno: -result)
      }
    }

    /// Adds `rule` for each of its calls that exists; nothing to do when it says the default.
    func add(_ rule: Rule, code: UInt32, default defaultCode: UInt32) throws {
      if code == defaultCode { return }
      var alternatives = [rule.arguments.map(\.native)]
      // Conditions on one argument twice cannot all hold in one rule: runc reads them as "or".
      if Set(rule.arguments.map(\.index)).count < rule.arguments.count {
        alternatives = alternatives[0].map { [$0] }
      }
      for name in rule.names {
        let number = seccomp_syscall_resolve_name(name)
        if number == __NR_SCMP_ERROR { continue }
        for conditions in alternatives {
          let result = seccomp_rule_add_array(
            raw, code, number, UInt32(conditions.count), conditions)
          if result != 0 && result != -EEXIST {
            throw SyscallError("seccomp_rule_add", name, errno: -result)
          }
        }
      }
    }

    /// The finished program.
    func export() throws -> [UInt8] {
      let file = FileDescriptor(
        owning: try check(dk_memfd_create("seccomp", 1), "memfd_create", "seccomp"))
      let result = seccomp_export_bpf(raw, file.number)
      if result != 0 { throw SyscallError("seccomp_export_bpf", "", errno: -result) }
      try check(lseek(file.number, 0, SEEK_SET), "lseek", "seccomp")
      return try readAll(file.number, limit: 1 << 20, subject: "seccomp")
    }
  }
}

extension SeccompProfile.Argument {
  fileprivate var native: scmp_arg_cmp {
    let operation =
      switch comparison {
      case .notEqual: SCMP_CMP_NE
      case .less: SCMP_CMP_LT
      case .lessOrEqual: SCMP_CMP_LE
      case .equal: SCMP_CMP_EQ
      case .greaterOrEqual: SCMP_CMP_GE
      case .greater: SCMP_CMP_GT
      case .maskedEqual: SCMP_CMP_MASKED_EQ
      }
    return scmp_arg_cmp(arg: index, op: operation, datum_a: value, datum_b: valueTwo)
  }
}
