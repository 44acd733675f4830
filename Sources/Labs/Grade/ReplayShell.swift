// The shell in which a student's lines run again. It is one shell for all of them, as it was for the
// student: folder, variables and functions go from line to line. It sits on a terminal of its own, for
// much that students type needs one; what they typed into a program then is typed again, piece by piece
// and not before the program is quiet, as a person would.
//
// The lines come to bash through a pipe, not through the terminal, so that no program can swallow the
// next one; the status of each goes back through another. A program may write into both: the worst it
// can do is to end its own shell, and the next line gets a new one.
//
// Man pages: pty(7), setsid(2), bash(1) "eval". Next: ReplayServer.swift.

import Glibc
import Linux
import Support

/// A bash on a pseudo terminal, in the sandbox.
final class ReplayShell {
  /// How a line came to its end.
  struct Outcome: Sendable, Codable, Hashable {
    /// Nil when it had to be ended.
    var status: Int?
    var late = false
    var excessive = false
    var milliseconds: Int64 = 0
    /// The end of what it printed.
    var tail = ""
  }

  /// What to type, for how long, and whether the student had interrupted it.
  struct Wish: Sendable, Codable, Hashable {
    var text: String
    var typed: [String] = []
    /// When it is given up if nothing moves any more, and when in any case. A machine with much to do
    /// is slow, and that is nobody's fault.
    var milliseconds: Int64 = 10_000
    var atMost: Int64 = 40_000
    var interruptAfter: Int64?
    var outputLimit = 4 << 20
  }

  /// Nothing has moved when nobody was busy for so long, in milliseconds.
  private static let stillness: Int64 = 3000

  private static let loop = """
    __dklab_next() { IFS= read -r -d '' -u 9 __dklab_replay; }
    __dklab_done() { printf '%s\\0' "$1" >&8; __dklab_told=1; }
    __dklab_told() { [ -n "$__dklab_told" ] || __dklab_done 2; }
    shopt -s expand_aliases
    trap : INT
    while __dklab_next; do
      __dklab_told=
      eval "$__dklab_replay"$'\\n''__dklab_done "$?"'
      __dklab_told
    done

    """

  private let folder: String
  private let environment: [String: String]
  private var master: Int32 = -1
  private var lines: Int32 = -1
  private var statuses: Int32 = -1
  private var pid: pid_t = 0
  private var settings = termios()

  init(folder: String, environment: [String: String]) {
    self.folder = folder
    self.environment = environment
  }

  deinit { end() }

  /// Runs a line to its end, or ends it.
  func run(_ wish: Wish) throws -> Outcome {
    if pid == 0 { try start() }
    drainStatuses()
    tcsetattr(master, TCSANOW, &settings)
    var outcome = Outcome()
    let begun = monotonicMilliseconds()
    guard wish.text.utf8.count < 60_000, !wish.text.utf8.contains(0),
      (try? writeAll(lines, wish.text + "\0")) != nil
    else {
      end()
      outcome.tail = "this line cannot be run"
      return outcome
    }
    var typist = Typist(wish.typed, interruptAfter: wish.interruptAfter, begun)
    var output = Tail()
    var (lastBusy, nextSample) = (begun, begun + 1000)
    while true {
      let now = monotonicMilliseconds()
      outcome.milliseconds = now - begun
      if now >= nextSample {
        nextSample = now + 500
        if Self.isAnybodyBusy() { lastBusy = now }
      }
      let isIdle = now - lastBusy >= Self.stillness
      if now - begun >= wish.atMost || (now - begun >= wish.milliseconds && isIdle) {
        outcome.late = true
      }
      if output.count > wish.outputLimit { outcome.excessive = true }
      if outcome.late || outcome.excessive { break }
      if let piece = typist.piece(at: now) { try? writeAll(master, piece) }
      var entries = [
        PollEntry(fd: statuses, events: .readable), PollEntry(fd: master, events: .readable),
      ]
      let left = min(wish.atMost - (now - begun), typist.isBusy ? 20 : 500)
      try pollDescriptors(&entries, timeout: Int32(clamping: left))
      if !entries[1].ready.isEmpty, output.take(from: master) {
        typist.heard(monotonicMilliseconds())
      }
      if !entries[0].ready.isEmpty {
        guard let status = readStatus() else { break }
        outcome.status = status
        break
      }
      while reapAny(except: pid) {}
    }
    while output.take(from: master) {}
    outcome.tail = output.text
    if outcome.status == nil { stop() }
    return outcome
  }

  /// Whether a process of the sandbox runs, wants to run, or waits for a disk.
  private static func isAnybodyBusy() -> Bool {
    ((try? Directory.list("/proc")) ?? []).compactMap { pid_t($0) }.contains { process in
      process != getpid() && ProcessStat(of: process).map { "RD".contains($0.state) } == true
    }
  }

  /// Ends what the line has left running in front: asked first, then not.
  private func stop() {
    try? writeAll(master, "\u{3}")
    if awaitStatus(300) { return }
    for process in followers() { kill(process, SIGKILL) }
    if awaitStatus(1000) { return }
    end()
  }

  private func awaitStatus(_ milliseconds: Int32) -> Bool {
    var entries = [PollEntry(fd: statuses, events: .readable)]
    _ = try? pollDescriptors(&entries, timeout: milliseconds)
    return !entries[0].ready.isEmpty && readStatus() != nil
  }

  /// The processes of the shell's session, without the shell.
  private func followers() -> [pid_t] {
    ((try? Directory.list("/proc")) ?? []).compactMap { pid_t($0) }.filter { process in
      process != pid && process != getpid() && getsid(process) == pid
    }
  }

  private func readStatus() -> Int? {
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    while bytes.count < 16 {
      let count = retryingInterrupts { read(statuses, &byte, 1) }
      guard count == 1 else { return nil }
      if byte == 0 { return Int(String(decoding: bytes, as: UTF8.self)) ?? 255 }
      bytes.append(byte)
    }
    return 255
  }

  private func drainStatuses() {
    var buffer = [UInt8](repeating: 0, count: 4096)
    var entries = [PollEntry(fd: statuses, events: .readable)]
    while let count = try? pollDescriptors(&entries, timeout: 0), count > 0,
      read(statuses, &buffer, buffer.count) > 0
    {}
  }

  private func start() throws {
    let (master, slave) = try Terminal.openPair()
    try setInheritable(master, false)
    try WindowSize(rows: 24, columns: 100).apply(to: master)
    let (lineReader, lineWriter) = try FileDescriptor.pipe().split()
    let (statusReader, statusWriter) = try FileDescriptor.pipe().split()
    let script = CommandRecorder.bashScript() + Self.loop
    let memory = try createMemoryFile("dklab-replay")
    try writeAll(memory, script)
    let child = try forkProcess()
    if child == 0 { become(slave, lineReader, statusWriter, memory) }
    for fd in [lineReader, statusWriter, memory] { close(fd) }
    (self.master, lines, statuses, pid) = (master, lineWriter, statusReader, child)
    try setNonBlocking(master)
    tcgetattr(master, &settings)
  }

  private func become(_ slave: String, _ lines: Int32, _ statuses: Int32, _ script: Int32) -> Never
  {
    setsid()
    let terminal = open(slave, O_RDWR)
    try? Terminal.setControlling(terminal)
    // Numbers that are free in the copy: everything of the driver's is closed below.
    let moved = [script, statuses, lines].enumerated().map { place, fd in
      (try? duplicate(fd, above: 20 + Int32(place))) ?? -1
    }
    for fd in Int32(0)...2 { dup2(terminal, fd) }
    for (place, fd) in moved.enumerated() { dup2(fd, 7 + Int32(place)) }
    closeDescriptors(except: [7, 8, 9])
    chdir(folder)
    try? ProcessControl.setDumpable(true)
    clearenv()
    for (name, value) in environment { setenv(name, value, 1) }
    let words = ["bash", "--norc", "--noprofile", "/proc/self/fd/7"]
    let argv = words.map { strdup($0) } + [nil]
    execvp("bash", argv)
    _exit(127)
  }

  /// Ends the shell and what runs in its session.
  func end() {
    guard pid > 0 else { return }
    for process in followers() { kill(process, SIGKILL) }
    kill(pid, SIGKILL)
    _ = try? waitFor(pid)
    for fd in [master, lines, statuses] { close(fd) }
    pid = 0
  }
}

/// Collects a zombie that was left to process 1; false when there is none. The shell is not one.
private func reapAny(except shell: pid_t) -> Bool {
  var info = siginfo_t()
  guard waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 else { return false }
  let process = info._sifields._sigchld.si_pid
  guard process > 0, process != shell else { return false }
  return waitpid(process, nil, WNOHANG) == process
}

/// The end of what a program prints, and how much that was.
private struct Tail {
  private static let limit = 2000
  private var bytes: [UInt8] = []
  private(set) var count = 0

  var text: String { String(decoding: bytes.suffix(Self.limit), as: UTF8.self).printable }

  /// Takes what is there; false when nothing is.
  mutating func take(from fd: Int32) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 32 << 10)
    let got = retryingInterrupts { read(fd, &buffer, buffer.count) }
    guard got > 0 else { return false }
    count += got
    bytes += buffer[..<got]
    if bytes.count > 4 * Self.limit { bytes.removeFirst(bytes.count - Self.limit) }
    return true
  }
}

/// Somebody at the keyboard: types the next piece when the program has been quiet.
private struct Typist {
  private static let quiet: Int64 = 60
  private static let patience: Int64 = 2000
  private var pieces: [String]
  private var interruptAt: Int64?
  private var lastTyped: Int64
  private var lastHeard: Int64?

  init(_ typed: [String], interruptAfter: Int64?, _ now: Int64) {
    pieces = typed.flatMap(Self.cut)
    interruptAt = interruptAfter.map { now + $0 }
    lastTyped = now
  }

  var isBusy: Bool { !pieces.isEmpty || interruptAt != nil }

  mutating func heard(_ now: Int64) { lastHeard = now }

  mutating func piece(at now: Int64) -> String? {
    if let moment = interruptAt, now >= moment {
      interruptAt = now + 1000
      return "\u{3}"
    }
    guard let first = pieces.first else { return nil }
    let isQuiet = lastHeard.map { $0 >= lastTyped && now - $0 >= Self.quiet } ?? false
    guard isQuiet || now - lastTyped >= Self.patience else { return nil }
    pieces.removeFirst()
    lastTyped = now
    lastHeard = nil
    return first
  }

  /// Up to each return, interrupt or end of input: there a person waits for what comes.
  private static func cut(_ text: String) -> [String] {
    var pieces: [String] = []
    var piece = ""
    for scalar in text.unicodeScalars {
      piece.unicodeScalars.append(scalar)
      if ["\r", "\n", "\u{3}", "\u{4}"].contains(scalar) {
        pieces.append(piece)
        piece = ""
      }
    }
    return piece.isEmpty ? pieces : pieces + [piece]
  }
}
