// Pseudo-terminals: what `-t` gives a container.
//
// A pty is a pair of character devices. The container holds the slave end and sees a terminal; the
// monitor holds the master end and sees a stream. Line editing, echo and Ctrl-C happen in the
// kernel between the two (the line discipline), so the user's own terminal is put into raw mode and
// only passes bytes on.
//
// Man pages: pty(7), termios(3), ioctl_tty(2). Next: Poll.swift.

import CLinux
import Glibc
import Support

/// A terminal's size in character cells.
package struct WindowSize: Sendable, Hashable, Codable {
  package var rows: UInt16
  package var columns: UInt16

  package init(rows: UInt16, columns: UInt16) {
    self.rows = rows
    self.columns = columns
  }

  /// Of the terminal behind `fd`; nil when there is none.
  package init?(of fd: Int32) {
    var rows: UInt16 = 0
    var columns: UInt16 = 0
    guard dk_get_winsize(fd, &rows, &columns) == 0 else { return nil }
    self.init(rows: rows, columns: columns)
  }

  /// Sets the size of the terminal behind `fd`; its foreground processes get SIGWINCH.
  package func apply(to fd: Int32) throws {
    try check(dk_set_winsize(fd, rows, columns), "ioctl", "TIOCSWINSZ")
  }
}

/// Opening pseudo-terminals and putting terminals into raw mode.
package enum Terminal {
  /// Opens a pty of the devpts instance at /dev/pts of the calling mount namespace; returns the
  /// master, which the caller closes, and the path of the slave.
  package static func openPair() throws -> (master: Int32, slavePath: String) {
    var master: Int32 = -1
    var path = [CChar](repeating: 0, count: 128)
    try check(dk_open_pty(&master, &path, path.count), "posix_openpt", "/dev/ptmx")
    let text = String(
      decoding: path.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return (master, text)
  }

  /// The slave end of the pty whose master end is `master`, whatever is mounted over its name.
  package static func openSlave(of master: Int32) throws -> FileDescriptor {
    FileDescriptor(owning: try check(dk_open_pty_peer(master), "ioctl", "TIOCGPTPEER"))
  }

  /// Whether `fd` is a terminal.
  package static func isTerminal(_ fd: Int32) -> Bool { isatty(fd) == 1 }

  /// Makes the terminal behind `fd` the controlling one of this session (TIOCSCTTY).
  package static func setControlling(_ fd: Int32) throws {
    try check(dk_set_controlling_terminal(fd), "ioctl", "TIOCSCTTY")
  }

  /// Puts the terminal behind `fd` into raw mode; give the result to `restore`.
  package static func makeRaw(_ fd: Int32) throws -> termios {
    var saved = termios()
    try check(tcgetattr(fd, &saved), "tcgetattr", "fd \(fd)")
    var raw = saved
    cfmakeraw(&raw)
    try check(tcsetattr(fd, TCSANOW, &raw), "tcsetattr", "fd \(fd)")
    return saved
  }

  /// Puts the settings `makeRaw` returned back, once what was written has been shown.
  package static func restore(_ fd: Int32, _ saved: termios) {
    var saved = saved
    tcsetattr(fd, TCSADRAIN, &saved)
  }
}
