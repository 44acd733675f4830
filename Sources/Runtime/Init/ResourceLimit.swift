import CLinux
import Glibc
import Linux
import Support

/// The resources of setrlimit(2), under the names of the OCI runtime specification.
package enum ResourceLimit: String, Sendable, CaseIterable {
  case cpu = "RLIMIT_CPU"
  case fileSize = "RLIMIT_FSIZE"
  case data = "RLIMIT_DATA"
  case stack = "RLIMIT_STACK"
  case core = "RLIMIT_CORE"
  case residentSet = "RLIMIT_RSS"
  case processes = "RLIMIT_NPROC"
  case openFiles = "RLIMIT_NOFILE"
  case lockedMemory = "RLIMIT_MEMLOCK"
  case addressSpace = "RLIMIT_AS"
  case locks = "RLIMIT_LOCKS"
  case pendingSignals = "RLIMIT_SIGPENDING"
  case messageQueues = "RLIMIT_MSGQUEUE"
  case nice = "RLIMIT_NICE"
  case realTimePriority = "RLIMIT_RTPRIO"
  case realTimeRuntime = "RLIMIT_RTTIME"

  /// The kernel's number: the order above, which is the same on x86-64 and arm64.
  private var number: Int32 {
    Int32(ResourceLimit.allCases.firstIndex(of: self) ?? 0)
  }

  /// Raises the hard limit of the process `pid`, which has those of this process, to `hard`, as far as this
  /// process may (prlimit(2)); the process then sets what it wants below that by itself.
  func makeRoom(for pid: pid_t, hard: UInt64) {
    var (currentSoft, currentHard): (UInt64, UInt64) = (0, 0)
    guard dk_get_rlimit(number, &currentSoft, &currentHard) == 0, hard > currentHard else { return }
    SyscallTrace.note(
      "prlimit", "\(pid), \(rawValue)", dk_set_rlimit_of(pid, number, currentSoft, hard))
  }

  /// Sets the limit of the calling process. Without CAP_SYS_RESOURCE the hard limit cannot be
  /// raised: then it is raised as far as it goes, since a container with a lower limit is better
  /// than none; `exactly` makes that an error.
  func apply(soft: UInt64, hard: UInt64, exactly: Bool) throws {
    if dk_set_rlimit(number, soft, hard) == 0 { return }
    guard errno == EPERM, !exactly else { throw SyscallError("setrlimit", rawValue) }
    var (currentSoft, currentHard): (UInt64, UInt64) = (0, 0)
    try check(dk_get_rlimit(number, &currentSoft, &currentHard), "getrlimit", rawValue)
    let reachable = min(hard, currentHard)
    try check(dk_set_rlimit(number, min(soft, reachable), reachable), "setrlimit", rawValue)
  }
}
