// A door of the lab's own to a Docker Engine: a Unix socket whose connections are passed on to the
// engine, byte by byte. Whoever comes through it meets the engine itself; only what programs print
// to a client that is attached to them is taken down on the way, since labs ask for it and the engine
// forgets it.
//
// A connection is a process of its own, which copies in both directions and ends with it. An end of
// input (shutdown(2)) is passed on like everything else: it is how `docker run -i` says that standard
// input has ended.
//
// Man pages: fork(2), poll(2), shutdown(2). Next: OutputFrames.swift.

import Glibc
import Linux
import Support

/// Passes connections on to a Docker Engine.
package struct DockerRelay {
  let engine: DockerAddress
  /// Where what is printed is taken down; nil when nobody wants to know.
  let outputs: String?

  package init(to engine: DockerAddress, outputs: String?) {
    self.engine = engine
    self.outputs = outputs
  }

  /// Serves at `path`, a socket of mode `mode`, until it is killed, and with `bound` no longer than
  /// whoever started it.
  package func serve(at path: String, mode: mode_t, bound: Bool, ready: () -> Void) throws -> Never
  {
    if bound { try ProcessControl.setParentDeathSignal(.kill) }
    // Nobody waits for the connections' processes.
    signal(SIGCHLD, SIG_IGN)
    signal(SIGPIPE, SIG_IGN)
    let listener = try UnixSocket.listen(at: path, backlog: 128)
    chmod(path, mode)
    ready()
    while true {
      guard let accepted = try UnixSocket.accept(listener.number) else { continue }
      let client = FileDescriptor(owning: accepted)
      if try forkProcess() == 0 {
        pass(client.number)
        _exit(0)
      }
    }
  }

  private func pass(_ client: Int32) {
    guard let connection = try? engine.connect() else { return refuse(client) }
    var listening = AttachedOutput(folder: outputs.map(OutputFolder.init))
    var buffer = [UInt8](repeating: 0, count: 32 << 10)
    var open = [client, connection.number]
    while !open.isEmpty {
      var entries = open.map { PollEntry(fd: $0, events: .readable) }
      guard (try? pollDescriptors(&entries, timeout: -1)) != nil else { return }
      for entry in entries where !entry.ready.isEmpty {
        let isClient = entry.fd == client
        let target = isClient ? connection.number : client
        let count = retryingInterrupts { read(entry.fd, &buffer, buffer.count) }
        guard count > 0 else {
          // The engine has said everything: nobody is left to be asked.
          guard isClient else { return }
          open.removeAll { $0 == client }
          InternetSocket.endOutput(target)
          continue
        }
        // Taken down before it is passed on: who has read it may look for it.
        if isClient {
          listening.asked(buffer[..<count])
        } else {
          listening.answered(buffer[..<count])
        }
        let written: Void? = buffer.withUnsafeBytes {
          try? writeAll(target, UnsafeRawBufferPointer(rebasing: $0[..<count]))
        }
        guard written != nil else { return }
      }
    }
  }

  private func refuse(_ client: Int32) {
    let body = "{\"message\":\"no Docker Engine answers at \(engine)\"}\n"
    try? writeAll(
      client,
      "HTTP/1.1 502 Bad Gateway\r\nContent-Type: application/json\r\n"
        + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n" + body)
  }
}

/// What is said on one connection, as far as it is a program's output.
private struct AttachedOutput {
  let folder: OutputFolder?
  /// What the last request attaches to.
  private var subject: String?
  /// When it did: a short program may have ended before the answer comes to be passed on.
  private var time: Int64 = 0
  private var file: Int32?
  /// The head of the answer, as far as it has come.
  private var head: [UInt8] = []
  private var frames = OutputFrames()
  private var room = DockerEvents.outputLimit
  private var isBuild = false

  init(folder: OutputFolder?) { self.folder = folder }

  /// The client has sent `bytes`: the beginning of a request, or more of one.
  mutating func asked(_ bytes: ArraySlice<UInt8>) {
    let isRemoval = bytes.starts(with: "DELETE ".utf8)
    guard let folder, file == nil, isRemoval || bytes.starts(with: "POST ".utf8) else { return }
    time = wallClockNanoseconds()
    head = []
    let line = String(decoding: bytes.prefix { $0 != 13 }, as: UTF8.self)
    let target = line.split(separator: " ").dropFirst().first ?? ""
    let path = target.prefix { $0 != "?" }.split(separator: "/")
    if isRemoval {
      subject = nil
      if let name = NameRemoval.subject(path) { _ = try? folder.open(name, since: time) }
      return
    }
    isBuild = path.last == "build"
    // /v1.41/build?t=site
    if isBuild {
      let tag = target.split { $0 == "?" || $0 == "&" }.first { $0.hasPrefix("t=") }
      subject = tag.map { "\(BuildTranscript.prefix)\($0.dropFirst(2))" }
      return
    }
    // /v1.41/exec/ID/start, /v1.41/containers/ID/attach
    guard let verb = path.last, path.count > 2,
      ["start exec", "attach containers"].contains("\(verb) \(path[path.count - 3])")
    else { return subject = nil }
    subject = String(path[path.count - 2])
  }

  /// The engine has sent `bytes`.
  mutating func answered(_ bytes: ArraySlice<UInt8>) {
    var bytes = bytes
    if file == nil {
      guard let name = subject else { return }
      // dockerd writes the head of an answer in several pieces.
      head += bytes
      guard let (text, start) = HTTPProbe.split(head) else {
        if head.count > 16 << 10 { subject = nil }
        return
      }
      guard
        text.hasPrefix("HTTP/1.1 101") || text.contains("vnd.docker.raw-stream")
          || isBuild && text.hasPrefix("HTTP/1.1 200"),
        let opened = try? folder?.open(name, since: time)
      else { return subject = nil }
      file = opened.release()
      if isBuild { (frames, room) = (OutputFrames(isPlain: true), BuildTranscript.limit) }
      bytes = head.dropFirst(start)
    }
    guard let file, room > 0, !bytes.isEmpty else { return }
    let text = frames.payload(bytes).prefix(room)
    room -= text.count
    text.withUnsafeBytes { _ = try? writeAll(file, $0) }
  }
}
