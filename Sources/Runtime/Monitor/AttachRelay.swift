import CLinux
import Glibc
import Linux
import Support

/// The loop of an attached client: terminal and signals on one side, frames on the other.
struct AttachRelay {
  let client: MonitorClient
  let attachment: MonitorClient.Attachment
  private var signals: Int32 = -1
  private var readsInput: Bool
  private var detach: DetachSequence
  private var exitCode: Int32?
  private var interrupts = 0

  init(client: MonitorClient, attachment: MonitorClient.Attachment) {
    self.client = client
    self.attachment = attachment
    readsInput = attachment.input
    detach = DetachSequence(attachment.terminal ? attachment.detachKeys : [])
  }

  mutating func run() throws -> MonitorClient.Outcome {
    let isTerminal = attachment.terminal && Terminal.isTerminal(0)
    let saved = isTerminal && attachment.input ? try Terminal.makeRaw(0) : nil
    defer { if let saved { Terminal.restore(0, saved) } }
    var watched = [SIGWINCH]
    if attachment.passesSignals { watched += [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2] }
    signals = dk_signalfd(watched, watched.count)
    defer { close(signals) }
    if attachment.terminal { sendSize() }
    for frame in try client.buffered() { if let outcome = handle(frame) { return outcome } }
    while true {
      var entries = [
        PollEntry(fd: client.descriptor, events: .readable),
        PollEntry(fd: signals, events: .readable),
      ]
      if readsInput { entries.append(PollEntry(fd: 0, events: .readable)) }
      try pollDescriptors(&entries, timeout: -1)
      if !entries[1].ready.isEmpty { try passSignals() }
      if !entries[0].ready.isEmpty {
        guard let frames = try client.receiveAvailable() else {
          return exitCode.map { .exited($0) } ?? .lost
        }
        for frame in frames { if let outcome = handle(frame) { return outcome } }
      }
      if entries.count > 2, !entries[2].ready.isEmpty, try !readInput() { return .detached }
    }
  }

  private mutating func handle(_ frame: Frame) -> MonitorClient.Outcome? {
    switch frame.kind {
    case .output: frame.payload.withUnsafeBytes { try? writeAll(1, $0) }
    case .errorOutput: frame.payload.withUnsafeBytes { try? writeAll(2, $0) }
    case .started: if attachment.terminal { sendSize() }
    case .failed: return .failed(MonitorClient.failure(frame))
    case .exited: exitCode = Int32(frame.text) ?? 255
    case .recorded: if let exitCode { return .exited(exitCode) }
    default: break
    }
    return nil
  }

  /// Returns false when the detach keys were typed.
  private mutating func readInput() throws -> Bool {
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    let count = retryingInterrupts { read(0, &buffer, buffer.count) }
    if count <= 0 {
      readsInput = false
      // On a terminal EIO means it hung up.
      try? client.send(Frame(.inputEnd))
      return true
    }
    let (passed, detached) = detach.filter(buffer[..<count])
    if attachment.terminal {
      client.typed += passed.prefix(max(0, attachment.keepsTyped - client.typed.count))
    }
    if !passed.isEmpty { try? client.send(Frame(.input, passed)) }
    return !detached
  }

  private mutating func passSignals() throws {
    var info = [UInt32](repeating: 0, count: 32)
    while read(signals, &info, 128) == 128 {
      if info[0] == UInt32(SIGWINCH) {
        if attachment.terminal { sendSize() }
      } else {
        try? client.send(Frame(.signal, "\(info[0])"))
        // As docker does: a program that will not end must not hold its caller for ever.
        if info[0] == UInt32(SIGINT) || info[0] == UInt32(SIGTERM) { interrupts += 1 }
        if interrupts == 3 {
          try? writeAll(2, "\ngot 3 SIGTERM/SIGINTs, forcefully exiting\n")
          _exit(1)
        }
      }
    }
  }

  private func sendSize() {
    guard let size = WindowSize(of: 0) ?? WindowSize(of: 1), size.rows > 0 else { return }
    let bytes = [size.rows >> 8, size.rows & 255, size.columns >> 8, size.columns & 255]
    try? client.send(Frame(.resize, bytes.map { UInt8(truncatingIfNeeded: $0) }))
  }
}

/// Recognises the detach keys in what is typed. A key that could begin the sequence is held back
/// until the next one decides, as in Docker.
package struct DetachSequence: Equatable, Sendable {
  let keys: [UInt8]
  private var matched = 0

  package init(_ keys: [UInt8]) {
    self.keys = keys
  }

  /// The bytes to pass on, and whether the sequence is complete.
  package mutating func filter(_ bytes: some Sequence<UInt8>) -> (passed: [UInt8], detached: Bool) {
    guard !keys.isEmpty else { return (Array(bytes), false) }
    var passed: [UInt8] = []
    for byte in bytes {
      if byte == keys[matched] {
        matched += 1
        if matched == keys.count { return (passed, true) }
        continue
      }
      passed += keys[..<matched]
      matched = 0
      if byte == keys[0] { matched = 1 } else { passed.append(byte) }
    }
    return (passed, false)
  }
}
