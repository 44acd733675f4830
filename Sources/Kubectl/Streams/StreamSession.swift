// `exec`, `attach` and `cp` talk to a container through a WebSocket whose messages begin with the
// number of their channel: 0 what we type, 1 and 2 what it writes, 3 how it ended, 4 the size of our
// terminal; 255 closes one. One poll(2) loop moves all of it.

import Documents
import Glibc
import HTTP
import Linux
import Support

/// A conversation with what runs in a container.
struct StreamSession {
  let socket: ClientWebSocket
  /// Where our input comes from; nil when there is none.
  var input: Int32?
  var isTerminal = false
  /// Where its output goes.
  var output: @Sendable ([UInt8]) -> Void = { Screen.write($0) }
  var errors: @Sendable ([UInt8]) -> Void = { bytes in
    bytes.withUnsafeBytes { try? writeAll(2, $0) }
  }

  static let protocols = ["v5.channel.k8s.io", "v4.channel.k8s.io"]

  /// Runs until the other side has ended; throws how it did when that was no success.
  func run() throws {
    var saved: termios?
    var windowSignals: FileDescriptor?
    if isTerminal, let input, Terminal.isTerminal(input) {
      saved = try Terminal.makeRaw(input)
      windowSignals = FileDescriptor(owning: try signalDescriptor([SIGWINCH]))
      try sendSize(of: input)
    }
    defer { if let saved, let input { Terminal.restore(input, saved) } }
    let signals = windowSignals?.number ?? -1
    var isReading = input != nil
    var pinged = monotonicMilliseconds()
    while true {
      var entries = [PollEntry(fd: socket.stream.descriptor, events: .readable)]
      if isReading, let input { entries.append(PollEntry(fd: input, events: .readable)) }
      if signals >= 0 { entries.append(PollEntry(fd: signals, events: .readable)) }
      try pollDescriptors(&entries, timeout: socket.hasInput ? 0 : 10_000)
      for entry in entries.dropFirst() where !entry.ready.isEmpty {
        if entry.fd == signals {
          var buffer = [UInt8](repeating: 0, count: 128)
          _ = read(signals, &buffer, buffer.count)
          if let input { try sendSize(of: input) }
        } else {
          isReading = try forward(entry.fd)
        }
      }
      if monotonicMilliseconds() - pinged > 30_000 {
        try socket.ping()
        pinged = monotonicMilliseconds()
      }
      guard socket.hasInput || !entries[0].ready.isEmpty else { continue }
      guard let message = try socket.receive(timeout: 0) else { return }
      if try handle(message) { return }
    }
  }

  /// Sends what we have; false at its end.
  private func forward(_ input: Int32) throws -> Bool {
    var buffer = [UInt8](repeating: 0, count: 32 << 10)
    let count = read(input, &buffer, buffer.count)
    if count > 0 {
      try socket.send([0] + buffer[..<count])
      return true
    }
    if count < 0 && (errno == EAGAIN || errno == EINTR) { return true }
    if socket.chosen == "v5.channel.k8s.io" { try socket.send([255, 0]) }
    return false
  }

  private func sendSize(of input: Int32) throws {
    guard let size = WindowSize(of: input) else { return }
    let text: JSONValue = [
      "Width": .integer(Int64(size.columns)), "Height": .integer(Int64(size.rows)),
    ]
    try socket.send([4] + text.bytes())
  }

  /// Takes one message; true when it was the end.
  private func handle(_ message: [UInt8]) throws -> Bool {
    guard let channel = message.first else { return false }
    let content = Array(message.dropFirst())
    switch channel {
    case 1: output(content)
    case 2: errors(content)
    case 3:
      try Self.check(content)
      return true
    default: break
    }
    return false
  }

  /// How it ended.
  static func check(_ content: [UInt8]) throws {
    guard let status = try? JSONValue.parse(content), status.text("status") != "Success" else {
      return
    }
    let causes = status.list("details", "causes")
    if let code = causes.first(where: { $0.text("reason") == "ExitCode" })?.text("message"),
      let number = Int32(code)
    {
      throw KubectlError(
        "command terminated with exit code \(code)", status: number, isBare: true)
    }
    throw KubectlError(status.text("message"))
  }
}
