// When the monitor looks at its container's health.
//
// Next: HealthProbe.swift for how.

import Glibc
import Linux
import Support

/// The state of a container's checks during one run of it.
struct HealthWatch {
  let check: HealthCheck
  var progress = HealthProgress()
  /// When to look next, on the monotonic clock.
  var nextLook: Int64
  /// The child that looks now; 0 when none does.
  var probe: pid_t = 0
  /// How old the run was when it began to look.
  var probeAge: Int64 = 0

  init(_ check: HealthCheck, now: Int64) {
    self.check = check
    nextLook = now + check.delay(.starting, sinceStart: 0)
  }
}

extension Monitor {
  /// When `serveHealth` has something to do without being woken; nil for never.
  var healthDeadline: Int64? {
    health.flatMap { $0.probe == 0 ? $0.nextLook : nil }
  }

  /// Begins a look when it is time, and takes in the result of one that has ended.
  func serveHealth() {
    guard var watch = health else { return }
    defer { health = watch }
    if watch.probe > 0 {
      var status: Int32 = 0
      guard waitpid(watch.probe, &status, WNOHANG) == watch.probe else { return }
      watch.probe = 0
      let ended = ExitStatus(waitStatus: status)
      // A child that was killed has written nothing, so nothing was seen.
      if ended.signal == nil {
        watch.progress.take(
          succeeded: ended.code == 0, sinceStart: watch.probeAge, check: watch.check)
      }
      let age = monotonicMilliseconds() - startedAt
      watch.nextLook =
        monotonicMilliseconds() + watch.check.delay(watch.progress.status, sinceStart: age)
      return
    }
    guard monotonicMilliseconds() >= watch.nextLook else { return }
    watch.probeAge = monotonicMilliseconds() - startedAt
    // What is paused can neither answer nor fail to.
    if cgroup?.isFrozen ?? false {
      watch.nextLook = monotonicMilliseconds() + watch.check.interval
      return
    }
    watch.probe = (try? look(watch)) ?? 0
    if watch.probe == 0 { watch.nextLook = monotonicMilliseconds() + watch.check.interval }
  }

  /// Ends a look that is under way: what it looks at has gone.
  func endHealth() {
    if let probe = health?.probe, probe > 0 {
      kill(probe, SIGKILL)
      _ = try? waitFor(probe)
    }
    health = nil
  }

  private func look(_ watch: HealthWatch) throws -> pid_t {
    guard let container = ProcessIdentity(of: pid) else { return 0 }
    let probe = try forkProcess()
    if probe != 0 { return probe }
    ProcessControl.setName("dklab:health")
    ProcessControl.setCommandLine("dklab:health")
    try? ProcessControl.setParentDeathSignal(.kill)
    // A copy of a client's socket, or of the program's stdin, would hide that it was closed.
    closeDescriptors(except: [])
    let result = HealthProbe(
      watch.check, script: request.script, container: container, cgroup: cgroup
    ).run()
    var progress = watch.progress
    progress.take(
      succeeded: result.exitCode == 0, sinceStart: watch.probeAge, check: watch.check)
    if container.isAlive {
      hooks.record(.checked(result, progress, changed: progress.status != watch.progress.status))
    }
    _exit(result.exitCode == 0 ? 0 : 1)
  }
}
