import Engine
import Glibc
import Linux
import Runtime
import Support

/// `run --trace`: prints the system calls of a launch once the launch is over.
struct LaunchTrace: ~Copyable {
  private let file: FileDescriptor

  /// Makes the file that the monitor and the init process will write. It is read through the
  /// descriptor, since with --rm it may be gone when the launch is over.
  init(_ engine: Engine, _ record: ContainerRecord) throws {
    file = try FileDescriptor.open(
      engine.tracePath(record.id), O_RDWR | O_CREAT | O_TRUNC, mode: 0o600)
  }

  /// Waits for the launch and prints. Returns how it failed, when it did.
  func print(_ client: MonitorClient) throws -> MonitorClient.Outcome? {
    let outcome = try client.awaitStart()
    try check(lseek(file.number, 0, SEEK_SET), "lseek", "trace")
    var text = String(decoding: try readAll(file.number, subject: "trace"), as: UTF8.self)
    // execve(2) does not return; what it left unfinished is the success.
    if !text.isEmpty, !text.hasSuffix("\n") { text += " = 0\n" }
    StandardError.print(text)
    return outcome
  }
}
