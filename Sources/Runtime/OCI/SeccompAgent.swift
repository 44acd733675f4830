// Handing a container's listener to its agent: who answers system calls in the kernel's stead.
//
// The agent listens at a socket. For each process with a filter (the container's first one, and every one
// that `exec` adds) it gets one connection, on it the listener and a JSON text that says whose it
// is, and the connection ends. Without an agent nobody would answer, so then there is no container.
//
// Specification: runtime-spec config-linux.md, "The Container Process State".

import Documents
import Glibc
import Linux
import Support

/// The agent of a container.
struct SeccompAgent {
  let path: String
  let metadata: String?

  /// nil for a filter that asks nobody.
  init?(of spec: Spec) {
    guard let profile = spec.linux?.seccomp, let path = profile.agentPath else { return nil }
    self.path = path
    metadata = profile.listenerMetadata
  }

  /// Takes descriptor `number` out of the process `pid`, which waits for that, and gives it to the agent.
  /// `state` is the container's.
  func give(listener number: Int32, of pid: pid_t, _ state: JSONValue) throws {
    do {
      guard let process = openProcess(pid) else { throw SyscallError("pidfd_open", "\(pid)") }
      let listener = try takeDescriptor(number, of: process)
      let connection = try UnixSocket.connect(to: path)
      try sendDescriptor(
        connection.number, listener.number, text: message(pid, state), subject: path)
    } catch let error as SyscallError {
      throw LaunchFailure(
        operation: "seccomp", message: "linux.seccomp.listenerPath: the agent: \(error)",
        errno: error.errno)
    }
  }

  private func message(_ pid: pid_t, _ state: JSONValue) -> String {
    var message: JSONValue = [
      "ociVersion": .string(Spec.highestVersion), "fds": ["seccompFd"], "pid": .integer(Int64(pid)),
    ]
    if let metadata, !metadata.isEmpty { message["metadata"] = .string(metadata) }
    message["state"] = state
    return message.text()
  }
}
