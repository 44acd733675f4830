import CLinux
import Glibc
import Linux
import Support

// The container's streams: out to the log and to whoever is attached, in from whoever may write.

extension Monitor {
  /// A client that reads too slowly stops the reading of the container's output, so that memory
  /// stays bounded; the program then waits in write(2), as behind any pipe.
  var isBlockedByClient: Bool { clients.contains { $0.pending.count > 1 << 20 } }

  func streamEntries() -> [PollEntry] {
    var entries: [PollEntry] = []
    let reads = !isBlockedByClient
    if output >= 0 {
      var events: PollEvents = reads ? .readable : []
      if output == input && !pendingInput.isEmpty { events.insert(.writable) }
      entries.append(PollEntry(fd: output, events: events))
    }
    if errorOutput >= 0 && reads { entries.append(PollEntry(fd: errorOutput, events: .readable)) }
    // Not watched when there is nothing to write: a program that closed its stdin would make
    // poll(2) report it for ever.
    if input >= 0 && input != output && !pendingInput.isEmpty {
      entries.append(PollEntry(fd: input, events: .writable))
    }
    return entries
  }

  func handleStream(_ entry: PollEntry) {
    if entry.fd == input && !entry.ready.isDisjoint(with: [.writable, .error]) { writeInput() }
    guard entry.fd == output || entry.fd == errorOutput else { return }
    if !entry.ready.isDisjoint(with: [.readable, .hangUp, .error]) { readStream(entry.fd) }
  }

  /// Reads once. At the end of a stream its descriptor closes; on a pty that is EIO, and only when
  /// the last process that had it open is gone.
  @discardableResult
  private func readStream(_ fd: Int32) -> Bool {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16 << 10) { buffer in
      let count = retryingInterrupts { read(fd, buffer.baseAddress, buffer.count) }
      if count > 0 {
        deliver(Array(buffer[..<count]), isError: fd == errorOutput)
        return true
      }
      if count < 0 && errno == EAGAIN { return false }
      closeStream(fd)
      return false
    }
  }

  private func closeStream(_ fd: Int32) {
    close(fd)
    if fd == input { input = -1 }
    if fd == output { output = -1 }
    if fd == errorOutput { errorOutput = -1 }
  }

  private func deliver(_ bytes: [UInt8], isError: Bool) {
    log?.append(bytes[...], isError ? .errorOutput : .output)
    if !isError && captured.count < request.captureBytes {
      captured += bytes.prefix(request.captureBytes - captured.count)
    }
    let frame = Frame(isError ? .errorOutput : .output, bytes)
    let bit: UInt8 = isError ? 4 : 2
    for client in clients where client.streams & bit != 0 { client.send(frame) }
  }

  /// What the program wrote before it ended is still in the pipes. Its descendants may hold them
  /// open (with the host's pid namespace), so this never waits for the end of a stream.
  func drainStreams() {
    for fd in [output, errorOutput] where fd >= 0 {
      while readStream(fd) { flushClients(forAtMost: 0) }
    }
  }

  func takeInput(_ bytes: [UInt8]) {
    guard input >= 0, !inputEnded else { return }
    pendingInput += bytes
    writeInput()
  }

  func endInput() {
    // A terminal has no end of input: the client types the end-of-file character instead.
    guard !request.script.terminal, input >= 0 else { return }
    inputEnded = true
    writeInput()
  }

  private func writeInput() {
    while !pendingInput.isEmpty && input >= 0 {
      let written = pendingInput.withUnsafeBytes { bytes in
        retryingInterrupts { write(input, bytes.baseAddress, bytes.count) }
      }
      if written > 0 {
        pendingInput.removeFirst(written)
      } else if errno == EAGAIN {
        return
      } else {
        // The program closed its stdin: what comes now is nobody's.
        pendingInput = []
        if input != output { closeStream(input) }
      }
    }
    if inputEnded && pendingInput.isEmpty && input >= 0 && input != output { closeStream(input) }
  }
}
