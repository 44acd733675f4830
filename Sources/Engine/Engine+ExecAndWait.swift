import Glibc
import Linux
import Runtime
import Support

extension Engine {
  /// Runs a further process in a container, in a child of this process, and returns its exit status.
  /// Standard streams are this process's own.
  package func execAndWait(_ record: ContainerRecord, _ wish: ExecWish) throws -> Int32 {
    // SQLite keeps its locks in the process: a copy must not believe that it holds them.
    disconnect()
    fflush(nil)
    let pid = try forkProcess()
    if pid == 0 {
      do {
        try exec(record, wish)
      } catch {
        try? writeAll(STDERR_FILENO, "dklab: exec: \(error)\n")
        _exit(126)
      }
    }
    return try waitFor(pid).code
  }
}
