// A terminal that hands over single keys: no Enter needed, nothing echoed.
//
// The line discipline collects a line before anybody can read it (ICANON), shows what is typed
// (ECHO) and makes signals of Ctrl-C and Ctrl-Z (ISIG). All three are switched off, and only for as
// long as this program waits for a key: everything else runs with the settings it was started with.
// Whatever ends the program in between puts them back first; a shell that gets its terminal back
// without echo is useless to somebody who does not know `stty sane`.
//
// A child may leave worse behind: its own settings, and its own process group in the foreground, so
// that our next write to the settings would stop us (SIGTTOU). `run` takes both back.
//
// Man pages: termios(3), tcsetpgrp(3), signalfd(2), sigaction(2). Next: ChangeQueue.swift.

import CLinux
import Glibc
import Support

/// What a signal handler needs to put the terminal back.
private nonisolated(unsafe) let settingsToRestore = UnsafeMutablePointer<termios>.allocate(
  capacity: 1)
private nonisolated(unsafe) var mustRestore = false

/// The terminal of this process while it is used key by key. One at a time.
package final class KeyedTerminal {
  private let input: Int32
  private let saved: termios
  /// Readable when the size of the terminal changed, or when the program was continued after a stop.
  package let signals: FileDescriptor

  /// For the terminal behind `input`. Installs what puts it back if the program is ended.
  package init(_ input: Int32 = 0) throws {
    self.input = input
    var settings = termios()
    try check(tcgetattr(input, &settings), "tcgetattr", "fd \(input)")
    saved = settings
    settingsToRestore.initialize(to: settings)
    var watched = [SIGWINCH, SIGCONT]
    signals = FileDescriptor(owning: try check(dk_signalfd(&watched, 2), "signalfd"))
    for number in [
      SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV,
    ] {
      signal(number) { number in
        if mustRestore { tcsetattr(0, TCSANOW, settingsToRestore) }
        _ = Glibc.write(1, "\u{1B}[?25h", 6)
        signal(number, SIG_DFL)
        raise(number)
      }
    }
  }

  deinit { leave() }

  /// Single keys from here on. What was typed before stays and is read.
  package func enter() {
    var keyed = saved
    keyed.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
    keyed.c_iflag &= ~tcflag_t(ICRNL | IXON)
    mustRestore = true
    tcsetattr(input, TCSADRAIN, &keyed)
  }

  /// Lines and echo as before.
  package func leave() {
    guard mustRestore else { return }
    Terminal.restore(input, saved)
    mustRestore = false
  }

  /// Forgets keys that were pressed and not yet read: a yes must not come from before the question.
  package func flushInput() { tcflush(input, TCIFLUSH) }

  /// Forgets the signals that made `signals` readable. Whether there were any.
  @discardableResult
  package func drainSignals() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 128 * 8)
    return read(signals.number, &buffer, buffer.count) > 0
  }

  /// Stops this program as Ctrl-Z does. Returns when it is continued.
  package func suspend() {
    leave()
    kill(0, SIGTSTP)
  }

  /// Runs `body`, which becomes another program, as a child that has the terminal. Ctrl-C is the
  /// child's. However it ends, the terminal is ours and as it was afterwards.
  @discardableResult
  package func run(_ body: () -> Never) throws -> ExitStatus {
    leave()
    defer { takeBack() }
    return try inChildProgram(body)
  }

  private func takeBack() {
    let handler = signal(SIGTTOU, SIG_IGN)
    tcsetpgrp(input, getpgrp())
    Terminal.restore(input, saved)
    signal(SIGTTOU, handler)
  }
}

/// A line that nobody looking at the screen may read: a password.
package enum SecretLine {
  /// Writes `prompt` to standard error and reads a line of standard input without showing it; empty
  /// at the end of the input.
  package static func read(_ prompt: String) throws -> String {
    var saved = termios()
    let isTerminal = tcgetattr(STDIN_FILENO, &saved) == 0
    if isTerminal {
      var silent = saved
      silent.c_lflag &= ~tcflag_t(ECHO)
      try check(tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent), "tcsetattr", "standard input")
    }
    defer {
      if isTerminal {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved)
        ProgressLine.writeToStandardError("\n")
      }
    }
    ProgressLine.writeToStandardError(prompt)
    return readOneLine(STDIN_FILENO) ?? ""
  }
}
