import Engine
import Glibc
import Linux
import Support

/// The cache mounts that a step has to itself (`sharing=locked`), held as long as the value lives.
final class CacheMountLocks {
  private var files: [Int32] = []

  /// Takes what `step` asks for. nil when something is taken; with `waits` it waits for it instead,
  /// which only another build can have.
  init?(of step: Step, engine: Engine, waits: Bool) throws {
    guard case .run(let work) = step.operation else { return }
    let wanted = work.mounts.compactMap { mount -> String? in
      let wish = mount.wish
      guard wish.kind == .cache, wish.sharing == .locked else { return nil }
      return wish.id ?? wish.target.map { PathText.join(work.directory, $0) }
    }
    // In one order, so that two builds never wait for each other.
    for id in Set(wanted).sorted() {
      let path = CacheMountLocks.directory(id, engine)
      try Directory.make(path, mode: 0o711)
      let file = try FileDescriptor.open(path + "/lock", O_RDWR | O_CREAT, mode: 0o600).release()
      files.append(file)
      let flags = waits ? LOCK_EX : LOCK_EX | LOCK_NB
      guard retryingInterrupts({ flock(file, flags) }) != 0 else { continue }
      guard errno == EWOULDBLOCK else { throw SyscallError("flock", path) }
      return nil
    }
  }

  deinit {
    for file in files { close(file) }
  }

  /// Where the cache mount `id` of an instance lies.
  static func directory(_ id: String, _ engine: Engine) -> String {
    "\(engine.directory)/build-cache/\(CacheKey.hash([id]).prefix(32))"
  }
}
