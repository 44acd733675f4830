// `exec`: one more process in a container.
//
// The streams are the caller's own: conmon or containerd's shim has made pipes, and wants to be the
// parent of the process that reads and writes them.
//
// Next: RuntimeProcess.swift.

import Glibc
import Linux
import Support

/// What `exec` is asked for.
package struct ExecutionRequest: Sendable {
  package var process: SpecProcess
  package var pidFile: String?
  package var consoleSocket: String?
  package var preservedDescriptors = 0
  package var ignoresPause = false

  package init(process: SpecProcess) {
    self.process = process
  }
}

extension RuntimeContainer {
  /// Starts a process here, and returns its id once its program runs. `console` gets the master end
  /// of its terminal when there is no socket to send it to.
  package func execute(
    _ request: ExecutionRequest, console: (Int32) throws -> Void
  ) throws -> (pid: pid_t, warnings: [Text]) {
    let status = status
    if status == .stopped { throw Self.notRunning }
    if status == .paused && !request.ignoresPause {
      throw DklabError(
        .conflict, id: "oci.paused",
        Text(
          "cannot exec in a paused container (use --ignore-paused to override)",
          ko: "일시 정지된 컨테이너에서는 exec을 할 수 없습니다(--ignore-paused로 무시할 수 있습니다)"))
    }
    var warnings: [Text] = []
    var process = request.process
    process.user.dropPrivateFields()
    warnings += try SpecValidation(process: process, in: spec).warnings
    let ownsUser = spec.linux?.namespaces?.contains { $0.type == "user" } ?? false
    process.capabilities = (process.capabilities ?? SpecCapabilities())
      .restricted(to: ownsUser ? .all : .current(), &warnings)
    var host = HostFacts.observeForJoining()
    host.modules = [.appArmor, .selinux].filter(\.isEnabled)
    var wish = LaunchWish(id: id, spec: spec, rootfs: .directory("/"))
    wish.hasSeccomp = spec.linux?.seccomp != nil
    wish.consoleSize = process.consoleSize?.windowSize
    wish.spec.process = process
    let plan = try LaunchPlan.execPlan(process, wish: wish, host: host)
    let bounding = try CapabilitySet(names: process.capabilities?.bounding ?? [])
    let seccomp = try spec.linux?.seccomp?.compile(capabilities: bounding)
    var script = LaunchScript(wish, plan: plan, cgroup: nil, seccomp: seccomp)
    script.inheritedDescriptors = request.preservedDescriptors
    let made = try RuntimeProcess.make(
      script, joining: self.process, cgroup: cgroup,
      affinity: process.execCPUAffinity)
    do {
      let pid = made.pid
      try made.awaitProgram(
        console: { master in
          guard let socket = request.consoleSocket else { return try console(master) }
          let connection = try UnixSocket.connect(to: socket)
          try sendDescriptor(
            connection.number, master, text: "/dev/ptmx", subject: socket)
        },
        listener: { number in
          let state = hookState.json(status: "running", pid: self.process.pid)
          try SeccompAgent(of: spec)?.give(listener: number, of: pid, state)
        })
      if let file = request.pidFile { try File.replace(file, "\(made.pid)", durable: false) }
    } catch {
      kill(made.pid, SIGKILL)
      _ = try? waitFor(made.pid)
      throw error
    }
    return (made.pid, warnings)
  }
}
