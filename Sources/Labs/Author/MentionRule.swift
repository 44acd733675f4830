import Support

/// A check may only ask for names, paths and addresses that the student has been told.
enum MentionRule {
  static func check(
    _ literal: String, in read: String, at location: SourceLocation
  ) -> [Diagnostic] {
    let written = written(literal)
    if written.isEmpty || candidates(written).contains(where: { stands($0, in: read) }) {
      return []
    }
    return [
      Diagnostic(
        "lab.unmentioned",
        Text(
          "the check asks for `\(written)`, which the text never mentions",
          ko: "검사가 본문에 없는 `\(written)`을(를) 요구합니다"),
        hint: Text("name it in the step's prose or commands", ko: "단계의 글이나 명령에서 언급합니다"),
        at: location)
    ]
  }

  /// Whether the folder of a path, and its name in it, are both told of: `ls /srv` shows what lies there.
  static func isNamedInParts(_ path: String, in text: String) -> Bool {
    let written = written(path)
    guard let slash = written.lastIndex(of: "/"), slash != written.startIndex else { return false }
    return stands(String(written[..<slash]), in: text)
      && stands(String(written[written.index(after: slash)...]), in: text)
  }

  /// `literal` as the author has written it.
  static func written(_ literal: String) -> String {
    Interpolation.replace(in: literal) { "{{\($0)}}" }
  }

  /// Whether `word` stands in `text` as a word of its own: `web1` is not mentioned by `web10`.
  static func stands(_ word: String, in text: String) -> Bool {
    func isPart(_ character: Character?) -> Bool {
      character.map { $0.isASCII && ($0.isLetter || $0.isNumber || "_-".contains($0)) } ?? false
    }
    return text.places(of: word).contains { range in
      let before = range.lowerBound > text.startIndex ? text[..<range.lowerBound].last : nil
      let after = range.upperBound < text.endIndex ? text[range.upperBound] : nil
      return !(isPart(word.first) && isPart(before)) && !(isPart(word.last) && isPart(after))
    }
  }

  /// A URL is mentioned with or without its last slash, or as host and port alone.
  private static func candidates(_ literal: String) -> [String] {
    guard literal.hasPrefix("http://") else { return [literal] }
    let address = literal.dropFirst(7)
    return [String(address.last == "/" ? address.dropLast() : address)]
  }
}
