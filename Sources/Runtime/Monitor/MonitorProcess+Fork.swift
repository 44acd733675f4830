// A monitor that is a copy of the command that wants it.
//
// `run` has everything a monitor needs in its memory: the plan, the filter, the names. A copy of the
// process goes on with it, and there is nothing to start, to encode and to decode. What it must not
// keep of the command: its descriptors, its terminal, its session, its signal handlers, its
// environment and its working directory.
//
// The copy also has the command's used memory, one or two megabytes, for as long as it lives. That
// is why a detached container, of which there may be hundreds, gets a monitor that starts fresh.
//
// Man pages: fork(2), setsid(2), close_range(2). Next: Monitor.swift.

import CLinux
import Glibc
import Linux
import Support

extension MonitorProcess {
  /// Makes one, which waits for a byte on its socket (`letGo` of `Started`) and then calls `serve`
  /// with `passing` as descriptors 4, 5, …; it ends with the status that returns. Only for a process
  /// that `SelfExecutable.isProtected`: the copy becomes the container's first process.
  package static func fork(
    arguments: [String], logPath: String, passing: [Int32], serve: () -> Int32
  ) throws -> Started {
    precondition(SelfExecutable.isProtected, "a copy of this process must not enter a container")
    let (mine, theirs) = try UnixSocket.pair()
    let pid = try forkProcess()
    if pid == 0 {
      let null = open("/dev/null", O_RDWR | O_CLOEXEC)
      let log = open(logPath, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
      settleCopy(
        "dklab:monitor", arguments, variables: inheritedVariables,
        streams: [null, null, log >= 0 ? log : null],
        kept: [theirs] + passing)
      var byte: UInt8 = 0
      guard retryingInterrupts({ read(controlDescriptor, &byte, 1) }) == 1 else { _exit(0) }
      _exit(serve())
    }
    close(theirs)
    return Started(pid: pid, control: FileDescriptor(owning: mine))
  }

  /// Cuts a copy off from the command it was made of: it is called `name`, has `arguments` in the
  /// process list, of the environment only `variables`, `streams` as 0, 1 and 2, and `kept` as 3, 4, ….
  package static func settleCopy(
    _ name: String, _ arguments: [String], variables: [(name: String, value: String)],
    streams: [Int32], kept: [Int32]
  ) {
    setsid()
    for number in Int32(1)...31 where number != SIGKILL && number != SIGSTOP {
      signal(number, SIG_DFL)
    }
    _ = dk_unblock_all_signals()
    let lifted = (streams + kept).map { dk_fcntl_int($0, F_DUPFD_CLOEXEC, 100) }
    for (target, source) in lifted.enumerated() { dup2(source, Int32(target)) }
    closeDescriptors(except: (0..<kept.count).map { controlDescriptor + Int32($0) })
    ProcessControl.setName(name)
    ProcessControl.become(arguments, environment: variables)
  }
}
