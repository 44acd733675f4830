extension [String] {
  /// The words with `separator` between them, as `joined(separator:)` has it: that one looks its types up
  /// when it is called for the first time, which is a twentieth of what a short command takes.
  package func text(separatedBy separator: String) -> String {
    var text = ""
    for (place, word) in enumerated() {
      if place > 0 { text += separator }
      text += word
    }
    return text
  }
}

extension [Substring] {
  /// The same for parts of a text.
  package func text(separatedBy separator: String) -> String {
    map { String($0) }.text(separatedBy: separator)
  }
}
