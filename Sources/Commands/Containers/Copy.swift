import ArgumentParser
import Engine
import Glibc
import Support

struct Copy: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cp",
    abstract: "Copy files/folders between a container and the local filesystem",
    usage: """
      \(ProgramName.current) cp [OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-
             \(ProgramName.current) cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH
      """)

  @Flag(name: .shortAndLong, help: "Archive mode (copy all uid/gid information)")
  var archive = false
  @Flag(name: [.customShort("L"), .long], help: "Always follow symbol link in SRC_PATH")
  var followLink = false
  @Flag(name: .shortAndLong, help: "Suppress progress output during copy") var quiet = false
  @Argument(completion: .file()) var source: String
  @Argument(completion: .file()) var destination: String

  func run() throws {
    let from = CopyPlace(source)
    let to = CopyPlace(destination)
    guard (from.container == nil) != (to.container == nil) else {
      throw DklabError(
        .unsupported, id: "cp.sides",
        from.container == nil
          ? Text("must specify at least one container source", ko: "한쪽은 컨테이너의 경로여야 합니다")
          : Text("copying between containers is not supported", ko: "컨테이너 사이의 복사는 할 수 없습니다"),
        hint: Text("write CONTAINER:PATH on one side", ko: "한쪽을 컨테이너:경로로 쓰세요"))
    }
    let engine = try openEngine()
    let record = try engine.container(from.container ?? to.container ?? "")
    if to.path == "-" {
      try refuseTerminal()
      return try engine.copyOut(
        record, path: from.path, followsLink: followLink, to: STDOUT_FILENO)
    }
    if from.path == "-" {
      return try engine.copyIn(record, archive: STDIN_FILENO, path: to.path)
    }
    var wish = CopyWish(
      direction: to.container == nil ? .outOfContainer : .intoContainer,
      hostPath: (to.container == nil ? to : from).absolutePath,
      containerPath: (to.container == nil ? from : to).path)
    wish.followsLink = followLink
    wish.keepsOwner = archive
    try engine.copy(record, wish)
    if !quiet { StandardError.print("Successfully copied to \(destination)") }
  }
}

/// One side of `cp`: `CONTAINER:PATH`, or a path of the host.
struct CopyPlace: Equatable {
  var container: String?
  var path: String

  /// A colon makes a container's path unless the text is surely a path (`/a:b`, `./a:b`).
  init(_ text: String) {
    path = text
    guard !text.hasPrefix("/"), !text.hasPrefix("."), let colon = text.firstIndex(of: ":") else {
      return
    }
    container = String(text[..<colon])
    path = String(text[text.index(after: colon)...])
    // A container's relative path starts at its root.
    if !path.hasPrefix("/") { path = "/" + path }
  }

  /// The path from the host's root, keeping what its end says (`/`, `/.`).
  var absolutePath: String {
    path.hasPrefix("/") ? path : currentDirectory() + "/" + path
  }
}
