// What the student types. The shells append a line for each command to a file (that costs them
// nothing, where starting a program for each would be felt), and a command of the kit's that was
// refused adds why; the next look at the lab moves the lines into the journal, with the times at
// which they were written.

import Documents
import Engine
import Glibc
import Linux
import SQLite
import Support

/// The file the shells write to: lines `seconds.microseconds TAB status TAB folder TAB command`,
/// with `-` where the shell cannot know the status; `seconds.microseconds TAB ! TAB JSON` for what
/// was refused; and, before its commands, `seconds.microseconds TAB > TAB folder TAB line` for a line
/// as it was typed, whose own line ends are record separators (U+001E).
package struct CommandLog: Sendable {
  package let path: String

  /// One line of the file.
  enum Line: Equatable {
    case typed(Entry)
    case refused(time: Int64, attributes: [String: String])
    /// A whole line, which may be several commands, or a loop of them.
    case line(time: Int64, folder: String, text: String)
  }

  /// Takes down that `text` is being run in `folder`, by whom no shell takes anything down.
  package func note(line text: String, folder: String) {
    let now = wallClockNanoseconds()
    let fraction = String(1_000_000_000 + now % 1_000_000_000).dropFirst()
    let plain = text.replacing("\n", with: "\u{1E}")
    guard let file = try? FileDescriptor.open(path, O_WRONLY | O_APPEND | O_CREAT, mode: 0o644)
    else { return }
    try? writeAll(file.number, "\(now / 1_000_000_000).\(fraction)\t>\t\(folder)\t\(plain)\n")
  }

  /// Moves what was written since the last time into `journal`. Two who do so at the same time do
  /// not move a line twice: the file is taken away by a rename first. When the journal cannot be
  /// written, the lines stay for the next time.
  package func move(to journal: Journal) throws {
    let own = "\(path).\(getpid())"
    _ = rename(path, own)
    for file in try taken() {
      // One that belongs to a process which still runs is being moved by that one.
      let owner = file.split(separator: ".").last.flatMap { pid_t($0) } ?? 0
      if file != own, kill(owner, 0) == 0 || errno != ESRCH { continue }
      let lines = try File.text(file, limit: 16 << 20).split(separator: "\n").compactMap(Self.parse)
      try journal.append(lines.map(Self.entry))
      unlink(file)
    }
  }

  /// One command that was run.
  struct Entry: Equatable {
    var time: Int64
    /// Nil where the shell could not know it.
    var status: Int?
    var folder: String
    var command: String

    var attributes: [String: String] {
      var attributes = ["argv": command, "cwd": folder]
      attributes["exit"] = status.map(String.init)
      return attributes
    }
  }

  private func taken() throws -> [String] {
    let slash = path.lastIndex(of: "/") ?? path.startIndex
    let name = path[path.index(after: slash)...] + "."
    return try Directory.list(String(path[..<slash])).filter { $0.hasPrefix(name) }
      .map { path[..<slash] + "/" + $0 }
  }

  private static func entry(_ line: Line) -> Journal.NewEntry {
    switch line {
    case .typed(let entry):
      Journal.NewEntry(
        type: "command", action: "run", actor: "", name: firstWord(entry.command),
        attributes: entry.attributes, time: entry.time)
    case .refused(let time, let attributes):
      Journal.NewEntry(
        type: "command", action: "refuse", actor: "", name: firstWord(attributes["argv"] ?? ""),
        attributes: attributes, time: time)
    case .line(let time, let folder, let text):
      Journal.NewEntry(
        type: "shell", action: "line", actor: "", name: firstWord(text),
        attributes: ["argv": text, "cwd": folder], time: time)
    }
  }

  private static func firstWord(_ text: String) -> String {
    text.split(separator: " ").first.map(String.init) ?? ""
  }

  static func parse(_ line: Substring) -> Line? {
    let parts = line.split(separator: "\t", maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count >= 3 else { return nil }
    let clock = parts[0].split { $0 == "." || $0 == "," }
    guard let seconds = clock.first.flatMap({ Int64($0) }) else { return nil }
    let fraction = clock.count > 1 ? Int64((clock[1] + "000000000").prefix(9)) ?? 0 : 0
    let time = seconds * 1_000_000_000 + fraction
    if parts[1] == "!" {
      let text = parts.dropFirst(2).joined(separator: "\t")
      guard let record = (try? JSONValue.parse(text))?.object else { return nil }
      var attributes: [String: String] = [:]
      for (key, value) in record { attributes[key] = value.string }
      return .refused(time: time, attributes: attributes)
    }
    guard parts.count == 4 else { return nil }
    if parts[1] == ">" {
      return .line(
        time: time, folder: String(parts[2]),
        text: parts[3].replacing("\u{1E}", with: "\n").trimmed)
    }
    guard parts[1] == "-" || Int(parts[1]) != nil else { return nil }
    return .typed(
      Entry(
        time: time, status: Int(parts[1]), folder: String(parts[2]), command: String(parts[3])))
  }
}
