// seccomp(2): which system calls a container may make at all.
//
// Capabilities and namespaces decide what a system call may do; seccomp decides whether the call
// is reached. A filter is a small program (classic BPF) that the kernel runs before every system
// call with the call's number and arguments, and that answers: allow, fail with this errno, kill.
// Docker ships an allow list of some 350 calls. What is not listed fails with EPERM, so a kernel
// bug in, say, keyctl(2) or userfaultfd(2) is out of a container's reach.
//
// This file is the profile as people write it: Docker's JSON, which is also what `linux.seccomp`
// of config.json holds, and which has conditions on capabilities, architecture and kernel.
// SeccompProfile+Default.swift is our own list, SeccompCompiler.swift makes BPF of a profile.
//
// Try it: grep Seccomp /proc/self/status

import Support

/// A profile: the action for calls no rule names, and the rules.
package struct SeccompProfile: Sendable, Hashable {
  package var defaultAction: Action
  /// The errno of `defaultAction` when that is `.errno`; EPERM when nil.
  package var defaultErrno: UInt32?
  /// The architectures the filter is for, in the profile's spelling (`SCMP_ARCH_X86_64`). The
  /// machine's own is always among them.
  package var architectures: [String]
  /// Docker's other way to say it: for each native architecture, those that run beside it.
  package var architectureMap: [ArchitectureFamily]
  /// The names of the filter flags (`SECCOMP_FILTER_FLAG_LOG`); nil means the runtime's default.
  package var flags: [String]?
  package var rules: [Rule]
  /// The socket of the agent that answers the calls whose action is `.notify`.
  package var listenerPath: String?
  /// What the agent is told besides.
  package var listenerMetadata: String?

  package init(
    defaultAction: Action, defaultErrno: UInt32? = nil, architectures: [String] = [],
    architectureMap: [ArchitectureFamily] = [], flags: [String]? = nil, rules: [Rule]
  ) {
    self.defaultAction = defaultAction
    self.defaultErrno = defaultErrno
    self.architectures = architectures
    self.architectureMap = architectureMap
    self.flags = flags
    self.rules = rules
  }

  /// What happens to a call. The raw values are the profile's spelling.
  package enum Action: String, Sendable, Hashable, CaseIterable {
    case allow = "SCMP_ACT_ALLOW"
    case errno = "SCMP_ACT_ERRNO"
    case killThread = "SCMP_ACT_KILL"
    case killThreadNamed = "SCMP_ACT_KILL_THREAD"
    case killProcess = "SCMP_ACT_KILL_PROCESS"
    case trap = "SCMP_ACT_TRAP"
    case trace = "SCMP_ACT_TRACE"
    case log = "SCMP_ACT_LOG"
    case notify = "SCMP_ACT_NOTIFY"
  }

  /// How an argument is compared. The raw values are the profile's spelling.
  package enum Comparison: String, Sendable, Hashable, CaseIterable {
    case notEqual = "SCMP_CMP_NE"
    case less = "SCMP_CMP_LT"
    case lessOrEqual = "SCMP_CMP_LE"
    case equal = "SCMP_CMP_EQ"
    case greaterOrEqual = "SCMP_CMP_GE"
    case greater = "SCMP_CMP_GT"
    /// `argument & value == valueTwo`
    case maskedEqual = "SCMP_CMP_MASKED_EQ"
  }

  /// A condition on one argument; a rule's conditions must all hold.
  package struct Argument: Sendable, Hashable, Codable {
    enum CodingKeys: String, CodingKey {
      case index, value, valueTwo
      case comparison = "op"
    }

    package var index: UInt32
    package var comparison: Comparison
    package var value: UInt64
    package var valueTwo: UInt64

    package init(_ index: UInt32, _ comparison: Comparison, _ value: UInt64, _ valueTwo: UInt64 = 0)
    {
      self.index = index
      self.comparison = comparison
      self.value = value
      self.valueTwo = valueTwo
    }
  }

  /// When a rule counts. For `includes` all parts must hold; for `excludes` none may.
  package struct Condition: Sendable, Hashable, Codable {
    enum CodingKeys: String, CodingKey {
      case capabilities = "caps"
      case architectures = "arches"
      case minimumKernel = "minKernel"
    }

    /// Capability names, of which the container must have every one.
    package var capabilities: [String] = []
    /// Machine names as Docker writes them (`amd64`, `arm64`, `s390x`), of which one must fit.
    package var architectures: [String] = []
    /// `major.minor`: this kernel or a later one.
    package var minimumKernel: String?

    package init(
      capabilities: [String] = [], architectures: [String] = [], minimumKernel: String? = nil
    ) {
      self.capabilities = capabilities
      self.architectures = architectures
      self.minimumKernel = minimumKernel
    }
  }

  /// What to do for some calls.
  package struct Rule: Sendable, Hashable {
    package var names: [String]
    package var action: Action
    package var errno: UInt32?
    package var arguments: [Argument]
    package var includes: Condition
    package var excludes: Condition

    package init(
      _ names: [String], _ action: Action = .allow, errno: UInt32? = nil,
      arguments: [Argument] = [], includes: Condition = Condition(),
      excludes: Condition = Condition()
    ) {
      self.names = names
      self.action = action
      self.errno = errno
      self.arguments = arguments
      self.includes = includes
      self.excludes = excludes
    }
  }

  /// One line of `archMap`.
  package struct ArchitectureFamily: Sendable, Hashable, Codable {
    enum CodingKeys: String, CodingKey {
      case native = "architecture"
      case others = "subArchitectures"
    }

    package var native: String
    package var others: [String]

    package init(_ native: String, _ others: [String] = []) {
      self.native = native
      self.others = others
    }
  }
}
