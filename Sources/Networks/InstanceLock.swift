import Glibc
import Linux
import Support

/// The lock of an instance's network (flock(2)). The kernel lets it go when its holder dies, so it
/// never has to be broken.
enum InstanceLock {
  /// Runs `body` while holding the lock at `path`; waits for it first.
  static func hold<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
    let file = try FileDescriptor.open(path, O_RDWR | O_CREAT, mode: 0o600)
    try check(retryingInterrupts { flock(file.number, LOCK_EX) }, "flock", path)
    defer { flock(file.number, LOCK_UN) }
    return try body()
  }
}
