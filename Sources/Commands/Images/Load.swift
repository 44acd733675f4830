import ArgumentParser
import Glibc
import Linux
import Support

struct Load: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "load", abstract: "Load an image from a tar archive or STDIN",
    usage: "\(ProgramName.current) load [OPTIONS]")

  @Option(name: .shortAndLong, help: "Read from tar archive file, instead of STDIN")
  var input: String?
  @Flag(name: .shortAndLong, help: "Suppress the load output") var quiet = false

  func run() throws {
    if input == nil, isatty(STDIN_FILENO) == 1 {
      throw DklabError(
        .invalid, id: "load.terminal",
        Text(
          "requested load from stdin, but stdin is empty", ko: "표준 입력에서 읽으려 했지만 비어 있습니다"),
        hint: Text("give a file with -i, or redirect one", ko: "-i로 파일을 주거나 입력을 돌리세요"))
    }
    let store = try openEngine().images()
    try withInput(input) { descriptor, name in
      var last = ""
      let loaded = try store.load(descriptor, name: name) { progress in
        // One line for each step; how far a step is would be one line for each block.
        let line = PullText.line(progress)
        if !quiet, line != last { StandardError.print(line) }
        last = line
      }
      for image in loaded { print(image) }
    }
  }
}

/// Calls `body` with a descriptor of the file at `path`, or of standard input for nil and `-`.
func withInput(_ path: String?, _ body: (Int32, String) throws -> Void) throws {
  guard let path, path != "-" else { return try body(STDIN_FILENO, "standard input") }
  let file = try FileDescriptor.open(path, O_RDONLY)
  try body(file.number, path)
}
