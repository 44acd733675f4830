// The other side of a monitor's socket: what `run`, `attach`, `stop`, `kill` and `wait` do.
//
// Attached with a terminal, this process is only a cable: the user's terminal is in raw mode, every
// byte goes to the container's pty and every byte from it comes back, and the line editing happens
// there. Two keys (Ctrl-P Ctrl-Q) are kept back to let go without ending anything.
//
// Next: Monitor+Clients.swift for the other end.

import CLinux
import FoundationEssentials
import Glibc
import Linux
import Support

/// A connection to one container's monitor.
package final class MonitorClient {
  private let socket: FileDescriptor
  private var decoder = FrameDecoder()
  /// The beginning of what was typed into a terminal, as far as `Attachment.keepsTyped` asks.
  package var typed: [UInt8] = []

  /// Takes over the control socket of a monitor that was just started.
  package init(owning socket: Int32) {
    self.socket = FileDescriptor(owning: socket)
  }

  /// Connects to a running monitor. Throws `SyscallError` ENOENT or ECONNREFUSED without one.
  package init(path: String) throws {
    socket = try UnixSocket.connect(to: path)
  }

  package func send(_ frame: Frame) throws {
    try frame.send(on: socket.number)
  }

  /// Lets a monitor that is a copy of this process begin: it has its request.
  package func letMonitorGo() throws {
    try writeAll(socket.number, "!")
  }

  /// The next frame; nil when the monitor has closed the connection.
  package func receive(timeout: Int32 = -1) throws -> Frame? {
    while true {
      if let frame = try decoder.next() { return frame }
      if timeout >= 0 {
        var entry = [PollEntry(fd: socket.number, events: .readable)]
        guard try pollDescriptors(&entry, timeout: timeout) > 0 else { return nil }
      }
      guard try fill() else { return nil }
    }
  }

  private func fill() throws -> Bool {
    try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64 << 10) { buffer in
      let count = retryingInterrupts { read(socket.number, buffer.baseAddress, buffer.count) }
      if count < 0 && errno == ECONNRESET { return false }
      try check(count, "read", "monitor")
      decoder.append(buffer[..<count])
      return count > 0
    }
  }

  /// How an attachment ended.
  package enum Outcome: Equatable {
    case exited(Int32)
    /// The detach keys were typed.
    case detached
    case failed(LaunchFailure)
    /// The monitor went away without a word: it was killed, and the container with it.
    case lost
  }

  /// What to connect with what.
  package struct Attachment {
    package var input: Bool
    package var output: Bool
    package var errorOutput: Bool
    package var terminal: Bool
    /// Bytes that let go, typed in a row; empty for none.
    package var detachKeys: [UInt8]
    /// Signals this process gets are passed on to the container.
    package var passesSignals: Bool
    /// How many bytes of what is typed into a terminal are remembered.
    package var keepsTyped = 0

    package init(
      input: Bool, output: Bool = true, errorOutput: Bool = true, terminal: Bool,
      detachKeys: [UInt8] = [16, 17], passesSignals: Bool = true
    ) {
      self.input = input
      self.output = output
      self.errorOutput = errorOutput
      self.terminal = terminal
      self.detachKeys = detachKeys
      self.passesSignals = passesSignals
    }

    /// As `Frame.Kind.attach` takes it.
    package var bits: UInt8 {
      (input ? 1 : 0) | (output ? 2 : 0) | (errorOutput ? 4 : 0)
    }
  }

  /// Waits for the first `started` or `failed`.
  package func awaitStart() throws -> Outcome? {
    while let frame = try receive() {
      switch frame.kind {
      case .started: return nil
      case .failed: return .failed(MonitorClient.failure(frame))
      default: continue
      }
    }
    return .lost
  }

  /// Waits for the exit and its record.
  package func awaitExit() throws -> Outcome {
    var code: Int32?
    while let frame = try receive() {
      switch frame.kind {
      case .exited: code = Int32(frame.text) ?? 255
      case .recorded: if let code { return .exited(code) }
      case .failed: return .failed(MonitorClient.failure(frame))
      default: continue
      }
    }
    return code.map { .exited($0) } ?? .lost
  }

  package static func failure(_ frame: Frame) -> LaunchFailure {
    (try? JSONDecoder().decode(LaunchFailure.self, from: Data(frame.payload)))
      ?? LaunchFailure(operation: "launch", message: frame.text)
  }

  /// Connects this process's streams until the container ends or lets go.
  package func relay(_ attachment: Attachment) throws -> Outcome {
    var relay = AttachRelay(client: self, attachment: attachment)
    return try relay.run()
  }

  var descriptor: Int32 { socket.number }

  /// The socket, borrowed.
  package var descriptorNumber: Int32 { socket.number }

  /// Frames that came with others and have not been taken yet.
  func buffered() throws -> [Frame] {
    var frames: [Frame] = []
    while let frame = try decoder.next() { frames.append(frame) }
    return frames
  }

  /// Frames that have arrived; nil at the end of the connection. Waits when there is nothing to read.
  package func receiveAvailable() throws -> [Frame]? {
    guard try fill() else { return nil }
    var frames: [Frame] = []
    while let frame = try decoder.next() { frames.append(frame) }
    return frames
  }
}
