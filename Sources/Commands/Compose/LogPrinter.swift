import Compose
import Engine
import Glibc
import Linux
import Support

/// Prints what several containers write, each line behind its container's name, in a colour of its own.
final class LogPrinter {
  private let hasColor: Bool
  private let hasPrefix: Bool
  private let hasTime: Bool
  private var names: [String] = []
  private var width = 0

  /// Docker Compose's order of colours.
  private static let colors: [Style] = {
    let base: [Style] = [.cyan, .yellow, .green, .magenta, .blue]
    return base + base.map { .bold + $0 }
  }()

  init(color: Bool = true, prefix: Bool = true, timestamps: Bool = false) {
    hasColor = color && TerminalFacts.standardOutput.hasColor
    hasPrefix = prefix
    hasTime = timestamps
  }

  /// What a container is called here: its name without the project's.
  static func shortName(_ record: ContainerRecord) -> String {
    let project = record.label(ComposeLabels.project) ?? ""
    return record.name.hasPrefix(project + "-")
      ? String(record.name.dropFirst(project.count + 1)) : record.name
  }

  /// Gives a name its colour and its place in the width.
  func register(_ name: String) {
    if !names.contains(name) { names.append(name) }
    width = max(width, name.count)
  }

  /// Prints one entry. False when nobody reads any more.
  func print(_ entry: LogEntry, of name: String) -> Bool {
    var text = entry.text
    if text.hasSuffix("\n") { text.removeLast() }
    if text.hasSuffix("\r") { text.removeLast() }
    let time = hasTime ? entry.time + " " : ""
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { prefix(name) + time + $0 + "\n" }
    do {
      fflush(nil)
      try writeAll(entry.isError ? STDERR_FILENO : STDOUT_FILENO, lines.joined())
      return true
    } catch {
      return false
    }
  }

  /// A line about a container: `web-1 exited with code 0`.
  func status(_ name: String, _ text: String) {
    fflush(nil)
    try? writeAll(STDOUT_FILENO, style(name, "\(name) \(text)") + "\n")
  }

  private func prefix(_ name: String) -> String {
    guard hasPrefix else { return "" }
    let pad = String(repeating: " ", count: max(0, width - name.count) + 1)
    return style(name, "\(name)\(pad) | ")
  }

  private func style(_ name: String, _ text: String) -> String {
    guard hasColor, let index = names.firstIndex(of: name) else { return text }
    return Self.colors[index % Self.colors.count](text, on: TerminalFacts.standardOutput)
  }
}
