import ArgumentParser
import Classroom
import Engine
import Glibc
import HTTP
import Labs
import Linux
import Support

extension ClassCommand {
  /// `dklab class serve`
  struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "serve",
      abstract: "Serve a course in a local network, and take in what is handed in, until Ctrl-C",
      discussion: """
        Students join with the address and the code that it prints; the code stays the same for a \
        course. Everything goes over TLS with an authority of the course's own.
        """)

    @Option(help: "Address to listen at: [HOST:]PORT (port 0: any)") var listen = "0.0.0.0:4242"
    @Option(
      name: .shortAndLong, help: "The folder that submissions go to; handed-in in the course's own",
      completion: .directory)
    var output: String?
    @Flag(name: .shortAndLong, help: "Do not print a line for everything that happens") var quiet =
      false
    @Argument(help: "The folder that `dklab class init` has made", completion: .directory)
    var course: String

    func run() throws {
      let address = try ListenAddress(
        "tcp://" + (listen.contains(":") ? listen : "0.0.0.0:\(listen)"))
      var wish = CourseServer.Wish(
        course: course, output: output ?? course + "/handed-in", listen: address)
      if !quiet {
        wish.log = { ProgressLine.writeToStandardError($0 + "\n") }
      }
      // Before there are threads: they inherit that these signals wait for this one.
      var ends = sigset_t()
      sigemptyset(&ends)
      for signal in [SIGINT, SIGTERM] { sigaddset(&ends, signal) }
      pthread_sigmask(SIG_BLOCK, &ends, nil)
      let server = try CourseServer.start(wish)
      print(Text("Students join with one of these:", ko: "학생은 다음 명령으로 참여합니다.")())
      for url in try server.urls() {
        print("  dklab class join \(url) \(server.code) --student ID --name NAME")
      }
      fflush(nil)
      var signal: Int32 = 0
      sigwait(&ends, &signal)
      server.stop()
    }
  }

  /// `dklab class board`
  struct BoardView: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "board", abstract: "Who is at which step, and who is stuck on which check",
      discussion: "Of those who take part: `dklab class report on` is theirs to say.")

    @Argument(help: "The folder that `dklab class init` has made", completion: .directory)
    var course: String

    func run() throws {
      printLines(try Labs.Board(course: course).lines(now: wallClockNanoseconds()))
    }
  }

  /// `dklab class report`
  struct Report: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "report", abstract: "Show your instructor where you are stuck, or stop doing so",
      discussion: """
        After a check of yours the course's server is told your id, the lab, the step, how many \
        steps are done and which checks fail: nothing else. Without a word it prints what was sent \
        last. Until you say `on`, nothing is sent.
        """)

    enum Wish: String, ExpressibleByArgument, CaseIterable { case on, off, show }

    @Argument(help: "on, off or show") var wish = Wish.show

    func run() throws {
      let root = try DataRoot.current()
      guard var link = CourseLink.stored(root: root) else {
        _ = try CourseClient(root: root); return
      }
      if wish != .show {
        link.isReporting = wish == .on
        try link.store(root: root)
      }
      print(
        link.isReporting
          ? Text("The board of \(link.url) is told.", ko: "\(link.url)의 게시판에 알립니다.")()
          : Text("Nobody is told.", ko: "아무에게도 알리지 않습니다.")())
      guard wish == .show, let report = BoardReport.stored(root: root) else { return }
      print(Text("Sent last:", ko: "마지막으로 보낸 내용:")())
      print(try report.text, terminator: "")
    }
  }

  /// `dklab class __report`: sends what a check has left to be sent.
  struct SendReport: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "__report", abstract: "Send the last report", shouldDisplay: false)

    func run() throws {
      let root = try DataRoot.current()
      guard let link = CourseLink.stored(root: root), link.isReporting,
        let report = BoardReport.stored(root: root)
      else { return }
      try CourseClient(root: root).send(report)
    }
  }
}
