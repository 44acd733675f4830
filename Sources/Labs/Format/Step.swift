import Documents
import Support

/// One step: what is shown, what counts, and what the author's test plays.
package struct Step: Sendable {
  package var id: String
  package var title: Text
  package var minutes: Int?
  /// The steps that must be done first.
  package var after: [String]
  /// Earlier steps whose work this one takes away again.
  package var undoes: [String] = []
  /// Whether it is about this kit's own engine, so that it cannot be done on another.
  package var needsOwnEngine = false
  /// What the student reads: prose, commands, notes, in order.
  package var body: Prose
  /// What the student types.
  var commands: [Script] = []
  /// What is played instead, where the commands wait for a person.
  var ownSolution: [Script] = []
  package var alternatives: [NamedScript] = []
  package var wrongs: [WrongAnswer] = []
  var checks: [CheckSource] = []
  var states: [CheckSource] = []
  package var hints: [Hint] = []
  package var answers: [Answer] = []
  package var quizzes: [Quiz] = []
  package var debrief: Prose?
  var debriefLocation = SourceLocation(file: "")
  package var files: [StepFile] = []
  package var setup: [Script] = []
  package var undo: [Script] = []
  package var location: SourceLocation
  /// Ids of checks that could not be read: they are known, but nothing more.
  var unreadIDs: [String] = []
  /// Whether there are checks of which not even the ids could be read.
  var hasUnread = false
  /// The ids of fences that could not be read, by kind; an empty one where there is none. What is said
  /// about them elsewhere is not wrong because of that.
  var unread: [String: [String]] = [:]

  /// The reference solution.
  package var solution: [Script] { ownSolution.isEmpty ? commands : ownSolution }

  /// Whether not all of its checks are known by the ids that they should have.
  var isUnsure: Bool { hasUnread || Set(checkIDs).count < checkIDs.count }

  /// The ids of fences of `kind` that could not be read.
  func lost(_ kind: String) -> [String] { unread[kind] ?? [] }

  /// The ids of everything that counts, in order.
  package var checkIDs: [String] { checks.map(\.id) + answers.map(\.id) + quizzes.map(\.id) }
}

/// Commands under a name.
package struct NamedScript: Sendable {
  package var id: String
  package var script: Script
}

/// A wrong way and the check that must catch it.
package struct WrongAnswer: Sendable {
  package var id: String
  package var script: Script
  /// The check that must fail.
  package var expect: String
  /// Played after the reference solution instead of at the step's start.
  package var afterSolution: Bool
  /// The cause that the explanation must name.
  package var cause: String?
  /// Where `expect=` and `cause=` stand.
  var expectLocation: SourceLocation
  var causeLocation: SourceLocation
  /// What the explanation must say, word for word.
  package var says: String?
}

/// A file given to the student.
package struct StepFile: Sendable {
  package var path: String
  package var text: String
  package var mode: UInt32
}

/// A check as it is written, with its variables still open.
struct CheckSource: Sendable {
  var id: String
  var type: String
  var arguments: YAMLNode
  var deadline: Duration?
  var needs: [String]
  var message: Text?
  var note: String?
  var location: SourceLocation
  /// Where `id` and `needs` stand; the type where they do not.
  var idLocation: SourceLocation
  var needsLocation: SourceLocation
}
