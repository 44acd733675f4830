import Glibc
import Linux
import Support

/// The relay of a lab at work: a process that lives as long as whoever started it.
final class RelayProcess {
  private let pid: pid_t

  /// Starts `dklab lab __relay` and waits until it listens at `socket`.
  init(_ program: String, socket: String, work: DockerWork) throws {
    unlink(socket)
    let (ready, readyInside) = try FileDescriptor.pipe().split()
    let reader = FileDescriptor(owning: ready)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, readyInside, 1)
    // A signal for the student's shell is none for the relay.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    let words = [program, "lab", "__relay", socket, work.host, work.outputs]
    var argv = words.map { strdup($0) } + [nil]
    defer { for pointer in argv { free(pointer) } }
    var child: pid_t = 0
    let result = posix_spawn(&child, program, &actions, &attributes, &argv, environ)
    close(readyInside)
    pid = child
    guard result == 0 else { throw SyscallError("posix_spawn", program, errno: result) }
    // It keeps the pipe's end: one word is all there is to read.
    var word = [UInt8](repeating: 0, count: 16)
    guard retryingInterrupts({ read(reader.number, &word, word.count) }) > 0 else {
      throw DklabError(
        .internal, id: "lab.no-relay",
        Text(
          "the relay to the Docker Engine has not started",
          ko: "Docker Engine으로 이어 주는 프로세스를 시작하지 못했습니다"))
    }
  }

  deinit {
    kill(pid, SIGKILL)
    _ = try? waitFor(pid)
  }
}
