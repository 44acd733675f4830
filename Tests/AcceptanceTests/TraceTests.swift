import Testing

@Suite("run --trace", .serialized, .enabled(if: containerObstacle == nil, "needs root"))
struct TraceTests {
  let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
  }

  @Test("shows the system calls of a launch in their order, with their results, beside the output")
  func calls() {
    defer { sandbox.close() }
    let result = sandbox.run(["run", "--rm", "--trace", "busybox", "sh", "-c", "echo out; exit 3"])
    #expect(result.status == 3 && result.text == "out", "\(result)")
    let lines = result.errors.split(separator: "\n").map(String.init)
    let order = [
      "clone3(", "openat2(/proc)", "mount(proc on /proc", "mknod(/dev/null)", "pivot_root(",
      "seccomp(", "setresuid(", "execve(",
    ]
    let places = order.map { call in lines.firstIndex { $0.hasPrefix("  " + call) } }
    #expect(!places.contains(nil), "\(zip(order, places).filter { $1 == nil }) in \(result.errors)")
    #expect(places.compactMap(\.self) == places.compactMap(\.self).sorted())
    #expect(lines.filter { $0.hasPrefix("  ") }.allSatisfy { $0.contains(" = ") })
    #expect(lines.last?.hasSuffix(" = 0") == true, "the program runs")
  }

  @Test("shows the call that failed, with its error") func failure() {
    defer { sandbox.close() }
    let result = sandbox.run("run --rm --trace -w /etc/passwd busybox true")
    #expect(result.status != 0)
    #expect(result.errors.contains("[init] execve") == false, "\(result)")
    #expect(result.errors.contains("Not a directory (ENOTDIR)"))
    let detached = sandbox.run("run -d --trace --name td busybox sleep 1000")
    #expect(detached.status == 0 && detached.text.count == 64)
    #expect(detached.errors.contains("  execve("))
  }
}
