// What the server and its workers say to each other: a length in four bytes (big endian) and a JSON
// document, on a socket pair. Descriptors travel beside it, one by one, each with a byte.
//
// Next: EngineWorker.swift, WorkerProcess.swift.

import Documents
import Engine
import FoundationEssentials
import Glibc
import Linux
import Support

/// Work that only a process without threads may do: what forks, clones or changes namespaces.
enum WorkerRequest: Sendable, Codable {
  /// Makes a container. Answered with its id.
  case create(spec: ContainerSpec, image: String, name: String?)
  /// Starts a container. Answered with the control connection to its monitor, as a descriptor; the
  /// caller waits on it for `started` or `failed`. `attach` are the bits of `Frame.Kind.attach`.
  case start(id: String, attach: UInt8?, size: WindowSize?)
  /// Becomes `exec`: three descriptors follow, which are its standard streams. The worker ends with
  /// the program's exit status; it answers only when nothing was started.
  case exec(id: String, wish: ExecWish)
  case remove(id: String, force: Bool, volumes: Bool)
  /// Answered with its id.
  case createNetwork(name: String, wish: NetworkWish)
  case connect(container: String, network: String, wish: EndpointWish)
  case disconnect(container: String, network: String, force: Bool)
  case removeNetwork(String)
  case removeVolume(name: String, force: Bool)
  /// Compares the records with the processes. Answered with what was repaired.
  case reconcile
}

/// How it went.
enum WorkerAnswer: Sendable, Codable {
  case done(JSONValue)
  /// One descriptor follows.
  case descriptor
  case failed(DklabError)
}

/// Reads and writes whole messages on a blocking socket.
enum WorkerWire {
  /// More than this is not from one of ours.
  static let limit = 16 << 20

  static func send(_ message: some Encodable, on socket: Int32) throws {
    let body = try JSONEncoder().encode(message)
    var bytes: [UInt8] = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: body.count >> $0) }
    bytes += body
    try bytes.withUnsafeBytes { try writeAll(socket, $0) }
  }

  /// The next message; nil at the end of the connection.
  static func receive<Message: Decodable>(_ type: Message.Type, on socket: Int32) throws
    -> Message?
  {
    guard let header = try read(4, socket) else { return nil }
    let count = header.reduce(0) { $0 << 8 | Int($1) }
    guard count <= limit, let body = try read(count, socket) else { return nil }
    return try JSONDecoder().decode(type, from: Data(body))
  }

  private static func read(_ count: Int, _ socket: Int32) throws -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let got = bytes.withUnsafeMutableBytes { buffer in
        retryingInterrupts {
          Glibc.read(socket, buffer.baseAddress?.advanced(by: done), count - done)
        }
      }
      if got < 0 && errno == ECONNRESET { return nil }
      try check(got, "read", "worker")
      if got == 0 { return nil }
      done += got
    }
    return bytes
  }
}
