import CLinux
import FoundationEssentials
import Glibc
import Linux
import Support

// Those who talk to the monitor: each on a socket of its own, none of them trusted to stay, to
// read, or to speak the protocol.

/// One connection.
final class Client {
  let socket: Int32
  /// Bits as in `Frame.Kind.attach`.
  var streams: UInt8
  var waits: Bool
  var pending: [UInt8] = []
  var decoder = FrameDecoder()
  private(set) var isClosed = false

  init(socket: Int32, streams: UInt8 = 0, waits: Bool = false) {
    self.socket = socket
    self.streams = streams
    self.waits = waits
  }

  /// Whoever attached or waited has what it came for once the exit is recorded.
  var closesAtExit: Bool { waits || streams != 0 }

  /// What to wait for. Not `reading`: the program is behind with its stdin, the client must wait.
  func entry(reading: Bool) -> PollEntry {
    var events: PollEvents = reading ? .readable : []
    if !pending.isEmpty { events.insert(.writable) }
    return PollEntry(fd: socket, events: events)
  }

  func send(_ frame: Frame) {
    guard !isClosed else { return }
    pending += frame.encoded
    flush()
  }

  func flush() {
    while !pending.isEmpty && !isClosed {
      let sent = pending.withUnsafeBytes { bytes in
        Glibc.send(
          socket, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
      }
      if sent > 0 {
        pending.removeFirst(sent)
      } else if errno == EAGAIN || errno == EINTR {
        return
      } else {
        close()
      }
    }
  }

  func close() {
    guard !isClosed else { return }
    isClosed = true
    pending = []
    Glibc.close(socket)
  }
}

extension Monitor {
  func acceptClient() {
    guard let socket = (try? UnixSocket.accept(listener.number)) ?? nil else { return }
    try? setNonBlocking(socket)
    clients.append(Client(socket: socket))
  }

  func broadcast(_ frame: Frame) {
    for client in clients where client.closesAtExit { client.send(frame) }
  }

  /// Gives clients up to `milliseconds` to take what is meant for them.
  func flushClients(forAtMost milliseconds: Int64) {
    let until = monotonicMilliseconds() + milliseconds
    while true {
      for client in clients { client.flush() }
      var entries = clients.filter { !$0.isClosed && !$0.pending.isEmpty }
        .map { PollEntry(fd: $0.socket, events: .writable) }
      let rest = until - monotonicMilliseconds()
      if entries.isEmpty || rest <= 0 { break }
      _ = try? pollDescriptors(&entries, timeout: Int32(clamping: rest))
    }
  }

  /// Whether more has come from `client` than the program has read.
  func isBehind(_ client: Client) -> Bool {
    client.streams & 1 != 0 && pendingInput.count > 1 << 20
  }

  func handleClient(at index: Int, _ entry: PollEntry) {
    let client = clients[index]
    if entry.ready.contains(.writable) { client.flush() }
    guard !client.isClosed, !entry.ready.isDisjoint(with: [.readable, .hangUp, .error]) else {
      return
    }
    // A program that does not read its stdin makes the writer wait, not the monitor grow.
    if isBehind(client) && !entry.ready.contains(.hangUp) { return }
    let count = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16 << 10) { buffer in
      let count = retryingInterrupts { read(client.socket, buffer.baseAddress, buffer.count) }
      if count > 0 { client.decoder.append(buffer[..<count]) }
      return count
    }
    if count < 0 && errno == EAGAIN { return }
    if count <= 0 { return lose(client) }
    do {
      while let frame = try client.decoder.next() { handle(frame, from: client) }
    } catch {
      lose(client)
    }
  }

  private func lose(_ client: Client) {
    let fedInput = client.streams & 1 != 0
    client.close()
    if fedInput && request.stdinOnce { endInput() }
  }

  private func handle(_ frame: Frame, from client: Client) {
    switch frame.kind {
    case .attach:
      client.streams = frame.payload.first ?? 0
      client.send(Frame(.started, "\(pid)"))
    case .input: takeInput(frame.payload)
    case .inputEnd: if request.stdinOnce || request.script.terminal { endInput() }
    case .resize:
      guard frame.payload.count == 4, request.script.terminal, output >= 0 else { return }
      let values = frame.payload.map(UInt16.init)
      let size = WindowSize(
        rows: values[0] << 8 | values[1], columns: values[2] << 8 | values[3])
      if (try? size.apply(to: output)) != nil { record(.resized(size)) }
    case .signal:
      guard let number = Int32(frame.text) else { return }
      // As in Docker: whoever sends a signal by hand has taken over from the restart policy, unless
      // the container has a signal of its own for that, and this is another one.
      if !request.hasOwnStopSignal || [request.stopSignal, SIGKILL].contains(number) {
        stoppedByHand = true
      }
      deliver(number)
    case .stop:
      let parts = frame.text.split(separator: " ").compactMap { Int32($0) }
      guard parts.count == 2 else { return }
      client.waits = true
      stop(signal: parts[0], seconds: parts[1])
    case .wait: client.waits = true
    case .update: apply(frame.payload)
    case .network:
      do {
        // Between two runs there is nothing to change yet.
        guard pid > 0 else {
          throw SyscallError("network", "the container is restarting", errno: EAGAIN)
        }
        try hooks.changeNetwork(pid, frame.payload)
        client.send(Frame(.networkChanged))
      } catch {
        client.send(Frame(.networkChanged, "\(error)"))
      }
    default: lose(client)
    }
  }

  private func apply(_ bytes: [UInt8]) {
    guard let change = try? JSONDecoder().decode(MonitorUpdate.self, from: Data(bytes)) else {
      return
    }
    request.restart = change.restart
    request.script.cgroup?.resources = change.resources
    if let group = change.cgroup { cgroup = group }
    if memory?.watch == nil, pid > 0 { watchMemory() }
  }

  /// The stop signal now, SIGKILL after `seconds` (never when negative).
  func stop(signal number: Int32, seconds: Int32) {
    stoppedByHand = true
    guard pid > 0 else { return }
    deliver(number)
    if seconds >= 0 { killDeadline = monotonicMilliseconds() + Int64(seconds) * 1000 }
  }

  func enforceKillDeadline() {
    guard let deadline = killDeadline, monotonicMilliseconds() >= deadline else { return }
    killDeadline = nil
    deliver(SIGKILL)
  }

  private func deliver(_ number: Int32) {
    guard pid > 0 else { return }
    // The pid cannot have been used again: nobody but this process can collect it.
    kill(pid, number)
    // A frozen process dies only once it may run.
    if number == SIGKILL { try? cgroup?.thaw() }
  }
}
