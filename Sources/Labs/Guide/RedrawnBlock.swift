import Linux
import Support

/// Lines at the bottom of the screen that are drawn over. Only those that changed are written.
struct RedrawnBlock {
  private var shown: [String] = []
  private var columns = 0
  private var isHidden = false
  private var isResized = false
  /// Where the text goes.
  var write: (String) -> Void = { text in try? writeAll(1, text) }

  /// Puts `lines` in the place of the last ones. More than the screen holds are cut, with a line
  /// that says so.
  mutating func draw(_ lines: [String], _ facts: TerminalFacts, rows: Int) {
    let room = max(4, rows - 1)
    var lines = lines.map { $0.truncated(to: facts.columns) }
    if lines.count > room {
      let hidden = lines.count - room + 1
      lines = lines.prefix(room - 1) + [Style.dim("… +\(hidden)", on: facts)]
    }
    if isResized || facts.columns != columns { wipe() }
    columns = facts.columns
    guard lines != shown else { return }
    var text = isHidden ? "" : "\u{1B}[?25l"
    isHidden = true
    // Terminals that know nothing of synchronized updates ignore both marks.
    text += "\u{1B}[?2026h"
    if !shown.isEmpty { text += "\u{1B}[\(shown.count)A" }
    for (place, line) in lines.enumerated() {
      if place < shown.count, shown[place] == line {
        text += "\n"
      } else {
        text += "\r\(line)\u{1B}[K\n"
      }
    }
    text += (lines.count < shown.count ? "\r\u{1B}[J" : "\r") + "\u{1B}[?2026l"
    write(text)
    shown = lines
  }

  /// The terminal changed its size, and broke or moved the old lines as it liked: nobody can know where
  /// they stand, so the whole screen is wiped.
  private mutating func wipe() {
    if !shown.isEmpty { write("\u{1B}[H\u{1B}[2J") }
    shown = []
    isResized = false
  }

  /// The next drawing is a whole one, on an empty screen.
  mutating func resize() { isResized = true }

  /// Gives the cursor back, below the block.
  mutating func leave() {
    if isHidden { write("\u{1B}[?25h") }
    isHidden = false
    shown = []
  }
}
