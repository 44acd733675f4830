import Engine
import Glibc
import Linux
import Support

/// The hidden entry point `dklab lab __grader`: grades what standard input asks for.
package enum GradeWorker {
  enum Question: Sendable, Codable {
    case images(GradeImages.Job)
    case grade(GradeJob)
  }

  enum Answer: Sendable, Codable {
    case images(String)
    case graded(GradedSubmission)
    case failed(Text, id: String)
  }

  /// Serves until standard input ends. `stateRoot` is where an ordinary user's namespace is kept.
  package static func serve(stateRoot: String) throws {
    ProcessControl.setName("dklab:grader")
    try Engine.enterUserNamespace(root: DataRoot(path: stateRoot))
    try ProcessControl.setDumpable(false)
    try ProcessControl.setParentDeathSignal(.kill)
    let root = try DataRoot.current()
    try WorkerProcess.serve(Question.self) { question in
      do {
        switch question {
        case .images(let job): return Answer.images(try GradeImages.prepare(job, root: root))
        case .grade(let job): return Answer.graded(SubmissionGrader.grade(job))
        }
      } catch let error as DklabError {
        return Answer.failed(error.message, id: error.id)
      } catch {
        return Answer.failed(Text("\(error)", ko: "\(error)"), id: "grade.system")
      }
    }
  }
}
