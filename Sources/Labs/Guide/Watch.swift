// `lab watch`: the verdicts of the step, as they change. The engine's database, the record of the
// student and the student's folder are watched with inotify, so that nothing runs while nothing
// happens; a slow look every few seconds is left for what no file tells of (a page that begins to
// answer, a file deep in a container).
//
// On a terminal the block of verdicts is drawn over: only the lines that changed, between the marks
// of a synchronized update where the terminal knows them, with the cursor hidden meanwhile. Where
// nothing may be drawn over, only what changed is printed.

import Glibc
import Linux
import Support

/// Shows the verdicts of a step until the student has had enough.
package final class Watch {
  private var session: LabSession
  /// The step to watch; nil follows the student.
  private let chosen: String?
  private let language: Language
  private var changes: ChangeQueue
  private let terminal: KeyedTerminal?
  private var block = RedrawnBlock()
  private var keys = KeyQueue()
  private var said: [String: String] = [:]
  private var saidStep = ""

  package init(_ session: LabSession, step: String?, language: Language = .current) throws {
    self.session = session
    self.language = language
    chosen = step
    if let step { _ = try session.step(step) }
    changes = try ChangeQueue([
      session.bench.directory, session.bench.folder, session.instance.engine.directory,
    ])
    let draws = TerminalFacts.standardOutput.redraws && Terminal.isTerminal(0)
    terminal = draws ? try KeyedTerminal(0) : nil
  }

  /// Runs until Ctrl-C, `q` or the end of the input. A step named by the student ends it, too, by
  /// being done.
  package func run() throws {
    terminal?.enter()
    defer {
      block.leave()
      terminal?.leave()
    }
    var idle = 0
    while true {
      if session.isStale { try reopen() }
      // Nothing has happened: a page that answered is asked again only now and then.
      session.sparesPages = idle % 10 != 0
      let step = try chosen.map(session.step) ?? session.currentStep() ?? session.lab.steps[0]
      let report = try session.check(step, waiting: false)
      // What the look left behind by itself is no change; a change meanwhile is seen a second later.
      let isLikelyOwn = changes.drain()
      if terminal == nil { say(report) } else { draw(report) }
      if chosen != nil, report.passes { return }
      switch wait(isLikelyOwn ? 1000 : 3000) {
      case .enough: return
      case .changed: idle = 0
      case .idle: idle = isLikelyOwn ? 0 : idle + 1
      }
    }
  }

  /// The lab was begun anew elsewhere. Thrown away for good, there is nothing left to watch.
  private func reopen() throws {
    let lab = session.lab
    // `undo` and `goto` throw it away and begin it again.
    let deadline = monotonicMilliseconds() + 3000
    while !LabSession.isOpen(session.root, session.instanceName) {
      guard monotonicMilliseconds() < deadline else { throw LabSession.resetMeanwhile(lab) }
      usleep(20_000)
    }
    session = try LabSession(
      lab, root: session.root, instance: session.instanceName, isRunning: true)
    changes = try ChangeQueue([
      session.bench.directory, session.bench.folder, session.instance.engine.directory,
    ])
  }

  private enum Outcome { case enough, changed, idle }

  /// Waits for a change, at most so many milliseconds, or until the student has had enough.
  private func wait(_ milliseconds: Int64) -> Outcome {
    let deadline = monotonicMilliseconds() + milliseconds
    while true {
      let rest = deadline - monotonicMilliseconds()
      guard rest > 0 else { return .idle }
      var entries = [
        PollEntry(fd: changes.descriptor, events: .readable),
        PollEntry(fd: terminal == nil ? -1 : 0, events: .readable),
        PollEntry(fd: terminal?.signals.number ?? -1, events: .readable),
      ]
      _ = try? pollDescriptors(&entries, timeout: Int32(rest))
      if !entries[2].ready.isEmpty {
        terminal?.drainSignals()
        terminal?.enter()
        block.resize()
        return .idle
      }
      if !entries[1].ready.isEmpty, isEnough() { return .enough }
      if !entries[0].ready.isEmpty {
        // A command of the engine writes more than once.
        usleep(80_000)
        changes.drain()
        return .changed
      }
    }
  }

  private func isEnough() -> Bool {
    guard keys.read() else { return true }
    while let key = keys.nextKey() {
      switch key {
      case .interrupt, .endOfInput, .character("q"): return true
      case .suspend:
        block.leave()
        terminal?.suspend()
        terminal?.enter()
      default: break
      }
    }
    return false
  }

  private func draw(_ report: StepReport) {
    let facts = TerminalFacts(of: 1)
    let rows = Int(WindowSize(of: 1)?.rows ?? 24)
    let view = StepView(session, facts: facts, language: language)
    let leave = Style.dim(Text("q leaves", ko: "q를 누르면 끝납니다")(language), on: facts)
    let end = report.passes ? view.doneLines(report) : [leave]
    var lines = view.heading(report.step) + [""] + view.lines(report) + end
    if lines.count >= rows {
      lines = view.heading(report.step) + view.shortLines(report) + [view.count(report)] + end
    }
    block.draw(lines, facts, rows: rows)
  }

  /// Prints the verdicts that are not what they were.
  private func say(_ report: StepReport) {
    let facts = TerminalFacts.standardOutput
    let view = StepView(session, facts: facts, language: language)
    var lines: [String] = []
    if saidStep != report.step.id {
      (saidStep, said) = (report.step.id, [:])
      lines += view.heading(report.step)
    }
    var isNew = false
    for (id, text) in view.linesByCheck(report) {
      let joined = text.joined(separator: "\n")
      guard said[id] != joined else { continue }
      said[id] = joined
      lines += text
      isNew = true
    }
    guard isNew else { return }
    lines += [view.count(report)]
    if report.passes { lines += view.doneLines(report) }
    try? writeAll(1, lines.map { $0 + "\n" }.joined())
  }
}
