// When the kernel takes memory back by killing: told while the container may still run, since the victim
// need not be its first process.
//
// Next: Linux' OutOfMemoryWatch.swift.

import Linux

/// What is known of one run's kills.
struct MemoryWatch {
  /// Nil where nothing can tell: then there is only the look at the end.
  let watch: OutOfMemoryWatch?
  /// The group's counter when the run began, and when it was last told of.
  let before: UInt64
  var told: UInt64
  /// cgroup v1 wakes us before it kills: when to look again, and how often yet.
  var nextLook: Int64?
  var looksLeft = 0

  var entries: [PollEntry] {
    watch.map { [PollEntry(fd: $0.descriptor, events: .readable)] } ?? []
  }
}

extension Monitor {
  /// Begins to watch. Without a limit the kernel kills only when the whole machine is short, and it is
  /// enough to see that at the end.
  func watchMemory() {
    let before = cgroup?.outOfMemoryKills() ?? 0
    let isLimited = request.script.cgroup?.resources.memory != nil
    memory = MemoryWatch(
      watch: isLimited ? cgroup.flatMap { OutOfMemoryWatch($0) } : nil, before: before, told: before
    )
  }

  /// Looks after the kernel has woken us, and again for a second when nothing is to be seen yet.
  func serveMemory(woken: Bool) {
    if woken {
      memory?.watch?.drain()
      memory?.looksLeft = 50
    } else {
      guard let next = memory?.nextLook, monotonicMilliseconds() >= next else { return }
      memory?.looksLeft -= 1
    }
    let isDone = tellOfKills() || (memory?.looksLeft ?? 0) <= 0
    memory?.nextLook = isDone ? nil : monotonicMilliseconds() + 20
  }

  /// Ends it with the run; whether something was killed in it.
  func endMemory() -> Bool {
    _ = tellOfKills()
    defer { memory = nil }
    return memory.map { $0.told > $0.before } ?? false
  }

  private func tellOfKills() -> Bool {
    guard let memory, let kills = cgroup?.outOfMemoryKills(), kills > memory.told else {
      return false
    }
    self.memory?.told = kills
    record(.outOfMemory)
    return true
  }
}
