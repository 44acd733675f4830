// `terminal COMMAND … <<END` in a lab's solution: a command that needs a terminal gets one, and what
// stands in the here-document is typed into it, line by line, as a patient person would: after the
// prompt has come, and not faster than the program answers.
//
// Man pages: pty(7), setsid(2), termios(3).

import Glibc
import Linux
import Support

/// The hidden entry point `dklab __terminal COMMAND …`.
package enum PlayedTerminal {
  private static let quiet: Int32 = 60
  private static let patience: Int64 = 20_000

  /// Runs `arguments` on a pseudo terminal, types standard input into it, copies what it shows to
  /// standard output, and returns its exit status.
  package static func run(_ arguments: [String]) -> Int32 {
    guard !arguments.isEmpty else { return 64 }
    do {
      let typed = String(decoding: try readAll(0, limit: 1 << 20), as: UTF8.self)
      let (master, slavePath) = try Terminal.openPair()
      try WindowSize(rows: 24, columns: 100).apply(to: master)
      let pid = try forkProcess()
      if pid == 0 { become(arguments, slavePath) }
      return try type(typed, into: master, of: pid)
    } catch {
      try? writeAll(2, "terminal: \(error)\n")
      return 126
    }
  }

  private static func become(_ arguments: [String], _ slavePath: String) -> Never {
    setsid()
    let slave = open(slavePath, O_RDWR)
    try? Terminal.setControlling(slave)
    for fd in Int32(0)...2 { dup2(slave, fd) }
    if slave > 2 { close(slave) }
    let argv = arguments.map { strdup($0) } + [nil]
    execvp(arguments[0], argv)
    try? writeAll(2, "terminal: \(arguments[0]): \(String(cString: strerror(errno)))\n")
    _exit(errno == ENOENT ? 127 : 126)
  }

  private static func type(_ text: String, into master: Int32, of pid: pid_t) throws -> Int32 {
    let deadline = monotonicMilliseconds() + patience
    var isOpen = show(master, first: 2000)
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    where isOpen {
      // Enter is a carriage return; the line discipline makes a line feed of it.
      try writeAll(master, line + "\r")
      isOpen = show(master, first: 1000)
    }
    if isOpen {
      try? writeAll(master, "\u{4}")
      while isOpen, monotonicMilliseconds() < deadline { isOpen = show(master, first: 500) }
    }
    if isOpen { kill(pid, SIGHUP) }
    close(master)
    return try waitFor(pid).code
  }

  /// Copies what appears until it is quiet, waiting up to `first` milliseconds for the first of it.
  /// False when the other end has closed.
  private static func show(_ master: Int32, first: Int32) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 4096)
    var timeout = first
    while true {
      var entries = [PollEntry(fd: master, events: .readable)]
      guard let count = try? pollDescriptors(&entries, timeout: timeout), count > 0 else {
        return true
      }
      let got = read(master, &buffer, buffer.count)
      guard got > 0 else { return false }
      try? buffer[..<got].withUnsafeBytes { try writeAll(1, $0) }
      timeout = quiet
    }
  }
}
