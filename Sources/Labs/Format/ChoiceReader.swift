import Support

/// Reads what a student answers to a quiz: by the number a choice has on the screen, by its letter,
/// by its id or by its text in either language; with Korean switched on, too.
struct ChoiceReader {
  /// The choices, or the items to sort, in the order in which the student sees them.
  var options: [Quiz.Option]
  /// The groups to sort into, likewise.
  var groups: [Quiz.Option] = []

  /// The answer by ids: `rm`, `stop,rm` or `a=new,b=old`. Throws `lab.not-a-choice` for one that
  /// is none of the choices.
  func canonical(_ answer: String) throws -> String {
    if let whole = option(answer, in: options), groups.isEmpty { return whole.id }
    let parts = answer.split { $0 == "," || $0 == "，" || $0.isWhitespace }.map(String.init)
    guard !parts.isEmpty else { throw refusal(answer) }
    return try parts.map { part in
      guard !groups.isEmpty else { return try required(part, in: options).id }
      let sides = part.split(separator: "=", maxSplits: 1).map(String.init)
      guard sides.count == 2 else { throw refusal(part) }
      return try "\(required(sides[0], in: options).id)=\(required(sides[1], in: groups).id)"
    }.joined(separator: ",")
  }

  private func required(_ text: String, in list: [Quiz.Option]) throws -> Quiz.Option {
    if let option = option(text, in: list) { return option }
    throw refusal(text)
  }

  private func option(_ text: String, in list: [Quiz.Option]) -> Quiz.Option? {
    let plain = Quiz.Solution.plain(text)
    if let option = list.first(where: { option in
      [option.id, option.text.en, option.text.ko].contains { Quiz.Solution.plain($0) == plain }
    }) {
      return option
    }
    // `2`, `2)`, `2.`, `2번`, `b`, and `b` typed as `ㅠ`.
    var mark = plain
    while let last = mark.last, ").번".contains(last), mark.count > 1 { mark.removeLast() }
    mark = KoreanKeyboard.latin(mark).lowercased()
    if let place = Int(mark) { return list.indices.contains(place - 1) ? list[place - 1] : nil }
    guard mark.count == 1, let letter = mark.first, let value = letter.asciiValue, letter.isLetter
    else { return nil }
    let place = Int(value) - Int(UInt8(ascii: "a"))
    return list.indices.contains(place) ? list[place] : nil
  }

  private func refusal(_ answer: String) -> DklabError {
    let answer = answer.trimmed
    let shown =
      answer.isEmpty ? Text("an empty answer", ko: "빈 답") : Text("`\(answer)`", ko: "`\(answer)`")
    let hint =
      groups.isEmpty
      ? Text(
        "answer with a number from 1 to \(options.count)", ko: "1부터 \(options.count)까지의 번호로 답합니다")
      : Text(
        "answer with pairs such as `1=a`, one for each of the \(options.count)",
        ko: "\(options.count)개 모두를 `1=a`처럼 짝지어 답합니다")
    return DklabError(
      .invalid, id: "lab.not-a-choice",
      Text(
        "\(shown.en) is none of the choices; nothing was taken down",
        ko: WrittenParticles.settle("\(shown.ko)은(는) 보기에 없어 저장하지 않았습니다")),
      hint: hint)
  }
}
