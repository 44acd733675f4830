import Documents
import Support

/// One instruction taken apart: its name, its flags, and the rest.
struct InstructionText {
  /// As it is written.
  var keyword: String
  /// `--name=value`, quotes and escapes resolved.
  var flags: [String]
  var arguments: String
  let escape: Unicode.Scalar

  init(_ text: String, _ directives: Directives) {
    escape = directives.escape.unicodeScalars.first ?? "\\"
    let (first, rest) = text.trimmed.splitAtSpace
    keyword = first
    (flags, arguments) = InstructionText.takeFlags(rest ?? "", escape: escape)
    arguments = arguments.trimmed
  }

  /// Words that begin with `--`, and what follows them.
  private static func takeFlags(
    _ text: String, escape: Unicode.Scalar
  ) -> (flags: [String], rest: String) {
    var scanner = WordScanner(text)
    var flags: [String] = []
    while true {
      scanner.take(while: \.isSpace)
      guard scanner.next == "-", scanner.second == "-" else { return (flags, scanner.rest) }
      var word = ""
      var quote: Unicode.Scalar?
      while let scalar = scanner.next {
        if quote == nil && scalar.isSpace { break }
        _ = scanner.take()
        if scalar == quote {
          quote = nil
        } else if quote == nil, scalar == "'" || scalar == "\"" {
          quote = scalar
        } else if scalar == escape {
          if let escaped = scanner.take() { word.append(escaped) }
        } else {
          word.append(scalar)
        }
      }
      if word == "--" { return (flags, scanner.rest) }
      flags.append(word)
    }
  }

  /// Whether documents may follow: ADD, COPY and RUN in shell form, also behind ONBUILD.
  var takesHeredocs: Bool {
    var name = keyword.uppercased()
    var rest = arguments
    if name == "ONBUILD" {
      let (first, more) = rest.splitAtSpace
      name = first.uppercased()
      rest = InstructionText.takeFlags(more ?? "", escape: escape).rest
    }
    guard ["ADD", "COPY", "RUN"].contains(name) else { return false }
    return (try? InstructionText.jsonList(rest)) == nil
  }

  /// A JSON list of strings; nil when `text` is no JSON list at all, and then it is meant for a
  /// shell. A list of something else is an error.
  static func jsonList(_ text: String) throws -> [String]? {
    guard text.unicodeScalars.first(where: { !$0.isSpace }) == "[",
      let items = try? JSONValue.parse(text).array
    else { return nil }
    return try items.map { item in
      guard let string = item.string else {
        throw DockerfileError(
          Text(
            "when using JSON array syntax, arrays must be comprised of strings only",
            ko: "JSON 배열로 쓸 때는 문자열만 넣을 수 있습니다"),
          hint: Text("quote every item: [\"a\", \"1\"]", ko: "항목마다 따옴표를 붙이세요: [\"a\", \"1\"]"))
      }
      return string
    }
  }

  /// Words between white space, quotes kept and respected: `A="x y" B=z`.
  func quotedWords() -> [String] {
    var words: [String] = []
    var scanner = WordScanner(arguments)
    while true {
      scanner.take(while: \.isSpace)
      guard !scanner.isAtEnd else { return words }
      var word = ""
      var quote: Unicode.Scalar?
      while let scalar = scanner.next {
        if quote == nil && scalar.isSpace { break }
        _ = scanner.take()
        if scalar == escape, quote != "'", scanner.isAtEnd { break }
        word.append(scalar)
        if scalar == quote {
          quote = nil
        } else if quote == nil, scalar == "'" || scalar == "\"" {
          quote = scalar
        } else if scalar == escape, quote != "'", let escaped = scanner.take() {
          word.append(escaped)
        }
      }
      words.append(word)
    }
  }
}
