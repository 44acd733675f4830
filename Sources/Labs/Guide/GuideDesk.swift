/// What a student asks for next.
enum GuideRequest: Equatable {
  /// A command, and what was typed after it.
  case command(GuideCommand, String)
  /// A line for the shell.
  case line(String)
  /// Something nobody knows.
  case unknown(String)
  /// What the lab looks like changed while nobody typed.
  case changed
  /// The end of the input.
  case end
}

/// Where the guide stands while it waits.
struct GuideState: Equatable {
  /// `day44 2/7 3/5`
  var place: String
  /// Whether the step is done, so that `next` is the thing to do.
  var isDone = false
  /// Whether there are questions that wait for an answer.
  var asks = false
}

/// The two ways to talk to a student: by single keys on a terminal that can be drawn on, or line by
/// line where it cannot, or where somebody listens instead of looking.
protocol GuideDesk: AnyObject {
  /// Prints lines, by pages where there are more than the terminal holds.
  func show(_ lines: [String])
  /// Waits for the next request. `look` is asked when the lab may have changed, and returns the new
  /// state; nil means that the guide itself wants to have a look (`.changed`).
  func request(_ state: GuideState, look: () -> GuideState?) -> GuideRequest
  /// A line of text; nil when the student does not want to after all.
  func line(_ prompt: String) -> String?
  /// One of the answers to a question; a single key where that can be told apart.
  func choice(_ prompt: String) -> String?
  /// Yes or no. No unless it is said.
  func confirm(_ question: String) -> Bool
  /// Looks at `directories` from here on: a change in one of them may have changed the lab.
  func watch(_ directories: [String])
  /// Gives the terminal to a child that becomes another program.
  func child(_ body: () -> Never) throws
}
