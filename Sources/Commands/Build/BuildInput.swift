import Builder
import Engine
import Glibc
import Images
import Linux
import Support

/// Where the files and the Dockerfile of a build come from: a directory, an archive, or standard
/// input.
struct BuildInput {
  let context: BuildContext
  /// Removed when the build is over.
  let temporary: String?

  /// `engine` gives a place for what has to be unpacked.
  init(_ command: Build, engine: Engine) throws {
    if command.path == "-" {
      (context, temporary) = try BuildInput.standardInput(command, engine)
      return
    }
    if ["http://", "https://", "git@", "git://", "ssh://", "github.com/"].contains(where: {
      command.path.hasPrefix($0)
    }) {
      (context, temporary) = try BuildInput.repository(command, engine)
      return
    }
    let directory = try absolutePath(command.path)
    guard File.exists(directory) else {
      throw BuildInput.unusable(
        Text("path \"\(command.path)\" not found", ko: "\"\(command.path)\"이(가) 없습니다"))
    }
    guard File.isDirectory(directory) else {
      throw BuildInput.unusable(
        Text(
          "path \"\(command.path)\" must be a directory: it is the build context, not the Dockerfile",
          ko: "\"\(command.path)\"은(는) 디렉터리여야 합니다. Dockerfile이 아니라 빌드 컨텍스트를 씁니다"),
        hint: Text(
          "\(ProgramName.current) build -f \(command.path) .",
          ko: "\(ProgramName.current) build -f \(command.path) ."))
    }
    temporary = nil
    if command.file == "-" {
      context = try BuildContext(
        directory: directory, dockerfile: "-", text: BuildInput.text(try readAll(STDIN_FILENO)))
    } else {
      context = try BuildContext(
        directory: directory,
        dockerfile: try command.file.map { try BuildInput.find($0, directory) })
    }
  }

  /// `-f NAME`: from where the caller stands; if nothing is there, in the context.
  private static func find(_ file: String, _ directory: String) throws -> String {
    let here = try absolutePath(file)
    if File.exists(here) { return here }
    let inside = PathText.join(directory, file)
    return File.exists(inside) ? inside : here
  }

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  private static func unusable(_ why: Text, hint: Text? = nil) -> DklabError {
    DklabError(
      .notFound, id: "build.context",
      Text("unable to prepare context: \(why.en)", ko: "빌드 컨텍스트를 쓸 수 없습니다: \(why.ko)"),
      hint: hint)
  }

  /// A Dockerfile alone, or an archive of a whole context.
  private static func standardInput(
    _ command: Build, _ engine: Engine
  ) throws -> (BuildContext, String?) {
    if command.file == "-" {
      throw DklabError(
        .invalid, id: "build.stdin",
        Text(
          "invalid argument: can't use stdin for both build context and dockerfile",
          ko: "표준 입력을 빌드 컨텍스트와 Dockerfile로 한꺼번에 쓸 수 없습니다"))
    }
    let temporary = try makeTemporary(engine)
    let path = temporary + "/input"
    let file = try FileDescriptor.open(path, O_RDWR | O_CREAT | O_EXCL, mode: 0o600)
    try withUnsafeTemporaryAllocation(byteCount: 256 << 10, alignment: 16) { buffer in
      while true {
        let count = try check(
          retryingInterrupts { read(STDIN_FILENO, buffer.baseAddress, buffer.count) }, "read",
          "standard input")
        if count == 0 { return }
        try writeAll(file.number, UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      }
    }
    guard LocalArchive.isArchive(file.number) else {
      let context = try BuildContext(
        directory: nil, dockerfile: command.file ?? "Dockerfile",
        text: text(try File.read(path, limit: 16 << 20)))
      return (context, temporary)
    }
    let directory = temporary + "/context"
    try Directory.make(directory)
    lseek(file.number, 0, SEEK_SET)
    try engine.images().content.unpack(
      archive: file.number, name: "standard input", into: directory)
    let dockerfile = command.file.map { PathText.join(directory, $0) }
    return (try BuildContext(directory: directory, dockerfile: dockerfile), temporary)
  }

  /// A git repository: URL[#REF[:DIRECTORY]].
  private static func repository(
    _ command: Build, _ engine: Engine
  ) throws -> (BuildContext, String?) {
    guard let git = HostProgram("git") else {
      throw unusable(
        Text("unable to find 'git': not in PATH", ko: "git이 없습니다"),
        hint: Text("install git", ko: "git을 설치하세요"))
    }
    let parts = command.path.split(separator: "#", maxSplits: 1).map(String.init)
    let place = parts.count > 1 ? parts[1].split(separator: ":", maxSplits: 1) : []
    let temporary = try makeTemporary(engine)
    let directory = temporary + "/context"
    let url = parts[0].hasPrefix("github.com/") ? "https://" + parts[0] : parts[0]
    var words = ["clone", "--quiet", "--depth", "1", "--recurse-submodules"]
    if let reference = place.first, !reference.isEmpty { words += ["--branch", String(reference)] }
    let outcome = try git.run(words + ["--", url, directory])
    guard outcome.succeeded else {
      try? Directory.removeTree(temporary)
      throw unusable(
        Text(
          "unable to 'git clone' to temporary context directory: \(url)",
          ko: "git clone에 실패했습니다: \(url)"))
    }
    try? Directory.removeTree(directory + "/.git")
    let inside = PathText.clean("/" + (place.count > 1 ? String(place[1]) : ""))
    let context = inside == "/" ? directory : directory + inside
    return (
      try BuildContext(
        directory: context, dockerfile: command.file.map { PathText.join(context, $0) }), temporary
    )
  }

  private static func makeTemporary(_ engine: Engine) throws -> String {
    let path = "\(engine.directory)/build/\(getpid()).input\(UInt32.random(in: 0 ... .max))"
    try Directory.make(path, mode: 0o700)
    return path
  }
}
