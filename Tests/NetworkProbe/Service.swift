import Glibc
import Linux
import Support

/// A process with the services in a network namespace of its own, which wait for `start`.
final class Service {
  let pid: pid_t
  private var gate: Int32
  private let listening: Int32

  init(closing descriptors: [Int32] = []) throws {
    let (waiting, gate) = try FileDescriptor.pipe().split()
    let (listening, report) = try FileDescriptor.pipe().split()
    guard case .parent(let pid, let pidfd) = try cloneProcess([.network]) else {
      for descriptor in descriptors + [gate, listening] { close(descriptor) }
      try ProcessControl.setParentDeathSignal(.kill)
      runServices(after: waiting, report: report)
    }
    close(waiting)
    close(report)
    close(pidfd)
    self.pid = pid
    self.gate = gate
    self.listening = listening
  }

  /// Lets the services begin, and returns when they listen.
  func start() {
    guard gate >= 0 else { return }
    close(gate)
    gate = -1
    var byte: UInt8 = 0
    _ = read(listening, &byte, 1)
    close(listening)
  }

  func stop() {
    kill(pid, SIGKILL)
    _ = try? waitFor(pid)
  }
}
