// `run` and `exec` without --detach: this process stands in for the container's until it ends.
//
// The streams are the program's own already. What remains is to pass signals on, and with a
// terminal to carry the bytes between the user's and the container's.

import CLinux
import Glibc
import Linux
import Support

/// Waits for a child that is a process of a container.
package struct ForegroundProcess {
  let pid: pid_t
  /// The master end of its terminal; -1 without.
  let terminal: Int32

  package init(pid: pid_t, terminal: Int32 = -1) {
    self.pid = pid
    self.terminal = terminal
  }

  /// Keeps the master end of a new terminal, with the size of the user's own: before the program
  /// runs, which may ask for it at once.
  package static func adopt(terminal master: Int32) throws -> Int32 {
    if let size = WindowSize(of: 0) ?? WindowSize(of: 1) { try? size.apply(to: master) }
    return try duplicateDescriptor(master)
  }

  /// Its exit status, once it has ended.
  package func wait() throws -> Int32 {
    let forwarded = (Int32(1)...31).filter {
      ![SIGKILL, SIGSTOP, SIGCHLD, SIGPIPE, SIGURG, SIGSEGV, SIGBUS, SIGFPE, SIGILL].contains($0)
    }
    let signals = dk_signalfd(forwarded + [SIGCHLD], forwarded.count + 1)
    defer { close(signals) }
    let saved = terminal >= 0 && Terminal.isTerminal(0) ? try Terminal.makeRaw(0) : nil
    defer { if let saved { Terminal.restore(0, saved) } }
    var readsInput = terminal >= 0
    while true {
      var status: Int32 = 0
      if waitpid(pid, &status, WNOHANG) == pid {
        drainTerminal()
        return ExitStatus(waitStatus: status).code
      }
      var entries = [PollEntry(fd: signals, events: .readable)]
      if terminal >= 0 { entries.append(PollEntry(fd: terminal, events: .readable)) }
      if readsInput { entries.append(PollEntry(fd: 0, events: .readable)) }
      try pollDescriptors(&entries, timeout: -1)
      passSignals(signals)
      for entry in entries.dropFirst() where !entry.ready.isEmpty {
        if entry.fd == 0 {
          readsInput = copy(0, terminal)
        } else if !copy(terminal, 1) {
          usleep(1000)
        }
      }
    }
  }

  private func applySize() {
    if let size = WindowSize(of: 0) ?? WindowSize(of: 1) { try? size.apply(to: terminal) }
  }

  private func passSignals(_ signals: Int32) {
    var info = [UInt32](repeating: 0, count: 32)
    while read(signals, &info, 128) == 128 {
      let number = Int32(info[0])
      if number == SIGWINCH && terminal >= 0 {
        applySize()
      } else if number != SIGCHLD {
        kill(pid, number)
      }
    }
  }

  /// Copies what is there once. Whether there may be more.
  private func copy(_ from: Int32, _ to: Int32) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    let count = retryingInterrupts { read(from, &buffer, buffer.count) }
    guard count > 0 else { return false }
    buffer[..<count].withUnsafeBytes { try? writeAll(to, $0) }
    return true
  }

  private func drainTerminal() {
    guard terminal >= 0, (try? setNonBlocking(terminal)) != nil else { return }
    while copy(terminal, 1) {}
  }
}
