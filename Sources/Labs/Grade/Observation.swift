import Support

/// Something about a submission that somebody may want to look at. Never a judgement: the same
/// observation can have an innocent cause, and none of them changes a score.
package struct Observation: Sendable, Codable, Hashable {
  /// What kind of thing it is.
  package enum Kind: String, Sendable, Codable, CaseIterable {
    case journalGap = "journal.gap"
    case journalEdited = "journal.edited"
    case journalTime = "journal.time"
    case journalHead = "journal.head"
    case seedForeign = "seed.foreign"
    case studentUnknown = "student.unknown"
    case studentMismatch = "student.mismatch"
    case labChanged = "lab.changed"
    case claimUnconfirmed = "claim.unconfirmed"
    case solvedByKit = "kit.solved"
    case sameRecord = "same.record"
    case sameWork = "same.work"
    case foreignToken = "token.foreign"
    case restarted = "restarted"
    case kitTouched = "kit.touched"
    case lineEnded = "line.ended"
  }

  package var kind: Kind
  package var text: Text

  init(_ kind: Kind, _ english: String, ko korean: String) {
    self.kind = kind
    text = Text(english, ko: korean)
  }

  /// Who is in no roster.
  package static let unknownStudent = Observation(
    .studentUnknown, "no student of the roster has this id", ko: "명단에 없는 학생 id입니다")
}
