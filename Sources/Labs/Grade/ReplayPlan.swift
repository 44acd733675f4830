// From a student's journal to what has to be done again: pure, so that it can be read and tested without
// running anything. Events are put in the order of their times, for a command is entered when it has
// ended and a line when it begins. What the student said to the kit (`lab check`, `lab hint`) and what
// only a person can do (editors, pagers) is left out; what an editor did is in the versions of the files.
//
// The times at which checks passed then say where to look now, and nothing more: whether they pass is
// found out by looking.
//
// Next: Correspondence.swift, SubmissionGrader.swift.

import Engine
import Support

/// One thing to be done again, or to be looked at.
enum ReplayStep: Sendable, Hashable {
  /// A line, what was typed into the programs it ran, how long it took, and its status if known.
  case line(text: String, typed: [String], milliseconds: Int64, status: Int?, created: [Created])
  /// The set-up of the lab (nil), of a step that was entered.
  case setup(step: String?)
  case undo(step: String)
  case files([FileChange])
  case answer(id: String, text: String, live: String?)
  /// Judge these steps. `claims` are those, and their checks (`STEP/CHECK`), that the student's own kit
  /// saw pass at that time: what is worth waiting for. Nil is all of them.
  case look(steps: [String], claims: Set<String>?)

  /// A container that the line made then.
  struct Created: Sendable, Hashable {
    var id: String
    var name: String
  }

  struct FileChange: Sendable, Hashable {
    var path: String
    var mode: UInt32
    /// Nil when the file was removed; empty when its content is not known.
    var digest: String?
  }
}

/// The whole way of one submission.
struct ReplayPlan: Sendable, Hashable {
  private(set) var steps: [ReplayStep] = []
  /// The steps of the lab that the kit solved on the student's behalf.
  private(set) var solvedByKit: Set<String> = []
  private(set) var lines = 0

  /// Lines that are the kit's, or nothing without a person.
  private static let leftOut: Set<String> = [
    "lab", "exit", "logout", "clear", "reset", "history", "fg", "bg", "vi", "vim", "nvim", "nano",
    "emacs", "pico", "joe", "micro", "code", "gedit", "less", "more", "most", "man", "info", "top",
    "htop", "watch", "ssh", "su", "sudo", "tmux", "screen",
  ]

  /// How many lines of a submission are done again at most.
  static let lineLimit = 2000
  /// How many looks a submission can ask for.
  static let lookLimit = 100

  init(_ submission: Submission, of lab: Lab) {
    let looks = Dictionary(
      grouping: submission.manifest.milestones.filter { lab.step($0.step) != nil }, by: \.time
    ).sorted { $0.key < $1.key }.prefix(Self.lookLimit).map { time, milestones in
      let claims = milestones.map { $0.step + ($0.check.isEmpty ? "" : "/\($0.check)") }
      return Event(
        time: time, rank: 3, id: 0,
        kind: .look(Set(milestones.map(\.step)).sorted(), claims: Set(claims)))
    }
    let events = submission.journal.compactMap { Event($0.entry) } + looks.map { $0 }
    var builder = Builder()
    for event in events.sorted(by: Event.before) { builder.take(event) }
    builder.finish()
    steps = [.setup(step: nil)] + builder.steps + [.look(steps: lab.steps.map(\.id), claims: nil)]
    solvedByKit = Set(
      submission.journal.map(\.entry).filter { $0.type == "lab" && $0.action == "solve" }
        .map(\.name))
    lines = builder.lines
  }

  /// Whether `line` is left out. One that is more than a single command is not.
  static func isLeftOut(_ line: String) -> Bool {
    let text = line.trimmed
    guard !text.isEmpty, !text.hasPrefix("#") else { return true }
    guard !text.contains(where: { ";|&\n<>`".contains($0) }) else { return false }
    var words = text.split(separator: " ").map(String.init)
    if words.count > 1, ["dklab", "docker"].contains(words[0]), words[1] == "lab" {
      words.removeFirst()
    }
    return words.first.map(leftOut.contains) ?? true
  }

  /// An entry that matters, at its time.
  private struct Event {
    enum Kind {
      case line(String)
      case typed(String)
      case ended(Int?)
      case created(ReplayStep.Created)
      case file(ReplayStep.FileChange)
      case answer(String, String, String?)
      case enter(String)
      case undo(String)
      case look([String], claims: Set<String>)
    }

    var time: Int64
    /// Between events of one time: looks come last.
    var rank: Int
    var id: Int64
    var kind: Kind

    init(time: Int64, rank: Int, id: Int64, kind: Kind) {
      (self.time, self.rank, self.id, self.kind) = (time, rank, id, kind)
    }

    init?(_ entry: JournalEntry) {
      let attributes = entry.attributes
      let kind: Kind
      switch (entry.type, entry.action) {
      case ("shell", "line"): kind = .line(attributes["argv"] ?? "")
      case ("shell", "input"): kind = .typed(attributes["input"] ?? "")
      case ("command", "run"): kind = .ended(attributes["exit"].flatMap { Int($0) })
      case ("container", "create"):
        kind = .created(ReplayStep.Created(id: entry.actor, name: entry.name))
      case ("file", "change"):
        kind = .file(
          ReplayStep.FileChange(
            path: entry.name, mode: UInt32(attributes["mode"] ?? "", radix: 8) ?? 0o644,
            digest: attributes["digest"] ?? ""))
      case ("file", "remove"):
        kind = .file(ReplayStep.FileChange(path: entry.name, mode: 0, digest: nil))
      case ("lab", "answer"):
        kind = .answer(attributes["id"] ?? "", attributes["text"] ?? "", attributes["live"])
      case ("lab", "enter"): kind = .enter(entry.name)
      case ("lab", "undo"): kind = .undo(entry.name)
      default: return nil
      }
      self.init(time: entry.time, rank: 1, id: entry.id, kind: kind)
    }

    static func before(_ left: Event, _ right: Event) -> Bool {
      (left.time, left.rank, left.id) < (right.time, right.rank, right.id)
    }
  }

  /// Puts events together: what belongs to a line comes after it.
  private struct Builder {
    struct Line {
      var text: String
      var begun: Int64
      var ended: Int64
      var typed: [String] = []
      var status: Int?
      var created: [ReplayStep.Created] = []
    }

    var steps: [ReplayStep] = []
    var lines = 0
    private var line: Line?
    private var files: [ReplayStep.FileChange] = []

    mutating func take(_ event: Event) {
      switch event.kind {
      case .line(let text):
        finish()
        line = Line(text: text, begun: event.time, ended: event.time)
      case .typed(let text):
        line?.typed.append(text)
        line?.ended = event.time
      case .ended(let status):
        line?.status = status
        line?.ended = event.time
      case .created(let container): line?.created.append(container)
      case .file(let change): files.append(change)
      case .answer(let id, let text, let live):
        finish()
        steps.append(.answer(id: id, text: text, live: live))
      case .enter(let step):
        finish()
        steps.append(.setup(step: step))
      case .undo(let step):
        finish()
        steps.append(.undo(step: step))
      case .look(let names, let claims):
        finish()
        if case .look(let before, let earlier?)? = steps.last {
          steps[steps.count - 1] = .look(
            steps: Set(before + names).sorted(), claims: earlier.union(claims))
        } else {
          steps.append(.look(steps: names, claims: claims))
        }
      }
    }

    /// Closes the line that is open, and what changed meanwhile.
    mutating func finish() {
      if let line, !ReplayPlan.isLeftOut(line.text), lines < ReplayPlan.lineLimit {
        lines += 1
        // A script with its own typist types for itself.
        let typed = line.text.contains("terminal ") ? [] : line.typed
        steps.append(
          .line(
            text: line.text, typed: typed, milliseconds: (line.ended - line.begun) / 1_000_000,
            status: line.status, created: line.created))
      }
      line = nil
      if !files.isEmpty { steps.append(.files(files)) }
      files = []
    }
  }
}
