// The board of a course shows who is stuck where, of those who want it to. What it is told is this value
// and nothing else: no line that was typed, no name, nothing of the machine. The last one that was sent
// stays on the student's disk, so that they can look at what the instructor sees.
//
// It is sent by a process of its own after a check, because sending takes threads and time and a check
// has neither.
//
// Next: Board.swift for the other side, Classroom's CourseClient.swift for the way there.

import Documents
import Engine
import Glibc
import Linux
import Support

/// What the board of a course is told of one student in one lab.
package struct BoardReport: Sendable, Codable, Hashable {
  package var student: String
  package var lab: String
  /// The step that was checked.
  package var step: String
  /// How many steps are done, of how many.
  package var done: Int
  package var steps: Int
  /// The ids of the checks that do not pass.
  package var failing: [String]
  /// When, in nanoseconds since 1970, by the student's clock.
  package var time: Int64

  package init(
    student: String, lab: String, step: String, done: Int, steps: Int, failing: [String],
    time: Int64
  ) {
    (self.student, self.lab, self.step, self.time) = (student, lab, step, time)
    (self.done, self.steps, self.failing) = (done, steps, failing)
  }

  /// A report is larger than this only if it is none.
  package static let sizeLimit = 16 << 10

  /// The document that is sent.
  package var text: String {
    get throws { try JSONValue(encoding: self).text(pretty: true) + "\n" }
  }

  /// Writes down what `report` says of the lab in `session`, and has it sent, if the student takes part
  /// in the board. Nothing that goes wrong here is the student's business.
  static func send(_ report: StepReport, _ session: LabSession) {
    guard let link = CourseLink.stored(root: session.root), link.isReporting,
      let membership = CourseMembership.stored(root: session.root),
      let done = try? session.progress.doneSteps()
    else { return }
    let own = BoardReport(
      student: membership.student, lab: session.lab.id, step: report.step.id, done: done.count,
      steps: session.lab.steps.count,
      failing: report.verdicts.filter(\.failed).map(\.check), time: wallClockNanoseconds())
    guard (try? own.store(root: session.root)) != nil else { return }
    startSender(session.root)
  }

  private static func path(_ root: DataRoot) -> String {
    CourseMembership.directory(root) + "/report.json"
  }

  private func store(root: DataRoot) throws {
    try File.replace(Self.path(root), try text, mode: 0o600, durable: false)
  }

  /// What was sent last, or is about to be; nil when there is nothing.
  package static func stored(root: DataRoot) -> BoardReport? {
    guard let text = try? File.text(path(root), limit: sizeLimit) else { return nil }
    return try? JSONValue.parse(text).decode(as: BoardReport.self)
  }

  /// A process without a terminal that nobody waits for.
  private static func startSender(_ root: DataRoot) {
    guard let program = try? File.link("/proc/self/exe") else { return }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for fd in Int32(0)...2 {
      posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0)
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // A session of its own: the terminal's signals do not reach it.
    posix_spawnattr_setflags(&attributes, 0x80)
    let words = [program, "class", "__report"]
    var argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = [strdup("DKLAB_ROOT=\(root.path)"), nil]
    defer { for pointer in argv + variables { free(pointer) } }
    var child: pid_t = 0
    _ = posix_spawn(&child, program, &actions, &attributes, &argv, &variables)
  }
}
