// What the init process waits for, and says, on its way.
//
// Next: InitProcess+Identity.swift.

import CLinux
import Glibc
import Linux
import Support

extension InitProcess {
  /// One byte from the monitor: go on. Without a monitor there is nothing to go on for.
  func awaitHost() throws {
    var byte: UInt8 = 0
    let count = try check(retryingInterrupts { read(sync, &byte, 1) }, "read", "sync socket")
    guard count == 1, byte == Message.go else { _exit(125) }
  }

  /// The lower directories of the overlay that is to be mounted. Without a monitor there is nothing to
  /// mount it for.
  func awaitLayers() throws -> [String] {
    guard let paths = try UnixSocket.receiveMessage(over: sync) else { _exit(125) }
    return paths.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
  }

  /// One byte to the monitor.
  func tell(_ message: UInt8) throws {
    var message = message
    guard retryingInterrupts({ send(sync, &message, 1, Int32(MSG_NOSIGNAL)) }) == 1 else {
      _exit(125)
    }
  }

  /// Loads the filter, and goes on when the other side has given its listener to the agent; the agent
  /// may be asked about everything that comes next. Its own descriptor closes: as long as it is open,
  /// the kernel would wait for an agent that is gone.
  func loadSeccompForAgent() throws {
    // Who is not root may take a descriptor only out of a process that may be looked into. That is no
    // harm as long as nobody else is in the container; in one that runs (exec) it would be, so there, as
    // with runc, it takes root.
    let opens = !isMadeByRoot && script.namespaces.contains(.pid)
    if opens { try? ProcessControl.setDumpable(true) }
    guard let listener = try script.seccomp?.listen(telling: sync, Message.listener) else { return }
    try awaitHost()
    if opens { try? ProcessControl.setDumpable(false) }
    close(listener)
  }

  /// Everything is done but the program. Whoever created the container may go; the next to be told
  /// of a failure is the one who starts it. The kernel lets only one of them in, since the listening
  /// socket closes behind it.
  mutating func awaitStart() throws {
    // Looked for once more when it is executed; but who creates the container wants to know now.
    for case .execute(let arguments) in script.operations {
      let (_, failure) = ProgramSearch(environment: environment).find(arguments.first ?? "")
      if let failure { throw failure }
    }
    try tell(Message.ready)
    // `run`, which has made it, starts it too.
    guard listener >= 0 else { return try awaitHost() }
    close(sync)
    var starter: Int32?
    while starter == nil { starter = try UnixSocket.accept(listener) }
    close(listener)
    listener = -1
    sync = starter ?? -1
  }

  /// In a new user namespace this process is nobody until the monitor has written the id maps; in
  /// one it has joined, it is still who it was outside. Either way it becomes root here.
  func becomeRoot(awaitingMaps: Bool) throws {
    if awaitingMaps {
      try awaitHost()
      try? ProcessControl.setDumpable(false)
    }
    try UserNamespace.becomeRoot()
  }

  /// Hooks in the container's namespaces. Before the root changes, `pid` is the host's number.
  func runHooks(_ moment: HookMoment, _ hooks: [SpecHook]) throws {
    guard let state = script.hookState else { return }
    let pid = moment == .startContainer ? getpid() : hostPid
    try HookRunner(state: state, pid: pid).run(hooks, moment)
  }
}
