// A process that plays for `lab test`: `dklab lab __player`. It reads plays and writes outcomes.

import Engine
import Support

/// A player at work.
final class TestWorker {
  /// What it is playing; nil while it waits.
  var play: LabTest.Play?
  private let process: WorkerProcess

  init(root: DataRoot) throws {
    process = try WorkerProcess(["lab", "__player"])
  }

  /// Where its outcomes come from.
  var output: Int32 { process.output }

  /// Gives it something to play.
  func start(_ play: LabTest.Play) throws {
    self.play = play
    try process.ask(play)
  }

  /// Takes what it has written. Returns the outcome once that is complete; throws when the player
  /// has ended before.
  func take() throws -> LabTest.Outcome? { try process.take(LabTest.Outcome.self) }
}

extension LabTest {
  /// The player's side: plays what standard input asks for until that ends.
  package static func servePlays() throws {
    let player = LabPlayer(root: try DataRoot.current())
    try WorkerProcess.serve(LabTest.Play.self) { player.outcome(of: $0) }
  }
}
