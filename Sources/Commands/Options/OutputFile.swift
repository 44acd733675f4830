import Glibc
import Linux
import Support

/// Calls `body` with a descriptor of standard output, which must not be a terminal, or of the new
/// file `path`, which appears only when it is complete.
func withOutput(_ path: String?, _ body: (Int32) throws -> Void) throws {
  guard let path else {
    try refuseTerminal()
    return try body(STDOUT_FILENO)
  }
  // /dev/null, a pipe: nothing that could be renamed over.
  var info = stat()
  if stat(path, &info) == 0, info.st_mode & S_IFMT != S_IFREG {
    let file = try FileDescriptor.open(path, O_WRONLY)
    return try body(file.number)
  }
  let temporary = "\(path).dklab-\(getpid())"
  do {
    let file = try FileDescriptor.open(temporary, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
    try body(file.number)
    try check(rename(temporary, path), "rename", path)
  } catch {
    unlink(temporary)
    throw error
  }
}

/// An archive on a terminal helps nobody.
func refuseTerminal() throws {
  guard isatty(STDOUT_FILENO) == 1 else { return }
  throw DklabError(
    .invalid, id: "output.terminal",
    Text(
      "cowardly refusing to save to a terminal. Use the -o flag or redirect",
      ko: "터미널에는 저장하지 않습니다. -o를 쓰거나 출력을 돌리세요"))
}
