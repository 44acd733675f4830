import ArgumentParser
import Engine
import Glibc
import Linux
import Runtime
import Support

struct Attach: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attach",
    abstract:
      "Attach local standard input, output, and error streams to a running container",
    usage: "\(ProgramName.current) attach [OPTIONS] CONTAINER")

  @Option(name: .long, help: "Override the key sequence for detaching a container")
  var detachKeys: String?
  @Flag(name: .long, help: "Do not attach STDIN") var noStdin = false
  @Flag(inversion: .prefixedNo, help: "Proxy all received signals to the process")
  var sigProxy = true
  @Argument(completion: Completion.runningContainers) var container: String

  func run() throws {
    let engine = try openEngine()
    let record = try engine.container(container)
    switch record.state.status {
    case .paused:
      throw cannotAttach(
        "You cannot attach to a paused container, unpause it first", "일시 정지된 컨테이너에는 연결할 수 없습니다")
    case .restarting:
      throw cannotAttach(
        "You cannot attach to a restarting container, wait until it is running",
        "다시 시작하는 중인 컨테이너에는 연결할 수 없습니다")
    case _ where !record.state.isActive:
      throw cannotAttach(
        "You cannot attach to a stopped container, start it first", "멈춘 컨테이너에는 연결할 수 없습니다")
    default: break
    }
    let keys = try detachKeys.map(DetachKeys.parse) ?? DetachKeys.standard
    try AttachSession.run(
      engine, record,
      MonitorClient.Attachment(
        input: !noStdin && record.spec.openStdin, terminal: record.spec.tty, detachKeys: keys,
        passesSignals: sigProxy))
  }

  private func cannotAttach(_ english: String, _ korean: String) -> DklabError {
    DklabError(.conflict, id: "attach.not-running", Text(english, ko: korean))
  }
}

/// Joining a container that runs already.
enum AttachSession {
  static func run(
    _ engine: Engine, _ record: ContainerRecord, _ attachment: MonitorClient.Attachment
  ) throws {
    var attachment = attachment
    attachment.keepsTyped = engine.captureBytes
    let client = try engine.monitor(of: record)
    try client.send(Frame(.attach, [attachment.bits]))
    try engine.tell("attach", record)
    let outcome = try relay(client, attachment, engine, record)
    if outcome == .detached { try engine.tell("detach", record) }
    let status = try Launch.status(outcome, of: record)
    if status != 0 { throw ExitCode(status) }
  }

  /// Connects the streams until the container ends or lets go; in a lab, what was typed is kept.
  static func relay(
    _ client: MonitorClient, _ attachment: MonitorClient.Attachment, _ engine: Engine,
    _ record: ContainerRecord
  ) throws -> MonitorClient.Outcome {
    let outcome = try client.relay(attachment)
    try? engine.noteTyped(client.typed, in: record)
    return outcome
  }
}
