import Documents
import Glibc
import Linux
import Support

/// Where the runtime tells of warnings and errors: standard error, or the file of `--log`, from which
/// containerd's shim takes the last error. Formats as runc's: `text` and `json`.
struct OCILog {
  private var path: String?
  private var isJSON = false

  init() {}

  init(_ line: OCICommandLine) {
    path = line.value("log").flatMap { $0.isEmpty ? nil : $0 }
    isJSON = line.value("log-format") == "json"
  }

  /// A warning. A person at a terminal reads it in their language.
  func warn(_ texts: [Text]) {
    for text in texts {
      if path != nil || isJSON {
        write("warning", text.en)
      } else {
        StandardError.print("dklab: \(isatty(2) == 1 ? text() : text.en)")
      }
    }
  }

  /// The error the command ends with: in the log, and on standard error in any case.
  func fail(_ error: any Error) {
    let message = Self.text(error)
    if path != nil || isJSON { write("error", message) }
    if path == nil && isJSON { return }
    let language: Language = isatty(2) == 1 ? .current : .en
    let report = ErrorReport(program: "dklab", facts: .standardError, language: language)
    let shown = (error as? OCIFailure)?.error ?? error
    for line in report.lines(for: shown) { StandardError.print(line) }
  }

  private static func text(_ error: any Error) -> String {
    let error = (error as? OCIFailure)?.error ?? error
    guard let known = error as? DklabError else { return "\(error)" }
    let place = known.location.map { place in
      place.line > 0 ? "\(place.file):\(place.line):\(place.column): " : "\(place.file): "
    }
    return (place ?? "") + known.message(.en)
  }

  private func write(_ level: String, _ message: String) {
    let time = RFC3339.text(wallClockNanoseconds() / 1_000_000_000 * 1_000_000_000)
    let entry: JSONValue = [
      "level": .string(level), "msg": .string(message), "time": .string(time),
    ]
    let quoted = JSONValue.string(message).text()
    let line =
      (isJSON ? entry.text() : "time=\"\(time)\" level=\(level) msg=\(quoted)") + "\n"
    guard let path else { return StandardError.print(String(line.dropLast())) }
    guard
      let file = try? FileDescriptor.open(path, O_WRONLY | O_CREAT | O_APPEND, mode: 0o644)
    else { return StandardError.print(String(line.dropLast())) }
    try? writeAll(file.number, line)
  }
}
