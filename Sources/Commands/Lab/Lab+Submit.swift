import ArgumentParser
import Classroom
import Engine
import Labs
import Linux
import Support

extension LabCommand {
  /// `dklab lab submit`
  struct Submit: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "submit", abstract: "Put what you did in a lab into one file, to hand it in",
      discussion:
        "Nothing is sent anywhere, unless you say `--send` in a course that you joined over "
        + "the network. `--show` prints everything that would be in it.")

    @OptionGroup var selection: LabSelection
    @Option(help: "Your id in the course; remembered for the next time") var student: String?
    @Option(help: "Your name; remembered for the next time") var name: String?
    @Option(
      name: .shortAndLong,
      help: "The file to write; LAB-STUDENT\(Submission.ending) when not given",
      completion: .file())
    var output: String?
    @Flag(help: "Write nothing, print what would be in it") var show = false
    @Flag(help: "Also hand it in at the course's server") var send = false

    func run() throws {
      let root = try selection.root()
      let session = try selection.session()
      let identity = try identity(root)
      let server = send && !show ? try CourseClient(root: root) : nil
      let submission = try SubmissionWriter(session).submission(
        of: Submission.Student(id: identity.id, name: identity.name), course: identity.course,
        kit: Version.text)
      guard !show else { return printLines(SubmissionText.everything(submission)) }
      let path = output ?? "\(submission.manifest.lab)-\(identity.id)\(Submission.ending)"
      let archive = try submission.archive()
      try File.replace(path, archive, mode: 0o600)
      print(Text("\(path) holds:", ko: "\(path)에 들어 있는 것:").settled)
      printLines(submission.summary.map { "  " + $0.settled })
      try tellOfPutAway(session)
      print(
        Text(
          "It is evidence of your work, not proof: whoever grades it does the same again. "
            + "`lab submit --show` prints all of it.",
          ko: "이것은 작업의 증거이지 증명은 아닙니다. 채점할 때 같은 일을 다시 실행해 봅니다. "
            + "`lab submit --show`로 내용을 모두 볼 수 있습니다.")())
      guard let server else { return }
      let name = try server.handIn(archive).oneLine
      print(Text("handed in as \(name)", ko: "제출했습니다: \(name)")())
    }

    /// The journal begins where the lab was begun anew; of steps that were done before it does not tell,
    /// or only that the kit solved them.
    private func tellOfPutAway(_ session: LabSession) throws {
      let rebuilt = try session.progress.rebuilt()
      let again = session.lab.steps.filter { rebuilt.contains($0.id) }
      if !again.isEmpty { print(session.builtAgain(again).settled + ".") }
      let away = try session.progress.putAway()
      let list = session.numbers(of: session.lab.steps.filter { away[$0.id] != nil })
      guard !list.isEmpty else { return }
      print(
        Text(
          "Steps \(list) were done before you went back with `lab undo` or `lab goto`; this file tells only "
            + "of what was done since. Do them again to have them graded.",
          ko: "\(list)단계는 `lab undo`나 `lab goto`로 되돌아가기 전에 마친 것이라, 그 뒤의 일만 담는 이 파일에는 "
            + "들어 있지 않습니다. 채점받으려면 다시 하세요.")())
    }

    /// Who hands in: as said now, else as said before.
    private func identity(_ root: DataRoot) throws -> StudentIdentity {
      let stored = StudentIdentity.stored(root: root)
      guard let id = student ?? stored?.id else {
        throw DklabError(
          .invalid, id: "submit.who", Text("who hands this in?", ko: "누구의 제출물입니까?"),
          hint: Text(
            "`dklab lab submit --student ID --name NAME`, once",
            ko: "처음 한 번 `dklab lab submit --student 학번 --name 이름`으로 알려 줍니다"),
          exitStatus: 64)
      }
      try StudentIdentity.validate(id)
      let isSame = student == nil || student == stored?.id
      let identity = StudentIdentity(
        id: id, name: name ?? (isSame ? stored?.name : nil) ?? "", course: stored?.course ?? "")
      if identity != stored, !show { try identity.store(root: root) }
      return identity
    }
  }
}
