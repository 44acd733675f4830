import Glibc
import Linux

/// Finds a program as runc does, and words its failures as Docker's users know them. In the directories
/// of PATH a file that may not be executed is passed over; execvp(3) would tell of it.
struct ProgramSearch {
  let path: String

  init(environment: [String]) {
    path =
      environment.last { $0.hasPrefix("PATH=") }.map { String($0.dropFirst(5)) }
      ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
  }

  /// The path to execute; the failure when there is none.
  func find(_ name: String) -> (path: String, failure: LaunchFailure?) {
    if name.contains("/") { return (name, problem(name, name)) }
    for directory in path.split(separator: ":", omittingEmptySubsequences: false) {
      let candidate = "\(directory.isEmpty ? "." : directory)/\(name)"
      var info = stat()
      guard stat(candidate, &info) == 0, info.st_mode & S_IFMT == S_IFREG else { continue }
      if access(candidate, X_OK) == 0 { return (candidate, nil) }
    }
    return (
      name,
      LaunchFailure(
        operation: "execve", message: "exec: \"\(name)\": executable file not found in $PATH",
        errno: ENOENT, exitCode: 127)
    )
  }

  private func problem(_ name: String, _ path: String) -> LaunchFailure? {
    var info = stat()
    if stat(path, &info) != 0 { return failure(name, path, errno) }
    if info.st_mode & S_IFMT == S_IFDIR { return failure(name, path, EISDIR) }
    return access(path, X_OK) == 0 ? nil : failure(name, path, errno)
  }

  /// execve(2) said `number`: 127 when there is no such file, 126 when it cannot be executed.
  func failure(_ name: String, _ path: String, _ number: Int32) -> LaunchFailure {
    let missing = number == ENOENT || number == ENOTDIR
    var cause =
      Glibc.strerror(number).map { String(cString: $0) }?.lowercased() ?? "errno \(number)"
    if number == ENOENT && File.exists(path) {
      // The file is there: what is missing is the interpreter its first line or its ELF header names.
      cause += " (its interpreter is missing)"
    }
    return LaunchFailure(
      operation: "execve", message: "exec: \"\(name)\": \(cause)", errno: number,
      exitCode: missing ? 127 : 126)
  }
}
