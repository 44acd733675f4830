import Glibc
import Linux
import Support
import Testing

/// A program on a pseudo-terminal, and somebody in front of it.
final class Conversation {
  private let master: Int32
  private let pid: pid_t
  private var ended: Int32?
  /// Everything it has shown so far.
  private(set) var shown = ""
  private var seen = ""

  /// Starts `program` on a terminal of its own, which is also its controlling one.
  init(
    _ words: [String], program: String = Sandbox.binary, environment: [String: String],
    rows: UInt16 = 24, columns: UInt16 = 80
  ) throws {
    let (master, slave) = try Terminal.openPair()
    self.master = master
    try setInheritable(master, false)
    try WindowSize(rows: rows, columns: columns).apply(to: master)
    var variables = [
      "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/nowhere",
      "TERM": "xterm-256color",
    ]
    variables.merge(environment) { $1 }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // The first terminal that the leader of a session opens becomes its controlling terminal.
    posix_spawn_file_actions_addopen(&actions, 0, slave, O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, 0, 1)
    posix_spawn_file_actions_adddup2(&actions, 0, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    // POSIX_SPAWN_SETSID, which the Glibc module leaves out.
    let newSession: Int16 = 0x80
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK) | newSession)
    var argv = ([program] + words).map { strdup($0) } + [nil]
    var envp = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in argv + envp { free(pointer) } }
    var pid: pid_t = 0
    let result = posix_spawn(&pid, program, &actions, &attributes, &argv, &envp)
    self.pid = pid
    guard result == 0 else { throw SyscallError("posix_spawn", program, errno: result) }
  }

  deinit {
    if ended == nil {
      kill(pid, SIGKILL)
      _ = try? waitFor(pid)
    }
    close(master)
  }

  /// Types `text`, to the last byte.
  func type(_ text: String) { try? writeAll(master, text) }

  func resize(rows: UInt16, columns: UInt16) throws {
    try WindowSize(rows: rows, columns: columns).apply(to: master)
  }

  func signal(_ number: Int32) { kill(pid, number) }

  /// Waits until `text` is shown, after everything that was expected before. Colour codes and cursor
  /// movements are left out of what is compared.
  func expect(
    _ text: String, within seconds: Int = 20, _ place: Testing.SourceLocation = #_sourceLocation
  ) {
    let found = eventually(within: seconds) {
      listen()
      return seen.contains(text)
    }
    guard found, let range = seen.ranges(of: text).first else {
      Issue.record("not shown: \(text)\n--- but\n\(seen)", sourceLocation: place)
      return
    }
    seen = String(seen[range.upperBound...])
  }

  /// Takes in what has come.
  private func listen() {
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    var entries = [PollEntry(fd: master, events: .readable)]
    while ((try? pollDescriptors(&entries, timeout: 0)) ?? 0) > 0 {
      let count = read(master, &buffer, buffer.count)
      guard count > 0 else { return }
      waiting += buffer[..<count]
      let text = String(decoding: waiting, as: UTF8.self)
      // A letter may have come in halves.
      guard text.unicodeScalars.last != "\u{FFFD}" else { continue }
      waiting = []
      shown += text
      seen += Self.plain(text)
    }
  }

  private var waiting: [UInt8] = []

  /// `text` without escape sequences.
  private static func plain(_ text: String) -> String {
    var result = ""
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      guard scalar == "\u{1B}" else {
        result.unicodeScalars.append(scalar)
        continue
      }
      guard rest.first == "[" else { continue }
      rest = rest.dropFirst().drop { !(0x40...0x7E).contains($0.value) }.dropFirst()
    }
    return result
  }

  /// Waits for its end; nil when it does not come.
  func end(within seconds: Int = 20) -> Int32? {
    _ = eventually(within: seconds) {
      listen()
      var status: Int32 = 0
      guard waitpid(pid, &status, WNOHANG) == pid else { return false }
      ended = ExitStatus(waitStatus: status).code
      return true
    }
    listen()
    return ended
  }

  /// Whether the terminal collects lines and echoes, as a shell expects it.
  var isSane: Bool {
    var settings = termios()
    tcgetattr(master, &settings)
    let wanted = tcflag_t(ICANON | ECHO | ISIG)
    return settings.c_lflag & wanted == wanted
  }
}
