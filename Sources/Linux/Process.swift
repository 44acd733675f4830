// Processes: made by clone3(2), named by pidfd, ended and collected.
//
// A process id is a number the kernel uses again; acting on a stale one hits a stranger. So a
// process the kit remembers is the pair (pid, start time), and a live one is held as a pidfd, which
// becomes readable when the process ends (pidfd_open(2)).
//
// `cloneProcess` returns twice, like fork(2). It must be called with a single thread: the child
// has only the calling thread, and a lock another one held would stay locked for ever.
//
// Man pages: clone3(2), pidfd_open(2), proc(5) for /proc/PID/stat. Next: Terminal.swift.

import CLinux
import Glibc
import Support

/// The two returns of `cloneProcess`.
package enum CloneResult {
  case child
  case parent(pid: pid_t, pidfd: Int32)
}

/// clone3(2): a copy of this process in new namespaces of `kinds`.
package func cloneProcess(_ kinds: [Namespace], cgroup: Int32 = -1) throws -> CloneResult {
  fflush(nil)
  let flags = kinds.reduce(UInt64(0)) { $0 | $1.cloneFlag }
  var pidfd: Int32 = -1
  let pid = try check(
    dk_clone3(flags, &pidfd, SIGCHLD, cgroup), "clone3",
    kinds.map(\.rawValue).text(separatedBy: ","))
  return pid == 0 ? .child : .parent(pid: pid, pidfd: pidfd)
}

/// clone3(2) with CLONE_PARENT: the child is the caller's sibling, so that a process which has
/// joined namespaces on the way can leave its own parent a child inside them. 0 in the child.
package func cloneSibling(_ kinds: [Namespace], cgroup: Int32 = -1) throws -> pid_t {
  fflush(nil)
  let flags = kinds.reduce(UInt64(0)) { $0 | $1.cloneFlag }
  return try check(
    dk_clone_sibling(flags, cgroup), "clone3", kinds.map(\.rawValue).text(separatedBy: ","))
}

/// fork(2): 0 in the child. Only for a process with a single thread.
package func forkProcess() throws -> pid_t {
  fflush(nil)
  return try check(dk_fork(), "fork")
}

/// fork(2) for a short errand: runs `body` in a copy of this process and returns its exit status.
/// What the errand dirtied of memory goes away with it.
@discardableResult
package func inChildProcess(_ body: () -> Int32) throws -> Int32 {
  fflush(nil)
  let pid = try check(dk_fork(), "fork")
  if pid == 0 {
    _exit(body())
  }
  return try waitFor(pid).code
}

/// How a process ended. `code` is what a shell would say: the exit status, or 128 + the signal.
package struct ExitStatus: Sendable, Hashable, Codable {
  package var code: Int32
  package var signal: Int32?

  package init(code: Int32, signal: Int32? = nil) {
    self.code = code
    self.signal = signal
  }

  /// From the status wait(2) fills in.
  package init(waitStatus: Int32) {
    var value: Int32 = 0
    if dk_wait_exited(waitStatus, &value) == 1 {
      self.init(code: value)
    } else if dk_wait_signaled(waitStatus, &value) == 1 {
      self.init(code: 128 + value, signal: value)
    } else {
      self.init(code: 255)
    }
  }
}

/// waitpid(2) for one child.
package func waitFor(_ pid: pid_t) throws -> ExitStatus {
  var status: Int32 = 0
  try check(retryingInterrupts { waitpid(pid, &status, 0) }, "waitpid", "\(pid)")
  return ExitStatus(waitStatus: status)
}

/// Collects any child that has ended, without waiting: nil when none has.
package func reapAny() -> (pid: pid_t, status: ExitStatus)? {
  var status: Int32 = 0
  let pid = retryingInterrupts { waitpid(-1, &status, WNOHANG) }
  return pid > 0 ? (pid, ExitStatus(waitStatus: status)) : nil
}

/// A process that can still be told from a later one with the same number.
package struct ProcessIdentity: Sendable, Hashable, Codable {
  package var pid: pid_t
  /// Clock ticks between boot and the start of the process: field 22 of /proc/PID/stat.
  package var startTime: UInt64

  package init(pid: pid_t, startTime: UInt64) {
    self.pid = pid
    self.startTime = startTime
  }

  /// The identity of the live process `pid`; nil when there is none.
  package init?(of pid: pid_t) {
    guard let stat = ProcessStat(of: pid) else { return nil }
    self.init(pid: pid, startTime: stat.startTime)
  }

  /// Whether that very process still runs (a zombie does not).
  package var isAlive: Bool {
    guard let stat = ProcessStat(of: pid) else { return false }
    return stat.startTime == startTime && stat.state != "Z" && stat.state != "X"
  }

  /// Sends `signal` to that very process, through a pidfd so that a reused number is never hit.
  /// Returns false when it no longer runs.
  package func send(_ signal: Signal) throws -> Bool {
    let raw = dk_pidfd_open(pid, 0)
    guard raw >= 0 else { return false }
    let pidfd = FileDescriptor(owning: raw)
    guard isAlive else { return false }
    if dk_pidfd_send_signal(pidfd.number, signal.number) == 0 { return true }
    if errno == ESRCH { return false }
    throw SyscallError("pidfd_send_signal", "\(pid)")
  }
}

/// The fields of /proc/PID/stat the kit uses (proc(5)).
package struct ProcessStat: Sendable {
  package var name: String
  package var state: Character
  package var parent: pid_t
  package var terminal: Int32
  package var userTicks: UInt64
  package var systemTicks: UInt64
  package var startTime: UInt64

  /// Of the live process `pid`; nil when there is none.
  package init?(of pid: pid_t) {
    guard let text = try? File.text("/proc/\(pid)/stat", limit: 4096) else { return nil }
    self.init(parsing: text)
  }

  /// The command name may hold spaces and parentheses: it ends at the last one.
  init?(parsing text: String) {
    guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")") else {
      return nil
    }
    let fields = text[text.index(after: close)...].split(separator: " ")
    guard fields.count > 19, let state = fields[0].first, let parent = pid_t(fields[1]),
      let terminal = Int32(fields[4]), let user = UInt64(fields[11]),
      let system = UInt64(fields[12]), let start = UInt64(fields[19])
    else { return nil }
    self.name = String(text[text.index(after: open)..<close])
    self.state = state
    self.parent = parent
    self.terminal = terminal
    userTicks = user
    systemTicks = system
    startTime = start
  }
}

/// prctl(2) settings a process makes about itself.
package enum ProcessControl {
  /// The name in `ps -o comm` (15 bytes): each stage of a launch sets its own.
  package static func setName(_ name: String) {
    _ = dk_set_process_name(name)
  }

  /// Whether this process has one thread: then it may fork and go on as two.
  package static var isSingleThreaded: Bool {
    // Of /proc/self/task `.` and `..` are links too (proc(5)).
    var info = stat()
    return stat("/proc/self/task", &info) == 0 && info.st_nlink == 3
  }

  /// Takes over the command line in `ps` and clears the environment, for a process that goes on as
  /// another one without execve(2). The kernel laid out arguments and environment as one block of
  /// memory and reads /proc/PID/cmdline and environ from there: it is written over, as far as
  /// `words` fit, so neither tells any more what the process was before.
  package static func become(_ words: [String], environment: [(name: String, value: String)]) {
    guard let start = CommandLine.unsafeArgv[0] else { return }
    var end = start
    for words in [CommandLine.unsafeArgv, environ] {
      var place = 0
      while let word = words[place] {
        if word == end { end += strlen(word) + 1 }
        place += 1
      }
    }
    clearenv()
    for (name, value) in environment { setenv(name, value, 1) }
    let text = Array(words.text(separatedBy: " ").utf8.prefix(end - start - 1))
    memset(start, 0, end - start)
    text.withUnsafeBytes { bytes in
      if let source = bytes.baseAddress { memcpy(start, source, bytes.count) }
    }
  }

  /// Replaces the command line that `ps -f` shows, which a forked process has from its parent, and
  /// leaves the environment alone (proc_pid_stat(5), fields 48 and 49).
  package static func setCommandLine(_ line: String) {
    guard let text = try? File.text("/proc/self/stat", limit: 4096),
      let close = text.lastIndex(of: ")")
    else { return }
    let fields = text[text.index(after: close)...].split(separator: " ")
    guard fields.count > 46, let start = UInt(fields[45]), let end = UInt(fields[46]), start < end,
      let memory = UnsafeMutablePointer<UInt8>(bitPattern: start)
    else { return }
    let room = Int(end - start)
    let bytes = Array(line.utf8.prefix(room - 1))
    for place in 0..<room { memory[place] = place < bytes.count ? bytes[place] : 0 }
  }

  /// Asks for `signal` when the parent dies; lost when credentials change, so set it after that.
  package static func setParentDeathSignal(_ signal: Signal) throws {
    try check(dk_prctl(1, UInt(signal.number), 0, 0, 0), "prctl", "PR_SET_PDEATHSIG")
  }

  /// A process that is not dumpable hides /proc/PID/{exe,fd,mem} from others without CAP_SYS_PTRACE.
  package static func setDumpable(_ value: Bool) throws {
    try check(dk_prctl(4, value ? 1 : 0, 0, 0, 0), "prctl", "PR_SET_DUMPABLE")
  }

  /// From here on no execve(2) raises privileges (PR_SET_NO_NEW_PRIVS).
  package static func setNoNewPrivileges() throws {
    try check(dk_prctl(38, 1, 0, 0, 0), "prctl", "PR_SET_NO_NEW_PRIVS")
  }

  /// Orphaned descendants become children of this process instead of the system's init.
  package static func setChildSubreaper() throws {
    try check(dk_prctl(36, 1, 0, 0, 0), "prctl", "PR_SET_CHILD_SUBREAPER")
  }
}
