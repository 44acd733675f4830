import ArgumentParser
import Labs
import Support

/// What the shell proposes under `lab`.
enum LabCompletion {
  static let labs = CompletionKind.custom { _, _, _ in labNames }
  static let steps = CompletionKind.custom { _, _, _ in stepNames }

  static var labNames: [String] { ((try? LabCatalog.labs()) ?? []).map(\.id) }

  private static var session: LabSession? { try? LabSelection.parse([]).session(isRunning: true) }

  static var stepNames: [String] { session?.lab.steps.map(\.id) ?? [] }

  /// The candidates for the last of `words`, which follow `lab`.
  static func candidates(_ words: [String]) -> [String] {
    let begun = words.last ?? ""
    let all: [String]
    switch words.count {
    case ...1: all = LabCommand.verbs
    case 2:
      switch words[0] {
      case "start", "reset", "guide": all = labNames
      case "show", "check", "watch", "hint", "quiz", "goto", "solve", "debrief": all = stepNames
      case "answer": all = session?.lab.steps.flatMap { $0.questions.map(\.id) } ?? []
      default: all = []
      }
    default: all = []
    }
    return all.filter { $0.hasPrefix(begun) }
  }
}

extension LabCommand {
  /// The hidden `dklab lab __complete WORD …` behind the completion of `lab` in the lab's shell.
  struct Complete: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "__complete", shouldDisplay: false)

    @Argument(parsing: .captureForPassthrough) var words: [String] = []

    func run() throws { printLines(LabCompletion.candidates(words)) }
  }
}
