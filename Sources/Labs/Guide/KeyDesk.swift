// The guide by single keys. The text scrolls as any program's does; only the last line, the one with
// the keys, is taken away and drawn again. So the student's terminal keeps everything in its
// scroll-back, and nothing flickers.

import Glibc
import Linux
import Support

/// The guide on a terminal.
final class KeyDesk: GuideDesk {
  let language: Language
  private let terminal: KeyedTerminal
  private var changes: ChangeQueue?
  private var keys = KeyQueue()
  /// Lines of a long text that have not been shown.
  private var pending: ArraySlice<String> = []
  private var pendingTotal = 0
  /// What to say about the last key, in the place of where the student is.
  private var notice: String?
  /// What stands in the last line of the screen.
  private var drawn = ""

  init(_ language: Language) throws {
    self.language = language
    terminal = try KeyedTerminal(0)
  }

  private var facts: TerminalFacts { TerminalFacts(of: 1) }

  func show(_ lines: [String]) {
    erase()
    pending = lines[...]
    pendingTotal = lines.count
    page()
  }

  /// As many of the waiting lines as fit, with one line kept for the keys and one to find the place.
  private func page() {
    let columns = facts.columns
    var room = max(4, Int(WindowSize(of: 1)?.rows ?? 24) - 2)
    var text = ""
    while let line = pending.first {
      room -= line.rows(in: columns)
      guard room >= 0 || text.isEmpty else { break }
      text += line + "\n"
      pending = pending.dropFirst()
    }
    write(text)
  }

  func request(_ state: GuideState, look: () -> GuideState?) -> GuideRequest {
    var state = state
    terminal.enter()
    defer { terminal.leave() }
    while true {
      draw(state)
      switch nextEvent() {
      case .resized: continue
      case .changed:
        // What the look itself leaves behind is no change.
        defer { changes?.drain() }
        guard let seen = look() else {
          erase()
          return .changed
        }
        state = seen
      case .closed: return .end
      case .key(let key):
        notice = nil
        if let request = request(key) {
          erase()
          echo(request)
          return request
        }
      }
    }
  }

  private func request(_ key: Key) -> GuideRequest? {
    switch key {
    case .interrupt, .endOfInput: return .command(.leave, "")
    case .suspend: suspend()
    case .enter, .character(" "), .down, .pageDown:
      guard !pending.isEmpty else { return nil }
      erase()
      page()
    case .left, .up, .pageUp: return .command(.show, "")
    case .character(let character):
      if let command = GuideCommand(key: character) { return .command(command, "") }
      notice = Text("`\(character)`: no such key, ? lists them", ko: "`\(character)`: 없는 키, ?로 목록")(
        language)
    default: return nil
    }
    return nil
  }

  private func suspend() {
    erase()
    terminal.suspend()
    terminal.enter()
  }

  /// What was asked for, so that the scroll-back can be read later.
  private func echo(_ request: GuideRequest) {
    guard case .command(let command, _) = request, command != .leave else { return }
    write("\n" + Style.dim("> \(command.label(language))", on: facts) + "\n")
  }

  private enum Event { case key(Key), resized, changed, closed }

  /// `typing` leaves Korean letters as they are; else they stand for the keys they were typed with.
  private func nextEvent(typing: Bool = false) -> Event {
    while true {
      if let key = typing ? keys.nextTyped() : keys.nextKey() { return .key(key) }
      var entries = [0, terminal.signals.number, changes?.descriptor ?? -1].map {
        PollEntry(fd: $0, events: .readable)
      }
      let count = (try? pollDescriptors(&entries, timeout: keys.isUnfinished ? 50 : -1)) ?? 0
      if count == 0 { keys.finish() }
      if !entries[1].ready.isEmpty {
        terminal.drainSignals()
        terminal.enter()
        return .resized
      }
      if !entries[0].ready.isEmpty {
        guard keys.read() else { return .closed }
        continue
      }
      if !entries[2].ready.isEmpty {
        // A command writes several times.
        usleep(60_000)
        changes?.drain()
        return .changed
      }
    }
  }

  func line(_ prompt: String) -> String? { edit(prompt) }

  /// What is asked about has to have been seen: the rest of a text that did not fit.
  private func showRest() {
    guard !pending.isEmpty else { return }
    erase()
    write(pending.map { $0 + "\n" }.joined())
    pending = []
  }

  /// A line with nothing but a backspace for an editor: Ctrl-C and Esc give up.
  private func edit(_ prompt: String) -> String? {
    var text = ""
    showRest()
    terminal.enter()
    defer { terminal.leave() }
    while true {
      let room = max(8, facts.columns - 1 - prompt.displayWidth)
      var shown = text
      while shown.displayWidth > room { shown.removeFirst() }
      replace(prompt + shown)
      guard case .key(let key) = nextEvent(typing: true) else { continue }
      switch key {
      case .enter:
        drawn = ""
        write("\n")
        return text.trimmed
      case .interrupt, .escape, .endOfInput:
        drawn = ""
        write("\n")
        return nil
      case .suspend: suspend()
      case .backspace: _ = text.popLast()
      case .character(let character): text.append(character)
      default: break
      }
    }
  }

  func choice(_ prompt: String) -> String? {
    showRest()
    terminal.enter()
    defer { terminal.leave() }
    replace(prompt)
    while true {
      guard case .key(let key) = nextEvent() else { continue }
      switch key {
      case .character(let character) where character != " ":
        drawn = ""
        write("\(character)\n")
        return String(character)
      case .enter, .escape, .interrupt, .endOfInput:
        drawn = ""
        write("\n")
        return nil
      case .suspend:
        suspend()
        replace(prompt)
      default: break
      }
    }
  }

  func confirm(_ question: String) -> Bool {
    terminal.flushInput()
    keys = KeyQueue()
    let answer = choice(question + Text(" [y/N] ", ko: " [y/N] ")(language))
    return YesNo.isYes(answer ?? "")
  }

  func watch(_ directories: [String]) { changes = try? ChangeQueue(directories) }

  func child(_ body: () -> Never) throws {
    erase()
    try terminal.run(body)
    changes?.drain()
  }

  private func draw(_ state: GuideState) {
    var state = state
    if let notice { state.place = notice }
    let shown = pending.isEmpty ? nil : (pendingTotal - pending.count) * 100 / max(1, pendingTotal)
    replace(KeyLine(state: state, shown: shown, language: language).text(facts))
  }

  /// Puts `text` into the last line. A line that has become too wide for a narrower terminal was
  /// broken by it, and takes as many rows as that.
  private func replace(_ text: String) {
    guard text != drawn || drawn.rows(in: facts.columns) > 1 else { return }
    erase()
    write(text)
    drawn = text
  }

  private func erase() {
    guard !drawn.isEmpty else { return }
    let above = drawn.rows(in: facts.columns) - 1
    write((above > 0 ? "\u{1B}[\(above)A" : "") + "\r\u{1B}[J")
    drawn = ""
  }

  private func write(_ text: String) { try? writeAll(1, text) }
}
