// What `dklab __engine` runs: a process without threads that does for the server what a process with
// threads must not do. It has no state that matters: the server may kill it, and when the server is
// killed it reads the end of its socket and goes.
//
// A monitor that it forks is its child. It collects those that have ended whenever it is awake.
//
// Next: WorkerPool.swift.

import Documents
import Engine
import FoundationEssentials
import Glibc
import Linux
import Runtime
import Support

/// The hidden entry point of the server's workers.
package enum EngineWorkerMain {
  /// The number under which a worker finds its socket.
  static let socket: Int32 = 3

  /// Serves requests until the server closes the connection.
  package static func run() -> Int32 {
    ProcessControl.setName("dklab:worker")
    closeDescriptors(from: socket + 1)
    do {
      try setInheritable(socket, false)
      let engine = try Engine.open()
      while let request = try nextRequest() { try serve(request, engine) }
      return 0
    } catch {
      try? writeAll(2, "dklab: worker: \(error)\n")
      return 1
    }
  }

  private static func nextRequest() throws -> WorkerRequest? {
    var entries = [PollEntry(fd: socket, events: .readable)]
    while try pollDescriptors(&entries, timeout: 1000) == 0 { collectChildren() }
    collectChildren()
    return try WorkerWire.receive(WorkerRequest.self, on: socket)
  }

  private static func collectChildren() {
    var status: Int32 = 0
    while waitpid(-1, &status, WNOHANG) > 0 {}
  }

  private static func serve(_ request: WorkerRequest, _ engine: Engine) throws {
    do {
      switch request {
      case .create(let spec, let image, let name):
        try answer(.done(.string(try create(spec, image, name, engine))))
      case .start(let id, let attach, let size):
        try start(id, attach, size, engine)
      case .exec(let id, let wish):
        try takeStreams()
        try engine.exec(try engine.container(id), wish)
      case .remove(let id, let force, let volumes):
        try engine.remove(try engine.container(id), force: force, volumes: volumes)
        try answer(.done(.null))
      case .createNetwork(let name, let wish):
        try answer(.done(.string(try engine.createNetwork(name, wish).id)))
      case .connect(let container, let network, let wish):
        try engine.connect(
          try engine.container(container), to: try engine.findNetwork(network), wish)
        try answer(.done(.null))
      case .disconnect(let container, let network, let force):
        do {
          try engine.disconnect(
            try engine.container(container), from: try engine.findNetwork(network))
        } catch let error as DklabError where force && error.code == .notFound {}
        try answer(.done(.null))
      case .removeNetwork(let network):
        try engine.removeNetwork(try engine.findNetwork(network))
        try answer(.done(.null))
      case .removeVolume(let name, let force):
        try engine.removeVolume(name, force: force)
        try answer(.done(.null))
      case .reconcile:
        let repairs = try engine.reconcile()
        try answer(.done(.array(repairs.map { .string($0.message.en) })))
      }
    } catch {
      try answer(.failed(EngineWorkerMain.failure(error)))
    }
  }

  private static func create(
    _ spec: ContainerSpec, _ image: String, _ name: String?, _ engine: Engine
  ) throws -> String {
    var generator = SystemRandomNumberGenerator()
    var attempt = 0
    let record = try engine.create(
      spec, image: try engine.images().resolve(image), name: name,
      // The client of a server that was killed asks the next one, and must not find its own container.
      isWanted: { serverIsThere }
    ) {
      defer { attempt += 1 }
      return RandomName.make(attempt: attempt, using: &generator)
    }
    return record.id
  }

  /// Whether the other end of the socket is open.
  private static var serverIsThere: Bool {
    var entries = [PollEntry(fd: socket, events: .readable)]
    guard (try? pollDescriptors(&entries, timeout: 0)) ?? 0 > 0 else { return true }
    return !entries[0].ready.contains(.hangUp)
  }

  private static func start(
    _ id: String, _ attach: UInt8?, _ size: WindowSize?, _ engine: Engine
  ) throws {
    let record = try engine.container(id)
    let attachment = attach.map { bits in
      MonitorClient.Attachment(
        input: bits & 1 != 0, output: bits & 2 != 0, errorOutput: bits & 4 != 0,
        terminal: record.spec.tty)
    }
    let client = try engine.start(
      record, options: StartOptions(attach: attachment, consoleSize: size))
    try answer(.descriptor)
    try sendDescriptor(socket, client.descriptorNumber, kind: 1)
  }

  private static func takeStreams() throws {
    for target in Int32(0)...2 {
      var (fd, byte) = (Int32(-1), [UInt8](repeating: 0, count: 1))
      guard receiveDescriptor(socket, &fd, &byte) == 1, fd >= 0 else {
        throw SyscallError("recvmsg", "standard streams")
      }
      try check(dup2(fd, target), "dup2", "standard streams")
      close(fd)
    }
  }

  private static func answer(_ answer: WorkerAnswer) throws {
    try WorkerWire.send(answer, on: socket)
  }

  /// Any error in a form that can travel.
  static func failure(_ error: any Error) -> DklabError {
    if let error = error as? DklabError { return error }
    return DklabError(.internal, id: "system", Text("\(error)", ko: "\(error)"))
  }
}
