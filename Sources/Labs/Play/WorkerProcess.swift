import Documents
import Engine
import Glibc
import Linux
import Support

/// This binary again, as a process that is asked by JSON documents and answers by JSON documents, one a
/// line. A process of its own, because an engine is opened by one thread, and because what takes the
/// worker along must not take its master.
final class WorkerProcess {
  /// Where its answers come from.
  let output: Int32
  let pid: pid_t
  private let input: Int32
  private var text: [UInt8] = []

  /// Starts it with `words` as its arguments.
  init(_ words: [String]) throws {
    let program = try File.link("/proc/self/exe")
    let toChild = try FileDescriptor.pipe().split()
    let fromChild = try FileDescriptor.pipe().split()
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, toChild.read, 0)
    posix_spawn_file_actions_adddup2(&actions, fromChild.write, 1)
    // The master ignores SIGPIPE; what runs in the worker must not.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var broken = sigset_t()
    sigemptyset(&broken)
    sigaddset(&broken, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &broken)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
    var argv = ([program] + words).map { strdup($0) } + [nil]
    defer { for pointer in argv { free(pointer) } }
    var child: pid_t = 0
    let result = posix_spawn(&child, program, &actions, &attributes, &argv, environ)
    for end in [toChild.read, fromChild.write] { close(end) }
    (pid, input, output) = (child, toChild.write, fromChild.read)
    guard result == 0 else { throw SyscallError("posix_spawn", program, errno: result) }
  }

  /// Asks it.
  func ask(_ question: some Encodable) throws {
    try writeAll(input, try JSONValue(encoding: question).text() + "\n")
  }

  /// Takes what it has written. Returns the answer once that is complete; throws when it has ended
  /// before.
  func take<Answer: Decodable>(_ type: Answer.Type) throws -> Answer? {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    let count = read(output, &buffer, buffer.count)
    guard count > 0 else {
      throw DklabError(
        .internal, id: "lab.player-ended",
        Text("the process that played it has ended", ko: "실습을 실행하던 프로세스가 끝났습니다"))
    }
    text += buffer[..<count]
    guard let end = text.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
    let line = String(decoding: text[..<end], as: UTF8.self)
    text.removeSubrange(...end)
    return try JSONValue.parse(line).decode(as: type)
  }

  /// Ends it at once.
  func end() { kill(pid, SIGKILL) }

  deinit {
    close(input)
    close(output)
    _ = try? waitFor(pid)
  }

  /// The worker's side: hands each line of standard input to `answer` until that ends. What is run
  /// meanwhile and prints does not print between the answers.
  static func serve<Question: Decodable, Answer: Encodable>(
    _ question: Question.Type, _ answer: (Question) -> Answer
  ) throws {
    let answers = FileDescriptor(owning: try check(dup(1), "dup"))
    try setInheritable(answers.number, false)
    try check(dup2(2, 1), "dup2")
    while let line = readLine() {
      let asked = try JSONValue.parse(line).decode(as: question)
      try writeAll(answers.number, try JSONValue(encoding: answer(asked)).text() + "\n")
    }
  }
}
