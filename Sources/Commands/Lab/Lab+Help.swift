import ArgumentParser
import Labs
import Linux
import Support

extension LabCommand {
  /// `dklab lab hint`
  struct Hint: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "hint", abstract: "The next hint for the current step")

    @OptionGroup var selection: LabSelection
    @Argument(help: "The step", completion: LabCompletion.steps) var step: String?

    func run() throws {
      let session = try selection.session()
      printLines(try HintText.lines(session, try session.chosenStep(step), StepView(session)))
    }
  }

  /// `dklab lab answer host_pid 4711`
  struct Answer: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "answer", abstract: "Answer a question of the lab",
      discussion: "A choice is named by its number in `lab show`, by its id or by its text.")

    @OptionGroup var selection: LabSelection
    @Argument(help: "The question") var question: String
    @Argument(help: "The answer") var words: [String]

    func run() throws {
      let session = try selection.session()
      let given = try session.answer(question, words.joined(separator: " "))
      printLines(StepView(session).lines(given))
      LabProgressText.keepPrompt(session)
      if !given.isRight { throw ExitCode(1) }
    }
  }

  /// `dklab lab quiz`
  struct Quizzes: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "quiz", abstract: "Be asked the questions of the current step")

    @OptionGroup var selection: LabSelection
    @Argument(help: "The step", completion: LabCompletion.steps) var step: String?

    func run() throws {
      let session = try selection.session()
      let step = try session.chosenStep(step)
      guard !step.questions.isEmpty else {
        return print(Text("this step asks nothing", ko: "이 단계에는 질문이 없습니다")())
      }
      var wrong = false
      defer { LabProgressText.keepPrompt(session) }
      for question in step.questions {
        guard let isRight = try ask(question, session) else { return }
        wrong = wrong || !isRight
      }
      if wrong { throw ExitCode(1) }
    }

    /// Asks until there is an answer; nil when the input ends or the line is empty.
    private func ask(_ question: Question, _ session: LabSession) throws -> Bool? {
      let view = StepView(session)
      printLines(view.question(question))
      while true {
        print("> ", terminator: "")
        flushOutput()
        guard let line = readOneLine(0), !line.allSatisfy(\.isWhitespace) else {
          print(
            Text(
              "`lab answer \(question.id) …` answers later",
              ko: "나중에 `lab answer \(question.id) …`(으)로 답할 수 있습니다"
            ).settled)
          return nil
        }
        do {
          let given = try session.answer(question.id, line)
          printLines(view.lines(given) + [""])
          return given.isRight
        } catch let error as DklabError where error.id == "lab.not-a-choice" {
          printLines(ErrorReport(program: "lab", facts: .standardOutput).lines(for: error))
        }
      }
    }
  }
}
