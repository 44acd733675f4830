/// The texts of a lab that a translation must have, by the ids under which it stores their hashes.
package enum TranslatableTexts {
  /// Id and hash of each, in the order of the file.
  package static func hashes(of lab: Lab) -> [(id: String, hash: String)] {
    all(of: lab).map { ($0.id, Canonical.hash($0.text)) }
  }

  static func all(of lab: Lab) -> [(id: String, text: String)] {
    var texts = [("title", lab.title.en), ("summary", lab.summary.en)]
    if !lab.intro.english.isEmpty { texts.append(("intro", Canonical.text(lab.intro.english))) }
    for step in lab.steps { texts += all(of: step) }
    return texts.map { (id: $0.0, text: $0.1) }
  }

  private static func all(of step: Step) -> [(String, String)] {
    var texts = [(step.id, step.title.en + "\n" + Canonical.text(step.body.english))]
    for note in step.notes {
      texts.append(("\(step.id)/note/\(note.words.first ?? "")", note.body.trimmed))
    }
    for check in step.checks {
      if let message = check.message {
        texts.append(("\(step.id)/message/\(check.id)", message.en))
      }
    }
    for hint in step.hints {
      texts.append(("\(step.id)/hint/\(hint.id)", Canonical.text(hint.text.english)))
    }
    for answer in step.answers { texts.append(("\(step.id)/answer/\(answer.id)", answer.ask.en)) }
    for quiz in step.quizzes { texts.append(("\(step.id)/quiz/\(quiz.id)", quiz.allText)) }
    if let debrief = step.debrief {
      texts.append(("\(step.id)/debrief", Canonical.text(debrief.english)))
    }
    return texts
  }
}

extension Step {
  /// The boxes that correct the notes.
  var notes: [Fence] { fences(body.english).filter { $0.kind == "note" } }

  /// The fences of `blocks` itself, not of lists or quotes in it.
  func fences(_ blocks: [Block]) -> [Fence] {
    blocks.compactMap { if case .fence(let fence) = $0.kind { fence } else { nil } }
  }
}

extension Quiz {
  fileprivate var allText: String {
    let options = (choices + items + groups).map { "\($0.id): \($0.text.en)" }
    return ([ask.en] + options + [why?.en ?? ""]).joined(separator: "\n")
  }
}
