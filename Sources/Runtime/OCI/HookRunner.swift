// Hooks: programs that somebody else wants to run at a moment of a container's life.
//
// Each gets the container's state as JSON on its standard input and exactly the environment that
// the configuration gives. What it prints is kept, and told only if it fails. One that takes longer
// than it may is killed with all its children.
//
// Specification: runtime-spec config.md, "POSIX-platform Hooks"; runtime.md, "State".

import CLinux
import Documents
import Glibc
import Linux
import Support

/// What does not change in the state that hooks and `state` report.
package struct HookState: Sendable, Codable, Equatable {
  package var ociVersion: String
  package var id: String
  package var bundle: String
  package var annotations: [String: String]?

  /// The state as the specification writes it; `pid` 0 is left out.
  package func json(status: String, pid: pid_t) -> JSONValue {
    var result: JSONValue = [
      "ociVersion": .string(ociVersion), "id": .string(id), "status": .string(status),
    ]
    if pid != 0 { result["pid"] = .integer(Int64(pid)) }
    result["bundle"] = .string(bundle)
    if let annotations, !annotations.isEmpty {
      let sorted = annotations.sorted { $0.key < $1.key }
      result["annotations"] = .object(JSONObject(sorted.map { ($0.key, .string($0.value)) }))
    }
    return result
  }
}

/// Runs hooks of one container.
package struct HookRunner {
  let state: HookState
  let pid: pid_t

  package init(state: HookState, pid: pid_t) {
    self.state = state
    self.pid = pid
  }

  /// Runs `hooks` in order; the first that fails ends it with a `LaunchFailure`.
  package func run(_ hooks: [SpecHook], _ moment: HookMoment) throws {
    let input = state.json(status: moment.status, pid: pid).bytes()
    for (index, hook) in hooks.enumerated() {
      do {
        try run(hook, input, moment)
      } catch {
        throw LaunchFailure(
          operation: "hooks",
          message: "error running \(moment.rawValue) hook #\(index): \(hook.path): \(error)",
          exitCode: 1)
      }
    }
  }

  private struct Problem: Error, CustomStringConvertible {
    var description: String
  }

  private func run(_ hook: SpecHook, _ input: [UInt8], _ moment: HookMoment) throws {
    let stdin = FileDescriptor(owning: try check(dk_memfd_create("state", 1), "memfd_create"))
    try input.withUnsafeBytes { try writeAll(stdin.number, $0) }
    lseek(stdin.number, 0, SEEK_SET)
    let output = FileDescriptor(owning: try check(dk_memfd_create("output", 1), "memfd_create"))
    let child = try spawn(hook, stdin.number, output.number, moment)
    let pidfd = FileDescriptor(owning: try check(dk_pidfd_open(child, 0), "pidfd_open"))
    let isLate = try !waits(for: pidfd, hook.timeout)
    if isLate { kill(-child, SIGKILL) }
    let status = try waitFor(child)
    if isLate { throw Problem(description: "ran past its timeout of \(hook.timeout ?? 0) s") }
    guard status.code == 0 else {
      lseek(output.number, max(0, lseek(output.number, 0, SEEK_END) - 1000), SEEK_SET)
      let text = String(decoding: (try? readAll(output.number)) ?? [], as: UTF8.self)
      let end = status.signal.map { "killed by \(Signal(number: $0).name)" }
      throw Problem(
        description: (end ?? "exit status \(status.code)")
          + (text.isEmpty ? "" : ", output: \(text.split(separator: "\n").joined(separator: " "))"))
    }
  }

  /// Whether the process ended in time.
  private func waits(for pidfd: borrowing FileDescriptor, _ timeout: Int?) throws -> Bool {
    let deadline = timeout.map { monotonicMilliseconds() + Int64($0) * 1000 }
    while true {
      let rest = deadline.map { Int32(clamping: max(0, $0 - monotonicMilliseconds())) } ?? -1
      var entries = [PollEntry(fd: pidfd.number, events: .readable)]
      if try pollDescriptors(&entries, timeout: rest) > 0 { return true }
      if rest == 0 { return false }
    }
  }

  private func spawn(
    _ hook: SpecHook, _ input: Int32, _ output: Int32, _ moment: HookMoment
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if moment != .startContainer && File.isDirectory(state.bundle) {
      _ = dk_spawn_chdir(&actions, state.bundle)
    }
    posix_spawn_file_actions_adddup2(&actions, input, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, output, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETPGROUP))
    let arguments = (hook.args ?? []).isEmpty ? [hook.path] : hook.args ?? []
    let argv = arguments.map { strdup($0) } + [nil]
    let envp = (hook.env ?? []).map { strdup($0) } + [nil]
    defer { for pointer in argv + envp { free(pointer) } }
    var child: pid_t = 0
    let result = posix_spawn(&child, hook.path, &actions, &attributes, argv, envp)
    guard result == 0 else { throw SyscallError("exec", hook.path, errno: result) }
    return child
  }
}
