// A throw-away machine for one submission. What a student has recorded is a program of theirs, and here
// it runs again; so it gets namespaces for everything, a root file system in memory that holds the
// host's programs read-only and nothing else of the host, no network but its own loopback, and limits.
// Three processes take part:
//
//     grader ── fork ──> builder   own mount namespace: builds the root file system, still as who started
//                          │       the grader, so that everything in it is locked for the next one
//                          └─ clone3 ──> inside   own user, mount, pid, network, ipc and uts namespace;
//                                                 process 1 in there. When it ends, all of it ends
//
// Even when root grades, root in there is nobody outside: the user namespace maps ids that belong to no
// one. The process inside is a copy of the grader's worker that never calls execve(2) and is not
// dumpable, so nothing in there can trace it (ptrace(2)), and as process 1 it cannot be killed from there.
//
// Man pages: clone3(2), user_namespaces(7), pid_namespaces(7), cgroups(7), tmpfs(5).
// Next: GradeSandbox+Root.swift.

import Glibc
import Linux
import Support

/// One running sandbox. Ends, with everything in it, when the value goes away.
final class GradeSandbox {
  /// What one submission may use.
  struct Limits: Sendable, Codable, Hashable {
    /// Bytes.
    var memory: Int64 = 1 << 30
    var processes: Int64 = 512
    /// Bytes and number of files it may write; they lie in memory.
    var disk: Int64 = 512 << 20
    var files = 60_000
    var cpus = 1.0
    /// Wall time of the whole.
    var seconds = 180
    /// Bytes that are read of what one line prints.
    var output = 4 << 20
  }

  /// What a sandbox is made of.
  struct Setting: Sendable {
    /// Unique on this machine.
    var name: String
    /// An empty directory of the grader's, over which the root file system is mounted.
    var place: String
    /// The directory that appears as /images.
    var images: String
    /// Whether it may be written: when the images are made.
    var writesImages = false
    /// Whether it has the host's network.
    var hasNetwork = false
    var hostName = "lab"
    var limits = Limits()
  }

  /// The process inside, by its number out here.
  let pid: pid_t
  /// The conversation with it.
  let channel: Int32
  /// Its namespaces, the user namespace first: who has these may join, though the process inside
  /// hides from everybody without privileges out here.
  private(set) var namespaces: [(handle: Int32, kind: Namespace)] = []
  private let builder: pid_t
  private let groups: [CgroupHandle]

  /// The namespaces that are its own, in the order in which they are joined.
  private static let kinds: [Namespace] = [.user, .mount, .pid, .network, .ipc, .uts]

  /// Ids of nobody: far above what distributions hand out.
  static let foreignIDs = IDMapping(outside: 0x7000_0000, count: 65536)

  /// Ids for what runs inside: other ones when this process could be anybody, else its own.
  static var mapping: IDMapping { UserNamespace.current.isNested ? .identity : foreignIDs }

  /// Starts one; `inside` is what its first process does, with its end of the channel.
  init(_ setting: Setting, inside: (Int32) -> Int32) throws {
    groups = try Self.makeGroups(setting)
    let (mine, theirs) = try UnixSocket.pair()
    let (handles, handlesInside) = try UnixSocket.pair()
    do {
      builder = try forkProcess()
    } catch {
      Glibc.close(mine)
      for end in [theirs, handles, handlesInside] { Glibc.close(end) }
      for group in groups.reversed() { try? group.remove(pruning: true) }
      throw error
    }
    if builder == 0 {
      Glibc.close(mine)
      Glibc.close(handles)
      Self.build(setting, groups.last, theirs, handlesInside, inside)
    }
    Glibc.close(theirs)
    Glibc.close(handlesInside)
    channel = mine
    var number: Int32 = 0
    let count = withUnsafeMutableBytes(of: &number) { bytes in
      retryingInterrupts { read(mine, bytes.baseAddress, 4) }
    }
    pid = count == 4 ? number : 0
    while true {
      var handle: Int32 = -1
      var name = [UInt8](repeating: 0, count: 1)
      guard receiveDescriptor(handles, &handle, &name) == 1, handle >= 0 else { break }
      namespaces.append((handle, Self.kinds[Int(name[0])]))
    }
    Glibc.close(handles)
    guard pid > 0 else {
      let complaint = String(decoding: (try? readAll(mine, limit: 4096)) ?? [], as: UTF8.self)
      close()
      throw DklabError(
        .unavailable, id: Self.forbidden,
        Text(
          "the sandbox cannot be made: \(complaint)", ko: "격리 환경을 만들 수 없습니다: \(complaint)"))
    }
  }

  deinit {
    close()
  }

  /// The id of the error that this machine makes no sandboxes.
  static let forbidden = "grade.sandbox"

  private var isClosed = false

  /// Ends everything inside and gives back what it held. Doing it twice is fine.
  func close() {
    guard !isClosed else { return }
    isClosed = true
    if pid > 0 { kill(pid, SIGKILL) }
    kill(builder, SIGKILL)
    _ = try? waitFor(builder)
    Glibc.close(channel)
    for (handle, _) in namespaces { Glibc.close(handle) }
    for group in groups.reversed() {
      _ = try? group.killAll()
      try? group.remove(pruning: true)
    }
  }

  /// Whether it still runs.
  var isAlive: Bool { kill(pid, 0) == 0 }

  /// The control groups: one with the limits, and where groups with controllers may have no processes
  /// (cgroup v2) one below it for what runs. Both are handed over, so that labs about limits work.
  private static func makeGroups(_ setting: Setting) throws -> [CgroupHandle] {
    let layout = CgroupLayout.observe()
    guard !layout.hierarchies.isEmpty else { return [] }
    var wish = CgroupResources()
    wish.memory = setting.limits.memory
    wish.memorySwap = setting.limits.memory
    wish.pidsLimit = setting.limits.processes
    wish.setCpus(setting.limits.cpus)
    wish.usesEveryController = true
    let path = "dklab-grade/\(setting.name)"
    let outer = try CgroupHandle.create(layout, path: path, resources: wish).cgroup
    guard layout.unified != nil else {
      hand(over: outer)
      return [outer]
    }
    let inner = try CgroupHandle.create(
      layout, path: path + "/inside", resources: CgroupResources()
    ).cgroup
    hand(over: outer)
    hand(over: inner)
    return [outer, inner]
  }

  private static func hand(over group: CgroupHandle) {
    let owner = mapping.outside
    for directory in Set(group.directories.values).union([group.unified].compactMap { $0 }) {
      for name in ["", "/cgroup.procs", "/tasks", "/cgroup.subtree_control", "/cgroup.threads"] {
        chown(directory + name, owner, owner)
      }
    }
  }

  /// The builder. Says the number of the process inside, or why there is none.
  private static func build(
    _ setting: Setting, _ group: CgroupHandle?, _ channel: Int32, _ handles: Int32,
    _ inside: (Int32) -> Int32
  ) -> Never {
    ProcessControl.setName("dklab:sandbox")
    do {
      // The maps and namespaces of the one inside are reached through /proc; it hides later.
      try ProcessControl.setDumpable(true)
      try ProcessControl.setParentDeathSignal(.kill)
      try group?.enter()
      try unshareNamespaces([.mount])
      try mountFileSystem(nil, at: "/", [.slave, .recursive], subject: "/")
      try furnish(setting)
      ResourceLimit.coreSize.lower(to: 0)
      ResourceLimit.fileSize.lower(to: UInt64(setting.limits.disk))
      ResourceLimit.openFiles.lower(to: 65536)
      if group == nil { ResourceLimit.processes.lower(to: UInt64(setting.limits.processes)) }
      let (waits, goes) = try FileDescriptor.pipe().split()
      let kinds = Self.kinds.filter { $0 != .network || !setting.hasNetwork }
      let mapping = mapping
      guard case .parent(let pid, _) = try cloneProcess(kinds) else {
        Glibc.close(goes)
        Glibc.close(handles)
        enter(setting, channel, waits, inside)
      }
      Glibc.close(waits)
      try mapping.write(for: pid)
      for (place, kind) in Self.kinds.enumerated() where kinds.contains(kind) {
        let handle = try FileDescriptor.open(kind.path(of: pid), O_RDONLY)
        try sendDescriptor(handles, handle.number, kind: UInt8(place))
      }
      var number = pid
      try withUnsafeBytes(of: &number) { try writeAll(channel, $0) }
      try writeAll(goes, "!")
      closeDescriptors(except: [])
      _exit(try waitFor(pid).code)
    } catch {
      var none: Int32 = 0
      try? withUnsafeBytes(of: &none) { try writeAll(channel, $0) }
      try? writeAll(channel, "\(error)")
      _exit(1)
    }
  }

  /// Process 1 inside, from its first instruction to its last.
  private static func enter(
    _ setting: Setting, _ channel: Int32, _ waits: Int32, _ inside: (Int32) -> Int32
  ) -> Never {
    do {
      var byte: UInt8 = 0
      guard read(waits, &byte, 1) == 1 else { _exit(1) }
      Glibc.close(waits)
      try becomeNamespaceRoot()
      try ProcessControl.setDumpable(false)
      try ProcessControl.setParentDeathSignal(.kill)
      try settle(setting)
      let name = setting.hostName.utf8.map { CChar(bitPattern: $0) }
      sethostname(name, name.count)
      if !setting.hasNetwork { try bringLoopbackUp() }
    } catch {
      try? LineChannel.write(
        ReplayMessage.Reply(failed: "\(error)", isForbidden: true), to: channel)
      _exit(1)
    }
    _exit(inside(channel))
  }
}
