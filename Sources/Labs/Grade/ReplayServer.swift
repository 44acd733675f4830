// What the first process of a sandbox does: it sets the lab up as on the student's machine, and then does
// what the grader outside asks for, one request a line, one reply a line, until that hangs up. It runs no
// code of the student's itself; it starts the shell that does.
//
// Next: SubmissionGrader.swift for the other end.

import Documents
import Engine
import Glibc
import Images
import Linux
import Support

/// Requests and replies of the conversation with a sandbox.
enum ReplayMessage {
  enum Request: Sendable, Codable {
    /// Run a line the student typed.
    case line(ReplayShell.Wish)
    /// Run a script of the lab's own, as its set-up is.
    case script(String)
    /// Bring files to what they were then.
    case files([FileState])
  }

  /// A file as it has to be; without content it has to be gone.
  struct FileState: Sendable, Codable, Hashable {
    var path: String
    var mode: UInt32 = 0o644
    var content: String?
  }

  struct Reply: Sendable, Codable {
    var outcome = ReplayShell.Outcome()
    /// What went wrong that is not the student's fault.
    var failed: String?
    /// Whether that is because this machine makes no sandboxes.
    var isForbidden = false
    /// Containers made meanwhile: id and name, in order.
    var created: [[String]] = []
  }
}

/// Process 1 of a sandbox.
struct ReplayServer {
  let lab: Lab
  let instance: String
  let variables: Variables
  let channel: Int32

  /// The lab's directory inside.
  static func directory(_ instance: String) -> String {
    "\(GradeSandbox.Inside.root)/labs/\(instance)"
  }

  /// Serves until the other end closes. Returns the exit status of the sandbox.
  func run() -> Int32 {
    signal(SIGPIPE, SIG_IGN)
    do {
      let bench = try prepare()
      let environment = environment(bench)
      let shell = ReplayShell(folder: bench.folder, environment: environment)
      try reply(ReplayMessage.Reply())
      var seen: Int64 = 0
      var touched: [String: String] = [:]
      while let request = try LineChannel.read(channel, as: ReplayMessage.Request.self) {
        var answer = ReplayMessage.Reply()
        do {
          switch request {
          case .line(let wish):
            let before = stamps(bench)
            answer.outcome = try shell.run(wish)
            touched = stamps(bench).filter { before[$0.key] != $0.value }
          case .script(let text):
            // A shell of its own, whose commands are not the student's.
            let kit = ReplayShell(
              folder: bench.folder,
              environment: environment.merging(["DKLAB_COMMANDS": "/dev/null"]) { $1 })
            answer.outcome = try kit.run(ReplayShell.Wish(text: text, milliseconds: 60_000))
            kit.end()
          case .files(let states):
            for state in states where touched[state.path] == nil { set(state, bench) }
          }
          (answer.created, seen) = created(since: seen)
        } catch {
          answer.failed = "\(error)"
        }
        try reply(answer)
      }
      return 0
    } catch {
      try? reply(ReplayMessage.Reply(failed: "\(error)"))
      return 1
    }
  }

  private func reply(_ answer: ReplayMessage.Reply) throws {
    try LineChannel.write(answer, to: channel)
  }

  /// Root, images and the lab's programs. Images stay where they are: links lead there.
  private func prepare() throws -> Workbench {
    let content = GradeSandbox.Inside.root + "/content"
    for name in ["blobs/sha256", "layers", "tmp"] {
      try Directory.make("\(content)/\(name)", mode: 0o700)
    }
    for place in ["blobs/sha256", "layers"] {
      for name in try Directory.list("\(GradeSandbox.Inside.images)/\(place)") {
        let target = "\(GradeSandbox.Inside.images)/\(place)/\(name)"
        try check(symlink(target, "\(content)/\(place)/\(name)"), "symlink", name)
      }
    }
    // What was written last may still be in the log beside the database.
    for name in ["content.db", "content.db-wal"] {
      guard let bytes = try? File.read("\(GradeSandbox.Inside.images)/\(name)") else { continue }
      try File.replace("\(content)/\(name)", bytes, mode: 0o600, durable: false)
    }
    let bench = try Workbench(
      directory: Self.directory(instance), program: GradeSandbox.Inside.program)
    try bench.prepare()
    // What the student asked the kit, and what it answered, is no part of the work.
    try File.replace(bench.binaries + "/lab", "#!/bin/sh\nexit 0\n", mode: 0o755, durable: false)
    return bench
  }

  private func environment(_ bench: Workbench) -> [String: String] {
    var result = bench.environment(
      lab: lab.id, instance: instance, root: DataRoot(path: GradeSandbox.Inside.root),
      variables: variables)
    result["HOME"] = GradeSandbox.Inside.home
    result["PATH"] =
      bench.binaries + ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    result["TERM"] = "xterm"
    result["LANG"] = "C.UTF-8"
    result["DKLAB_UPLINK"] = "none"
    // Root of a user namespace, as an ordinary user's containers run: see Rootless.
    result["DKLAB_ROOTLESS_UID"] = "0"
    for name in ["LC_ALL", "XDG_RUNTIME_DIR", "DKLAB_LABS", "SHELL", "DKLAB_LANG"] {
      result[name] = nil
    }
    return result
  }

  private func stamps(_ bench: Workbench) -> [String: String] {
    Dictionary(FileVersions.files(in: bench.folder).map { ($0.path, $0.stamp) }) { $1 }
  }

  /// A file that cannot be set is one the checks will miss; nothing else depends on it.
  private func set(_ state: ReplayMessage.FileState, _ bench: Workbench) {
    let parts = state.path.split(separator: "/", omittingEmptySubsequences: false)
    guard !parts.contains(""), !parts.contains(".."), !parts.contains(".") else { return }
    let path = "\(bench.folder)/\(state.path)"
    guard let content = state.content else {
      unlink(path)
      return
    }
    if let slash = path.lastIndex(of: "/") { try? Directory.make(String(path[..<slash])) }
    try? File.replace(path, Base64.bytes(content), mode: mode_t(state.mode & 0o777), durable: false)
    chmod(path, mode_t(state.mode & 0o777))
  }

  /// The containers that were made after the journal's entry `last`, and its last entry now.
  private func created(since last: Int64) -> ([[String]], Int64) {
    let root = DataRoot(path: GradeSandbox.Inside.root)
    guard File.exists(root.instance(instance) + "/engine.db"),
      let engine = try? Engine(root: root, instance: instance, creating: false),
      let entries = try? engine.journal.entries(since: last)
    else { return ([], last) }
    let made = entries.filter { $0.type == "container" && $0.action == "create" }
    return (made.map { [$0.actor, $0.name] }, entries.last?.id ?? last)
  }
}

/// JSON documents over a socket, one a line.
enum LineChannel {
  private static let limit = 96 << 20

  static func write(_ value: some Encodable, to socket: Int32) throws {
    try writeAll(socket, try JSONValue(encoding: value).text() + "\n")
  }

  /// The next document; nil at the end, or when nothing has come until `deadline`.
  static func read<Value: Decodable>(
    _ socket: Int32, as type: Value.Type, until deadline: Int64? = nil
  ) throws -> Value? {
    var line: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while line.last != UInt8(ascii: "\n"), line.count < limit {
      if let deadline {
        var entries = [PollEntry(fd: socket, events: .readable)]
        let left = deadline - monotonicMilliseconds()
        guard left > 0, try pollDescriptors(&entries, timeout: Int32(clamping: left)) > 0 else {
          return nil
        }
      }
      let count = retryingInterrupts { Glibc.read(socket, &buffer, buffer.count) }
      guard count > 0 else { return nil }
      line += buffer[..<count]
    }
    return try JSONValue.parse(String(decoding: line, as: UTF8.self)).decode(as: type)
  }
}

/// Bytes as letters (RFC 4648), for files inside JSON.
enum Base64 {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func text(_ bytes: [UInt8]) -> String {
    var result: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let value = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for place in 0..<4 {
        result.append(
          place <= group.count
            ? alphabet[value >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  static func bytes(_ text: String) -> [UInt8] {
    var result: [UInt8] = []
    var (value, bits) = (0, 0)
    for letter in text.utf8 {
      guard let place = alphabet.firstIndex(of: letter) else { continue }
      value = value << 6 | place
      bits += 6
      guard bits >= 8 else { continue }
      bits -= 8
      result.append(UInt8(value >> bits & 255))
    }
    return result
  }
}
