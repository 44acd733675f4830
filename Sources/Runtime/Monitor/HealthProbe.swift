// One look at a container's health: an `exec` by a child of the monitor.
//
//   dklab:monitor ── fork ──▶ dklab:health ── clone, setns ──▶ dklab:exec ── clone ──▶ the command
//
// The child takes the time, joins the container, collects what the command prints, ends it when it
// takes too long, and writes the result into the container's record; its exit status tells the
// monitor no more than "well" or "not well". Everything it needed goes with it. Each process of the
// chain dies with the one before, so that killing the child leaves no command behind.
//
// Man pages: fork(2), setns(2), PR_SET_PDEATHSIG(2const). Next: ExecSession.swift.

import Glibc
import Linux
import Support

/// Runs a check's command once.
struct HealthProbe {
  let check: HealthCheck
  let request: ExecRequest

  /// A probe of the container whose first process is `container`.
  init(
    _ check: HealthCheck, script: LaunchScript, container: ProcessIdentity, cgroup: CgroupHandle?
  ) {
    self.check = check
    var script = script
    script.operations = check.operations
    script.cgroup = nil
    script.terminal = false
    script.inheritedDescriptors = nil
    script.hookState = nil
    request = ExecRequest(
      container: container, namespaces: Namespace.foreign(to: container.pid), cgroup: cgroup,
      script: script, openStdin: false, detached: true, detachKeys: [],
      captureBytes: HealthResult.longestOutput + 1)
  }

  /// Runs it to its end, or to the end of its time.
  func run() -> HealthResult {
    let start = wallClockNanoseconds()
    var session = ExecSession(request)
    session.capturesErrors = true
    session.limit = check.timeout
    do {
      // A command that is ended loses its parent; where it would go then, somebody else had to collect
      // it, and the container could not end before.
      try ProcessControl.setChildSubreaper()
      let result = try session.run()
      if result.timedOut { collectOrphans() }
      if let failure = result.failure { return failed(start, failure.message) }
      if result.timedOut { return timedOut(start, result.output) }
      return HealthResult(
        start: start, end: wallClockNanoseconds(), exitCode: result.code,
        output: HealthProbe.text(result.output))
    } catch {
      return failed(start, "\(error)")
    }
  }

  private func collectOrphans() {
    for _ in 0..<200 {
      var status: Int32 = 0
      if waitpid(-1, &status, WNOHANG) < 0 { return }
      usleep(5000)
    }
  }

  private func failed(_ start: Int64, _ message: String) -> HealthResult {
    HealthResult(start: start, end: wallClockNanoseconds(), exitCode: -1, output: message)
  }

  private func timedOut(_ start: Int64, _ output: [UInt8]) -> HealthResult {
    let limit = "Health check exceeded timeout (\(HealthProbe.duration(check.timeout)))"
    let printed = HealthProbe.text(output)
    return failed(start, printed.isEmpty ? limit : "\(limit): \(printed)")
  }

  private static func text(_ output: [UInt8]) -> String {
    let text = String(decoding: output.prefix(HealthResult.longestOutput), as: UTF8.self)
    return output.count > HealthResult.longestOutput ? text + "..." : text
  }

  /// Milliseconds as Go writes a duration: `1.5s`, `1m0s`, `500ms`.
  static func duration(_ milliseconds: Int64) -> String {
    if milliseconds < 1000 { return "\(milliseconds)ms" }
    let (minutes, rest) = milliseconds.quotientAndRemainder(dividingBy: 60_000)
    var digits = String(rest % 1000 + 1000).dropFirst()
    while digits.hasSuffix("0") { digits.removeLast() }
    let seconds = "\(rest / 1000)\(digits.isEmpty ? "" : ".\(digits)")s"
    if minutes == 0 { return seconds }
    return (minutes >= 60 ? "\(minutes / 60)h" : "") + "\(minutes % 60)m" + seconds
  }
}
