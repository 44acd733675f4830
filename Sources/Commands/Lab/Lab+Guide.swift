import ArgumentParser
import Glibc
import Labs
import Support

extension LabCommand {
  /// `dklab lab`, alone or with the name of a lab.
  struct GuideCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "guide", abstract: "Be led through a lab by single keys",
      discussion: "Also what `lab` does alone. Without a terminal it reads words, line by line.")

    @OptionGroup var selection: LabSelection
    @Argument(help: "The lab", completion: LabCompletion.labs) var words: [String] = []

    func run() throws {
      let lab = try chosen()
      if lab == nil, !TerminalFacts(of: 0).isTerminal, isSilent() {
        // Nobody is there to be led: a script, or `dklab lab < /dev/null`.
        return try tell()
      }
      let usesKeys = TerminalFacts.standardOutput.redraws && TerminalFacts(of: 0).isTerminal
      try Guide(root: try selection.root(), usesKeys: usesKeys).run(lab)
    }

    /// The lab named; a word that is none is a mistyped verb or lab.
    private func chosen() throws -> Lab? {
      guard let word = words.first else {
        return try selection.lab.map { try LabCatalog.lab($0) }
      }
      if words.count == 1, let lab = try? LabCatalog.lab(word) { return lab }
      let labs = ((try? LabCatalog.labs()) ?? []).map(\.id)
      let near =
        Suggestion.nearest(to: word, in: LabCommand.verbs + labs)
        ?? Suggestion.nearest(to: KoreanKeyboard.latin(word), in: LabCommand.verbs + labs)
      throw DklabError(
        .invalid, id: "lab.unknown-verb",
        Text(
          "`\(word)` is neither a verb of `lab` nor a lab",
          ko: "`lab`에는 `\(word)`(이)라는 명령도 실습도 없습니다"),
        hint: near.map { Text("did you mean `lab \($0)`?", ko: "`lab \($0)`을(를) 쓰려고 했습니까?") }
          ?? Text("`lab --help` shows the verbs", ko: "`lab --help`로 명령을 볼 수 있습니다"),
        exitStatus: 64)
    }

    /// Whether the input ends before it has said anything.
    private func isSilent() -> Bool {
      var byte: UInt8 = 0
      var status = stat()
      guard fstat(0, &status) == 0 else { return true }
      if status.st_mode & S_IFMT == S_IFIFO || status.st_mode & S_IFMT == S_IFREG { return false }
      return read(0, &byte, 1) <= 0
    }

    private func tell() throws {
      guard try selection.lab != nil || CurrentLab.find(root: selection.root()) != nil else {
        return try List().run()
      }
      printLines(try LabProgressText.lines(selection.session(), facts: .standardOutput))
    }
  }
}
