import Support

/// Emphasis, code and links inside a line, for a terminal. Without colour the marks of code stay,
/// because they say where a command begins and ends.
package enum InlineMarkdown {
  package static func render(_ text: String, facts: TerminalFacts) -> String {
    var result = ""
    var rest = text[...]
    while let first = rest.first {
      if first == "\\", let next = rest.dropFirst().first, next.isPunctuation || next.isSymbol {
        result.append(next)
        rest = rest.dropFirst(2)
      } else if first == "`", let (code, after) = code(rest) {
        result += facts.hasColor ? Style.cyan(code, on: facts) : "`\(code)`"
        rest = after
      } else if rest.hasPrefix("**"), let (inside, after) = enclosed(rest, "**") {
        result += Style.bold(render(inside, facts: facts), on: facts)
        rest = after
      } else if first == "*" || first == "_", let (inside, after) = emphasis(rest, result.last) {
        result += Style.underlined(render(inside, facts: facts), on: facts)
        rest = after
      } else if first == "[", let (label, target, after) = link(rest) {
        result += label == target ? label : "\(render(label, facts: facts)) (\(target))"
        rest = after
      } else {
        result.append(first == "\n" ? " " : first)
        rest = rest.dropFirst()
      }
    }
    return result
  }

  /// A code span: as many backticks at its end as at its start (CommonMark 6.1).
  private static func code(_ text: Substring) -> (String, Substring)? {
    let marks = text.prefix { $0 == "`" }
    var rest = text.dropFirst(marks.count)
    var inside = ""
    while let first = rest.first {
      if first == "`" {
        let run = rest.prefix { $0 == "`" }
        rest = rest.dropFirst(run.count)
        if run.count == marks.count { return (inside.trimmed, rest) }
        inside += run
      } else {
        inside.append(first == "\n" ? " " : first)
        rest = rest.dropFirst()
      }
    }
    return nil
  }

  private static func enclosed(_ text: Substring, _ mark: String) -> (String, Substring)? {
    let rest = text.dropFirst(mark.count)
    guard let first = rest.first, !first.isWhitespace else { return nil }
    var index = rest.startIndex
    while index < rest.endIndex {
      if rest[index...].hasPrefix(mark), index > rest.startIndex {
        return (String(rest[..<index]), rest[rest.index(index, offsetBy: mark.count)...])
      }
      index = rest.index(after: index)
    }
    return nil
  }

  /// `*word*` and `_word_`; an underscore inside a word is a letter of it.
  private static func emphasis(_ text: Substring, _ before: Character?) -> (String, Substring)? {
    guard let mark = text.first, let found = enclosed(text, String(mark)) else { return nil }
    if mark == "_" {
      if let before, before.isLetter || before.isNumber { return nil }
      if let after = found.1.first, after.isLetter || after.isNumber { return nil }
    }
    return found.0.last?.isWhitespace == true ? nil : found
  }

  private static func link(_ text: Substring) -> (String, String, Substring)? {
    guard let close = text.firstIndex(of: "]") else { return nil }
    let rest = text[text.index(after: close)...]
    guard rest.first == "(", let end = rest.firstIndex(of: ")") else { return nil }
    let label = text[text.index(after: text.startIndex)..<close]
    let target = rest[rest.index(after: rest.startIndex)..<end]
    return (String(label), String(target), rest[rest.index(after: end)...])
  }
}
