import Linux

/// A file to write to instead of standard output.
enum OutputTarget {
  static func write(_ text: String, to path: String) throws {
    if path.isEmpty { return Screen.write(text) }
    try File.replace(path, text, mode: 0o644)
  }
}

/// What standard output is.
enum TerminalCheck {
  static var isOutput: Bool { Terminal.isTerminal(1) && ConfigFiles.variable("NO_COLOR") == nil }
}
