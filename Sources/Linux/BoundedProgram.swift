// A program that is run for its answer and cannot be trusted to give one: it may hang, print for
// ever, or leave a child behind that keeps its output open. So it has a process group, a deadline
// and a measure, and what counts is the end of the program itself, not the end of its output.
//
// A pidfd becomes readable when the process ends (pidfd_open(2)); then the rest of the group is
// killed while the ended leader, not yet collected, still keeps the group's number from being used
// again. A child that made a session of its own goes on, but holds up nobody.
//
// Man pages: posix_spawn(3), pidfd_open(2), setpgid(2). Next: ChildProgram.swift.

import CLinux
import Glibc
import Support

/// Runs a program within bounds.
package enum BoundedProgram {
  /// How it came to its end.
  package enum End: Sendable, Hashable {
    case exited(ExitStatus)
    /// It was killed at the deadline.
    case late
    /// It was killed because it printed more than the limit.
    case excessive
  }

  /// What came of it.
  package struct Outcome: Sendable {
    package var end: End
    package var output: String
    package var errors: String
  }

  /// Runs `arguments[0]`, found along PATH, in `folder`, with exactly `environment` and no input,
  /// for at most `timeout` milliseconds and `limit` bytes of output.
  package static func run(
    _ arguments: [String], environment: [String: String], folder: String, timeout: Int64,
    limit: Int
  ) throws -> Outcome {
    let output = try FileDescriptor.pipe(flags: O_NONBLOCK)
    let errors = try FileDescriptor.pipe(flags: O_NONBLOCK)
    // Only our ends must not wait; a program expects to wait when its reader is slow.
    for end in [output.write.number, errors.write.number] { try setNonBlocking(end, false) }
    let pid = try spawn(
      arguments, environment, folder, output.write.number, errors.write.number)
    let (outputEnd, outputStart) = output.split()
    let (errorsEnd, errorsStart) = errors.split()
    close(outputStart)
    close(errorsStart)
    defer {
      close(outputEnd)
      close(errorsEnd)
    }
    var streams = [Stream(fd: outputEnd), Stream(fd: errorsEnd)]
    let end: End?
    do {
      end = try watch(pid, &streams, until: monotonicMilliseconds() + timeout, limit)
    } catch {
      kill(-pid, SIGKILL)
      _ = try? waitFor(pid)
      throw error
    }
    kill(-pid, SIGKILL)
    let status = try waitFor(pid)
    return Outcome(
      end: end ?? .exited(status), output: streams[0].text, errors: streams[1].text)
  }

  private struct Stream {
    let fd: Int32
    var bytes: [UInt8] = []
    var ended = false
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Takes what is there now.
    mutating func drain(limit: Int) {
      var buffer = [UInt8](repeating: 0, count: 64 << 10)
      while !ended, bytes.count <= limit {
        let count = retryingInterrupts { Glibc.read(fd, &buffer, buffer.count) }
        if count > 0 { bytes += buffer[..<count] }
        if count == 0 { ended = true }
        if count < 0 {
          ended = errno != EAGAIN
          return
        }
      }
    }
  }

  /// Collects output until the program has ended (nil), or has to be ended.
  private static func watch(
    _ pid: pid_t, _ streams: inout [Stream], until deadline: Int64, _ limit: Int
  ) throws -> End? {
    let process = FileDescriptor(
      owning: try check(dk_pidfd_open(pid, 0), "pidfd_open", "\(pid)"))
    while true {
      let left = deadline - monotonicMilliseconds()
      guard left > 0 else { return .late }
      var entries = [PollEntry(fd: process.number, events: .readable)]
      entries += streams.filter { !$0.ended }.map { PollEntry(fd: $0.fd, events: .readable) }
      try pollDescriptors(&entries, timeout: Int32(clamping: left))
      for index in streams.indices { streams[index].drain(limit: limit) }
      if streams.contains(where: { $0.bytes.count > limit }) { return .excessive }
      if !entries[0].ready.isEmpty { return nil }
    }
  }

  private static func spawn(
    _ arguments: [String], _ environment: [String: String], _ folder: String, _ output: Int32,
    _ errors: Int32
  ) throws -> pid_t {
    let null = try FileDescriptor.open("/dev/null", O_RDONLY)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    _ = dk_spawn_chdir(&actions, folder)
    for (from, to) in [(null.number, 0), (output, 1), (errors, 2)] {
      posix_spawn_file_actions_adddup2(&actions, from, Int32(to))
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP) | Int16(POSIX_SPAWN_SETSIGMASK))
    var argv = arguments.map { strdup($0) } + [nil]
    var envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in argv + envp { free(pointer) } }
    var pid: pid_t = 0
    let result = posix_spawnp(&pid, arguments[0], &actions, &attributes, &argv, &envp)
    guard result == 0 else { throw SyscallError("posix_spawn", arguments[0], errno: result) }
    return pid
  }
}

/// Waits until one of `pids` ends, at most `milliseconds`. Returns whether one did; a process that
/// is gone already counts.
package func waitForAnyEnd(of pids: [pid_t], milliseconds: Int32) -> Bool {
  var held: [Int32] = []
  defer { for fd in held { close(fd) } }
  for pid in pids {
    let pidfd = dk_pidfd_open(pid, 0)
    if pidfd < 0 { return true }
    held.append(pidfd)
  }
  var entries = held.map { PollEntry(fd: $0, events: .readable) }
  return (try? pollDescriptors(&entries, timeout: milliseconds)).map { $0 > 0 } ?? false
}
