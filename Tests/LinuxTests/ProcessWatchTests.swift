import Glibc
import Testing

@testable import Linux

@Suite("A watch over processes") struct ProcessWatchTests {
  private func sleeper() throws -> pid_t {
    var pid: pid_t = 0
    var arguments = [strdup("sleep"), strdup("1000"), nil]
    defer { for pointer in arguments { free(pointer) } }
    try #require(posix_spawnp(&pid, "sleep", nil, nil, &arguments, environ) == 0)
    return pid
  }

  @Test("tells of one that was killed among others, whether it was collected or not")
  func killed() throws {
    let pids = [try sleeper(), try sleeper()]
    defer { for pid in pids { kill(pid, SIGKILL) } }
    let all = try pids.map { try #require(ProcessIdentity(of: $0)) }
    let watch = ProcessWatch()
    #expect(!watch.hasEnded(anyOf: all))
    #expect(!watch.hasEnded(anyOf: []))
    #expect(!watch.hasEnded(anyOf: all))
    kill(pids[1], SIGKILL)
    var info = siginfo_t()
    waitid(P_PID, id_t(pids[1]), &info, WEXITED | WNOWAIT)
    #expect(watch.hasEnded(anyOf: all))
    #expect(ProcessWatch().hasEnded(anyOf: all), "a zombie, seen for the first time")
    #expect(!watch.hasEnded(anyOf: all.prefix(1)))
    waitpid(pids[1], nil, 0)
    #expect(watch.hasEnded(anyOf: all))
    kill(pids[0], SIGKILL)
    waitpid(pids[0], nil, 0)
  }

  @Test("is not taken in by a number that is used again")
  func another() throws {
    var other = try #require(ProcessIdentity(of: getpid()))
    #expect(!ProcessWatch().hasEnded(anyOf: [other]))
    other.startTime -= 1
    #expect(ProcessWatch().hasEnded(anyOf: [other]))
  }

  @Test("holds a descriptor for each that it was asked about last")
  func descriptors() throws {
    let watch = ProcessWatch()
    let me = try #require(ProcessIdentity(of: getpid()))
    let parent = try #require(ProcessIdentity(of: getppid()))
    #expect(!watch.hasEnded(anyOf: [me, parent, me]))
    #expect(watch.count == 2)
    #expect(!watch.hasEnded(anyOf: [me]))
    #expect(watch.count == 1)
  }
}
