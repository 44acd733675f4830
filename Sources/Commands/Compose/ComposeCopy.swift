import ArgumentParser
import Compose
import Engine
import Glibc
import Support

struct ComposeCopy: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cp",
    abstract: "Copy files/folders between a service container and the local filesystem",
    usage: """
      \(ProgramName.compose) cp [OPTIONS] SERVICE:SRC_PATH DEST_PATH|-
             \(ProgramName.compose) cp [OPTIONS] SRC_PATH|- SERVICE:DEST_PATH
      """)

  @OptionGroup var project: ComposeProjectOptions
  @Flag(help: "Include containers created by the run command") var all = false
  @Flag(name: .shortAndLong, help: "Archive mode (copy all uid/gid information)")
  var archive = false
  @Flag(name: [.customShort("L"), .long], help: "Always follow symbol link in SRC_PATH")
  var followLink = false
  @Option(help: "Index of the container if service has multiple replicas") var index: Int?
  @Argument(completion: .file()) var source: String
  @Argument(completion: .file()) var destination: String

  func run() throws {
    let (from, to) = (CopyPlace(source), CopyPlace(destination))
    guard (from.container == nil) != (to.container == nil) else {
      throw DklabError(
        .unsupported, id: "cp.sides",
        from.container == nil
          ? Text("unknown copy direction", ko: "한쪽은 서비스의 경로여야 합니다")
          : Text("copying between services is not supported", ko: "서비스 사이의 복사는 할 수 없습니다"),
        hint: Text("write SERVICE:PATH on one side", ko: "한쪽을 서비스:경로로 쓰세요"), exitStatus: 1)
    }
    let service = from.container ?? to.container ?? ""
    let session = try ComposeSession(project, services: [service], everything: true)
    let engine = session.engine
    guard let path = to.container.map({ _ in to.path }) else {
      let record = try session.record(service, index: index)
      if to.path == "-" {
        return try engine.copyOut(
          record, path: from.path, followsLink: followLink, to: STDOUT_FILENO)
      }
      return try copy(engine, record, .outOfContainer, host: to, inside: from.path)
    }
    // Into all replicas, unless one is named.
    let records =
      index == nil
      ? try session.records([service], oneOff: all) : [try session.record(service, index: index)]
    guard !records.isEmpty else { _ = try session.record(service, index: index); return }
    for record in records {
      if from.path == "-" {
        try engine.copyIn(record, archive: STDIN_FILENO, path: path)
      } else {
        try copy(engine, record, .intoContainer, host: from, inside: path)
      }
    }
  }

  private func copy(
    _ engine: Engine, _ record: ContainerRecord, _ direction: CopyWish.Direction,
    host: CopyPlace, inside: String
  ) throws {
    var wish = CopyWish(
      direction: direction, hostPath: host.absolutePath, containerPath: inside)
    wish.followsLink = followLink
    wish.keepsOwner = archive
    try engine.copy(record, wish)
  }
}
