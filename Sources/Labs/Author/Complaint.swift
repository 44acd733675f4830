import Support

/// Why a lab is refused, as `lab test` tells it: the place in the lab's files, what is wrong there, and
/// what an author does about it.
enum Complaint {
  /// `file:line: text`, then what the commands have said, then the hint.
  static func text(
    at place: SourceLocation?, _ text: Text, said: String = "", hint: Text? = nil
  ) -> Text {
    var front = ""
    if let place, !place.file.isEmpty {
      front = place.line > 0 ? "\(place.file):\(place.line): " : "\(place.file): "
    }
    let output = CommandOutput.telling(said).map { "\n" + $0 }.joined()
    return Text(
      front + text.en + output + (hint.map { "\nhint: \($0.en)" } ?? ""),
      ko: front + text.ko + output + (hint.map { "\n힌트: \($0.ko)" } ?? ""))
  }

  /// The same of an error that ended a play.
  static func text(_ error: any Error) -> Text {
    guard let error = error as? DklabError else { return Text("\(error)", ko: "\(error)") }
    return text(at: error.location, error.message, hint: error.hint)
  }
}

extension Step {
  /// Where the check, answer or quiz `id` stands; the step's heading when there is none.
  func place(of id: String) -> SourceLocation {
    (checks + states).first { $0.id == id }?.location
      ?? answers.first { $0.id == id }?.location
      ?? quizzes.first { $0.id == id }?.location ?? location
  }
}
