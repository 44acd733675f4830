import ArgumentParser
import Engine
import Glibc
import Linux
import Runtime
import Support

struct Start: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "start", abstract: "Start one or more stopped containers",
    usage: "\(ProgramName.current) start [OPTIONS] CONTAINER [CONTAINER...]")

  @Flag(name: .shortAndLong, help: "Attach STDOUT/STDERR and forward signals") var attach = false
  @Option(name: .long, help: "Override the key sequence for detaching a container")
  var detachKeys: String?
  @Flag(name: .shortAndLong, help: "Attach container's STDIN") var interactive = false
  @Argument(completion: Completion.containers) var containers: [String]

  func run() throws {
    let engine = try openEngine()
    guard attach || interactive else {
      return try Batch.each(containers) { name in
        let record = try engine.container(name)
        if !record.state.isActive, let outcome = try engine.start(record).awaitStart() {
          _ = try Launch.status(outcome, of: record)
        }
        print(name)
      }
    }
    guard containers.count == 1 else {
      throw DklabError(
        .invalid, id: "start.attach-many",
        Text(
          "you cannot start and attach multiple containers at once",
          ko: "여러 컨테이너를 한꺼번에 시작하면서 연결할 수는 없습니다"))
    }
    let record = try engine.container(containers[0])
    let keys = try detachKeys.map(DetachKeys.parse) ?? DetachKeys.standard
    var attachment = MonitorClient.Attachment(
      input: interactive && record.spec.openStdin, terminal: record.spec.tty, detachKeys: keys)
    attachment.keepsTyped = engine.captureBytes
    guard !record.state.isActive else {
      return try AttachSession.run(engine, record, attachment)
    }
    let client = try engine.start(
      record,
      options: StartOptions(attach: attachment, consoleSize: WindowSize(of: STDIN_FILENO)))
    let outcome = try AttachSession.relay(client, attachment, engine, record)
    if outcome == .detached { try engine.tell("detach", record) }
    let status = try Launch.status(outcome, of: record)
    if status != 0 { throw ExitCode(status) }
  }
}
