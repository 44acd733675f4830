import ArgumentParser
import Classroom
import Engine
import Labs
import Support

/// `dklab class`: a course on machines without the internet.
struct ClassCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "class", abstract: "Give a course: labs, images and values for a class",
    subcommands: [
      Init.self, Join.self, Leave.self, Serve.self, BoardView.self, Report.self, Collect.self,
      Status.self, SendReport.self,
    ])
}

extension ClassCommand {
  /// `dklab class init`
  struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "init", abstract: "Make the folder of a course, to be given to students",
      discussion:
        "Doing it again brings it up to date; the secret, and with it everybody's values, "
        + "stays. Give away the folder `share`, keep `secret`.")

    @Option(help: "The labs; all there are when not given", completion: LabCompletion.labs)
    var lab: [String] = []
    @Option(help: "The students, as comma-separated values with a header", completion: .file())
    var roster: String?
    @Option(
      name: .shortAndLong, help: "The folder; the course's name when not given",
      completion: .directory)
    var output: String?
    @Flag(help: "Leave the images out: students make them with `dklab images bootstrap`")
    var noImages = false
    @Argument(help: "The course's name") var name: String

    func run() throws {
      let root = try DataRoot.current()
      try Engine.enterUserNamespace(root: root)
      let known = try roster.map { try Roster($0) } ?? Roster()
      try known.validate()
      known.remark.map { ProgressLine.writeToStandardError($0() + "\n") }
      let students = known.students.map(\.id)
      var wish = Course.Wish(
        id: name, folders: try LabCatalog.chosen(lab), students: students, output: output ?? name)
      wish.hasImages = !noImages
      let course = try Course.make(wish, root: root)
      if students.isEmpty {
        ProgressLine.writeToStandardError(
          Text(
            "no students: nobody can join before `--roster` names them\n",
            ko: "학생이 없습니다. `--roster`로 명단을 주기 전에는 아무도 참여할 수 없습니다\n")())
      }
      print(
        Text(
          "\(wish.output)/share: \(course.labs.count) labs, values for \(course.seeds.count) students",
          ko: "\(wish.output)/share: 실습 \(course.labs.count)개, 학생 \(course.seeds.count)명의 값")())
      print(
        Text(
          "Students join with `dklab class join \(wish.output)/share --student ID --name NAME`; keep "
            + "\(wish.output)/secret for `dklab grade --secret`.",
          ko: "학생은 `dklab class join \(wish.output)/share --student 학번 --name 이름`으로 참여합니다. "
            + "\(wish.output)/secret은 `dklab grade --secret`에 쓰도록 간직하세요.")())
    }
  }

  /// `dklab class join`
  struct Join: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "join", abstract: "Take part in a course: get its labs, images and your values")

    @Option(help: "Your id in the course") var student: String
    @Option(help: "Your name") var name = ""
    @Argument(
      help: "The course's folder `share`, or the address that `dklab class serve` prints",
      completion: .directory)
    var share: String
    @Argument(help: "The join code, with an address") var code: String?

    func validate() throws {
      guard share.contains("://") != (code != nil) else { return }
      throw ValidationError(
        code == nil
          ? "an address needs the join code that the instructor shows"
          : "a folder needs no join code")
    }

    func run() throws {
      let root = try DataRoot.current()
      try StudentIdentity.validate(student)
      let code = try code.map { try JoinCode($0) }
      try Engine.enterUserNamespace(root: root)
      let identity = StudentIdentity(id: student, name: name, course: "")
      let membership =
        if let code {
          try CourseClient.join(share, code, as: identity, root: root)
        } else {
          try CourseMembership.join(LabCatalog.absolute(share), as: identity, root: root)
        }
      let labs = membership.seeds.keys.sorted().joined(separator: ", ")
      print(
        Text(
          "You are in `\(membership.course)`. Its labs: \(labs). `dklab lab start LAB` begins.",
          ko: "`\(membership.course)` 강좌에 참여했습니다. 실습: \(labs). `dklab lab start 실습`으로 시작합니다.")())
    }
  }

  /// `dklab class leave`
  struct Leave: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "leave", abstract: "Leave the course; what you did in its labs stays")

    func run() throws { try CourseMembership.leave(root: try DataRoot.current()) }
  }

  /// `dklab class collect`
  struct Collect: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "collect", abstract: "Put submissions from sticks and folders into one folder",
      discussion: "Each content once, under a name that says whose it is. Nothing is thrown away.")

    @Option(name: .shortAndLong, help: "The folder they go to", completion: .directory)
    var output = "handed-in"
    @Argument(help: "Submissions, or folders of them", completion: .file()) var paths: [String]

    func run() throws {
      let found = try SubmissionFiles.look(paths)
      SubmissionFiles.remark(of: found.others).map {
        ProgressLine.writeToStandardError($0() + "\n")
      }
      let items = try Collection.take(found.submissions, into: output)
      for item in items {
        print("\(item.file)\(item.problem.map { ": \($0())" } ?? "")")
      }
      print(Text("\(items.count) new in \(output)", ko: "\(output)에 새로 \(items.count)개")())
    }
  }

  /// `dklab class status`
  struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "status", abstract: "Who has handed in what, and who has not")

    @Option(help: "The students, as comma-separated values with a header", completion: .file())
    var roster: String?
    @Argument(help: "The folder of submissions", completion: .directory) var folder = "handed-in"

    func run() throws {
      let roster = try roster.map { try Roster($0) } ?? Roster()
      roster.remark.map { ProgressLine.writeToStandardError($0() + "\n") }
      let items = try Collection.items(in: folder)
      printLines(ClassTable.lines(items, roster))
    }
  }
}
