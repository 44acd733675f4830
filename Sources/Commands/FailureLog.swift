import Documents
import Glibc
import Linux
import Support

/// In a lab, a command that was refused is remembered: the error's id, what it was about, and the
/// words that were typed. So a check can tell why there is no container without reading what was
/// printed. The line goes into the file the lab's shells write to, which also works when the
/// database does not.
enum FailureLog {
  /// Remembers `error`, when this is a lab (`DKLAB_COMMANDS` names the file).
  static func note(_ error: any Error, words: [String] = Array(CommandLine.arguments.dropFirst())) {
    VerbMain.report(error)
    switch error {
    case let error as DklabError:
      note(error.id, object: error.object, error.message, words)
    case let error as UsageError:
      let line = error.text.split(separator: "\n").first { !$0.allSatisfy(\.isWhitespace) }
      let text = line.map(String.init) ?? ""
      note("usage", object: nil, Text(text, ko: text), words)
    default: note("system", object: nil, Text("\(error)", ko: "\(error)"), words)
    }
  }

  private static func note(_ id: String, object: String?, _ message: Text, _ words: [String]) {
    guard let path = getenv("DKLAB_COMMANDS").map({ String(cString: $0) }), !path.isEmpty,
      words.first != "lab"
    else { return }
    var record = JSONObject([
      ("error", .string(id)), ("message", .string(message.en)), ("messageKo", .string(message.ko)),
      ("argv", .string(words.map(quoted).joined(separator: " "))),
    ])
    if let object { record["object"] = .string(object) }
    let now = wallClockNanoseconds()
    let fraction = String(1_000_000_000 + now % 1_000_000_000).dropFirst()
    let line =
      "\(now / 1_000_000_000).\(fraction)\t!\t"
      + JSONValue.object(record).text(pretty: false).replacing("\n", with: " ") + "\n"
    guard let file = try? FileDescriptor.open(path, O_WRONLY | O_APPEND | O_CREAT, mode: 0o644)
    else { return }
    try? writeAll(file.number, line)
  }

  /// `word` as one word of a command line.
  private static func quoted(_ word: String) -> String {
    let isPlain = !word.isEmpty && !word.contains { " \t\n'\"".contains($0) }
    return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
  }
}
