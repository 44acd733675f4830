import Glibc

/// How an error is told to the user:
///
///     dklab: compose.yaml:3:5: unknown field `imgae`
///       3 |     imgae: nginx
///         |     ^
///     hint: did you mean `image`?
///
/// The source lines appear when the error has a place and that file can be read.
package struct ErrorReport {
  /// The name before the message: `dklab`, or the name the program was called by.
  package var program: String
  package var facts: TerminalFacts
  package var language: Language

  package init(
    program: String = "dklab", facts: TerminalFacts = .standardError, language: Language = .current
  ) {
    self.program = program
    self.facts = facts
    self.language = language
  }

  /// The lines to print to standard error.
  package func lines(for error: any Error) -> [String] {
    let prefix = (Style.bold + .red)("\(program):", on: facts)
    guard let error = error as? DklabError else { return ["\(prefix) \(error)"] }
    var place = ""
    if let location = error.location {
      place = "\(location.file):"
      if location.line > 0 { place += "\(location.line):\(location.column):" }
      place += " "
    }
    func words(_ text: Text) -> String {
      language == .ko ? WrittenParticles.settle(text.ko) : text.en
    }
    var lines = ["\(prefix) \(place)\(typed(words(error.message)))"]
    if let location = error.location { lines += SourceExcerpt.lines(at: location, facts: facts) }
    if let hint = error.hint {
      lines.append(
        Style.cyan(language == .ko ? "힌트:" : "hint:", on: facts) + " \(typed(words(hint)))")
    }
    return lines
  }

  /// Commands in a hint as the user types them, who may have called this program `docker`.
  private func typed(_ hint: String) -> String {
    guard program == "docker" || program == "podman" else { return hint }
    let own = ["lab", "doctor", "system", "images bootstrap", "completions"]
    var parts = hint.split(separator: "`dklab ", omittingEmptySubsequences: false)[...]
    var result = String(parts.popFirst() ?? "")
    for part in parts {
      let isOwn = own.contains { part.hasPrefix($0) }
      result += "`\(isOwn ? "dklab" : program) " + part
    }
    return result
  }

  /// The exit status of a command that ends with this error: the error's own, else 1, and 70
  /// (EX_SOFTWARE) for our own faults. `run` and `exec` set 125, 126 and 127 themselves.
  package static func exitStatus(of error: any Error) -> Int32 {
    guard let error = error as? DklabError else { return 1 }
    return error.exitStatus ?? (error.code == .internal ? 70 : 1)
  }
}

/// The line of a file an error is about, with a mark under the place.
package enum SourceExcerpt {
  private static let sizeLimit = 1 << 20

  /// The line at `location` and the mark below it; nothing when there is no such file or line.
  package static func lines(at location: SourceLocation, facts: TerminalFacts) -> [String] {
    guard location.line > 0, let text = read(location.file) else { return [] }
    return lines(of: text, at: location, facts: facts)
  }

  /// The same, of a text that is at hand.
  package static func lines(
    of text: String, at location: SourceLocation, facts: TerminalFacts
  ) -> [String] {
    let all = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    guard all.indices.contains(location.line - 1) else { return [] }
    let number = String(location.line)
    let gutter = String(repeating: " ", count: number.count)
    let room = max(20, facts.columns - number.count - 5)
    var before = printable(
      all[location.line - 1].unicodeScalars.prefix(max(0, location.column - 1)))
    var after = printable(all[location.line - 1].unicodeScalars.dropFirst(location.column - 1))
    if before.displayWidth > room - 10 {
      before = "…" + String(before.suffix(room / 3))
    }
    let mark = String(repeating: " ", count: before.displayWidth)
    after = after.truncated(to: max(1, room - before.displayWidth))
    return [
      Style.dim("  \(number) |", on: facts) + " \(before)\(after)",
      Style.dim("  \(gutter) |", on: facts) + " \(mark)" + Style.red("^", on: facts),
    ]
  }

  /// The text without what would move the cursor.
  private static func printable(_ scalars: some Sequence<Unicode.Scalar>) -> String {
    var result = String.UnicodeScalarView()
    for scalar in scalars {
      switch scalar {
      case "\t": result.append(contentsOf: "  ".unicodeScalars)
      case "\u{0}"..<" ", "\u{7f}"..<"\u{a0}": result.append("\u{FFFD}")
      default: result.append(scalar)
      }
    }
    return String(result)
  }

  /// The start of a regular file; nil when there is none to read.
  private static func read(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while bytes.count < sizeLimit {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      guard count > 0 else { break }
      bytes += buffer[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
