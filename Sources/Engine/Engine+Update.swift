import FoundationEssentials
import Glibc
import Linux
import Runtime
import Support

/// What `docker update` changes; nil stays as it is. Units as in `HostConfig`.
package struct ContainerUpdate: Sendable, Equatable {
  package var memory: Int64?
  package var memoryReservation: Int64?
  package var memorySwap: Int64?
  package var nanoCpus: Int64?
  package var cpuShares: Int64?
  package var cpuQuota: Int64?
  package var cpuPeriod: Int64?
  package var cpusetCpus: String?
  package var cpusetMems: String?
  package var pidsLimit: Int64?
  package var blkioWeight: UInt16?
  package var restart: RestartPolicy?

  package init() {}

  /// `host` with the changes. Throws `DklabError` `update.conflict` for what docker refuses.
  func applied(to host: HostConfig) throws -> HostConfig {
    var result = host
    var changed = HostConfig()
    changed.nanoCpus = nanoCpus ?? 0
    changed.cpuPeriod = cpuPeriod ?? 0
    changed.cpuQuota = cpuQuota ?? 0
    changed.cpusetCpus = cpusetCpus ?? ""
    try changed.checkLimits()
    if nanoCpus != nil, host.cpuQuota != 0 || host.cpuPeriod != 0 {
      throw refuse(
        "Conflicting options: Nano CPUs cannot be updated as CPU quota or period has already been set"
      )
    }
    if cpuQuota != nil || cpuPeriod != nil, host.nanoCpus != 0 {
      throw refuse(
        "Conflicting options: CPU Quota or Period cannot be updated as NanoCPUs has already been set"
      )
    }
    if let memory {
      // Docker's default for memory and swap together is twice the memory, and stays when that changes.
      let both = host.memorySwap != 0 ? host.memorySwap : host.memory * 2
      if memorySwap == nil, both > 0, memory > both {
        throw refuse(
          "Memory limit should be smaller than already set memoryswap limit, update the memoryswap "
            + "at the same time")
      }
      result.memory = memory
      if host.memory > 0 { result.memorySwap = both }
    }
    if let memorySwap {
      if memorySwap > 0, memorySwap < result.memory {
        throw refuse("Minimum memoryswap limit should be larger than memory limit, see usage")
      }
      result.memorySwap = memorySwap
    }
    result.memoryReservation = memoryReservation ?? host.memoryReservation
    result.nanoCpus = nanoCpus ?? host.nanoCpus
    result.cpuShares = cpuShares ?? host.cpuShares
    result.cpuQuota = cpuQuota ?? host.cpuQuota
    result.cpuPeriod = cpuPeriod ?? host.cpuPeriod
    result.cpusetCpus = cpusetCpus ?? host.cpusetCpus
    result.cpusetMems = cpusetMems ?? host.cpusetMems
    result.pidsLimit = pidsLimit ?? host.pidsLimit
    result.blkioWeight = blkioWeight ?? host.blkioWeight
    if let restart {
      if host.autoRemove, restart != .no {
        throw refuse(
          "Restart policy cannot be updated because AutoRemove is enabled for the container")
      }
      result.restart = restart
    }
    return result
  }

  private func refuse(_ message: String) -> DklabError {
    DklabError(.conflict, id: "update.conflict", Text(message, ko: "바꿀 수 없습니다: \(message)"))
  }
}

extension Engine {
  /// Changes limits and restart policy of a container (`docker update`), at once when it runs.
  /// Returns what this machine cannot limit.
  ///
  /// The kernel comes first: what it refuses must not stand in the record. The monitor comes last,
  /// since it has the limits only for when it starts the container again.
  package func update(_ record: ContainerRecord, _ change: ContainerUpdate) throws -> [Text] {
    try locked(record.id) {
      let now = try container(record.id)
      let wished = try change.applied(to: now.spec.host)
      var updated = now
      updated.spec.host = wished
      let host = HostFacts.observe()
      let limits = try resources(updated, host)
      var warnings: [Text] = []
      if now.state.isActive, let cgroup = now.state.cgroup {
        let group = try cgroup.extended(for: limits, on: host.cgroups)
        var live = limits
        // "No limit any more" must be said, where a new group would simply have none.
        if change.pidsLimit != nil { live.pidsLimit = wished.pidsLimit }
        if change.memory != nil, wished.memory <= 0 { live.memory = -1 }
        warnings =
          group.counts ? try group.update(live) : [host.cgroups.limitation].compactMap(\.self)
        updated.state.cgroup = group
      }
      try update(record.id) { state, record in
        state.cgroup = updated.state.cgroup ?? state.cgroup
        try database.execute(
          "UPDATE containers SET spec = ? WHERE id = ?", .text(try updated.spec.recordText()),
          .text(record.id))
        try journal.append(
          "container", "update", actor: record.id, name: record.name, attributes(record))
      }
      if now.state.isActive, let client = try? monitor(of: now) {
        let order = MonitorUpdate(
          restart: wished.restart, resources: limits, cgroup: updated.state.cgroup)
        try client.send(Frame(.update, Array(JSONEncoder().encode(order))))
      }
      return warnings
    }
  }
}
