import Support

/// One check of a step, ready to be judged: its arguments are filled in for this student.
package struct Check: Sendable {
  /// Unique in its step.
  package var id: String
  let predicate: any Predicate
  /// How long to wait for it to come true.
  package var deadline: Duration
  /// Checks of the step without which this one makes no sense.
  package var needs: [String]
  /// What the author wants it called.
  package var message: Text?
  /// The place of the notes it belongs to.
  package var note: String?
  package var location: SourceLocation

  /// What is to be true, as the student reads it.
  package var sentence: Text { message ?? predicate.sentence }
}
