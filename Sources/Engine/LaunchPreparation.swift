// Everything that is decided before a container is launched: its specification, its plan, its
// filter, its limits. The same for a real start, for `--explain` and for `--dry-run`.

import FoundationEssentials
import Glibc
import Images
import Linux
import Networks
import Runtime
import Support

/// A launch that is thought through and not yet done.
package struct LaunchPreparation: Sendable {
  package var wish: LaunchWish
  package var plan: LaunchPlan
  var script: LaunchScript
  var endpoint: Endpoint?
}

extension Engine {
  /// Plans the launch of `record`, with `endpoint` as its place in the network and `ports` open.
  package func prepare(
    _ record: ContainerRecord, image: Image, host: HostFacts, endpoint: Endpoint?,
    ports: [PortBinding], consoleSize: WindowSize? = nil
  ) throws -> LaunchPreparation {
    let mode = try NetworkMode(parsing: record.spec.host.networkMode)
    var builder = SpecBuilder(record: record, engine: self, host: host, mode: mode)
    builder.joined = try joinedNamespaces(record, mode)
    let spec = try builder.spec()
    var wish = LaunchWish(
      id: record.id, spec: spec, rootfs: .overlay(overlay(record, image: image)))
    wish.usesInit = record.spec.host.usesInit
    wish.consoleSize = consoleSize
    let program = try seccompProgram(record, capabilities: builder.capabilities())
    wish.hasSeccomp = program != nil
    if let endpoint {
      wish.network = LaunchWish.NetworkWish(
        interface: endpoint.interface, address: "\(endpoint.address)/\(endpoint.prefixLength)",
        bridge: endpoint.bridge)
    }
    wish.ports = ports.map { port in
      LaunchWish.PortWish(
        host: "\(port.hostIP):\(port.hostPort)",
        container: "\(port.containerPort)/\(port.protocol.rawValue)")
    }
    let plan = try Planner.plan(wish, on: host)
    let cgroup = try spec.linux?.cgroupsPath.map { path in
      LaunchScript.Cgroup(layout: host.cgroups, path: path, resources: try resources(record, host))
    }
    let script = LaunchScript(wish, plan: plan, cgroup: cgroup, seccomp: program)
    return LaunchPreparation(wish: wish, plan: plan, script: script, endpoint: endpoint)
  }

  /// The processes whose namespaces `--network container:X` and its kin name.
  func joinedNamespaces(
    _ record: ContainerRecord, _ mode: NetworkMode
  ) throws -> [Namespace: Int32] {
    var result: [Namespace: Int32] = [:]
    var others: [ContainerRecord] = []
    func join(_ kind: Namespace, _ reference: String) throws {
      let other = try container(reference)
      guard other.state.status == .running, other.state.pid > 0 else {
        throw DklabError(
          .conflict, id: "container.not-running",
          Text(
            "cannot join \(kind.rawValue) of a non running container: \(other.name)",
            ko: "실행 중이 아닌 컨테이너의 \(kind.rawValue) 네임스페이스에는 들어갈 수 없습니다: \(other.name)"))
      }
      result[kind] = other.state.pid
      others.append(other)
    }
    if case .container(let reference) = mode { try join(.network, reference) }
    for (kind, value) in [
      (Namespace.pid, record.spec.host.pidMode), (.ipc, record.spec.host.ipcMode),
    ] where value.hasPrefix("container:") {
      try join(kind, String(value.dropFirst("container:".count)))
    }
    if let user = try sharedUserNamespace(record, with: others) { result[.user] = user }
    return result
  }

  /// The filter of `record`, for a program with `capabilities`; nil with `--privileged` and
  /// `seccomp=unconfined`.
  func seccompProgram(
    _ record: ContainerRecord, capabilities: CapabilitySet
  ) throws -> SeccompProgram? {
    if record.spec.host.privileged { return nil }
    let cache = SeccompCache(directory: root.cache + "/seccomp")
    for option in record.spec.host.securityOptions {
      guard option.hasPrefix("seccomp=") || option.hasPrefix("seccomp:") else { continue }
      let value = String(option.dropFirst("seccomp=".count))
      if value == "unconfined" { return nil }
      if value == "builtin" { break }
      // The profile itself: `create` put the file's content here.
      let profile = try JSONDecoder().decode(SeccompProfile.self, from: Data(value.utf8))
      guard !profile.asksAgent else { throw Self.noAgent }
      return try cache.program(for: profile, capabilities: capabilities)
    }
    return try cache.defaultProgram(capabilities: capabilities)
  }

  private static var noAgent: DklabError {
    DklabError(
      .unsupported, id: "seccomp.agent",
      Text(
        "seccomp profile: SCMP_ACT_NOTIFY: there is no agent that would be asked",
        ko: "seccomp 프로파일: SCMP_ACT_NOTIFY: 물어볼 에이전트가 없습니다"),
      hint: Text(
        "`dklab oci` runs bundles with an agent: linux.seccomp.listenerPath",
        ko: "`dklab oci`는 에이전트가 있는 번들을 실행합니다: linux.seccomp.listenerPath"))
  }

  func resources(_ record: ContainerRecord, _ host: HostFacts) throws -> CgroupResources {
    let wish = record.spec.host
    var resources = CgroupResources()
    func positive(_ value: Int64) -> Int64? { value > 0 ? value : nil }
    resources.memory = positive(wish.memory)
    resources.memoryReservation = positive(wish.memoryReservation)
    resources.memorySwap = wish.memorySwap == 0 ? nil : wish.memorySwap
    resources.oomKillDisable = wish.oomKillDisable
    if wish.nanoCpus > 0 { resources.setCpus(Double(wish.nanoCpus) / 1_000_000_000) }
    if wish.cpuQuota != 0 { resources.cpuQuota = wish.cpuQuota }
    if wish.cpuPeriod > 0 { resources.cpuPeriod = UInt64(wish.cpuPeriod) }
    if wish.cpuShares > 0 { resources.cpuShares = UInt64(wish.cpuShares) }
    resources.cpusetCpus = wish.cpusetCpus.isEmpty ? nil : wish.cpusetCpus
    resources.cpusetMems = wish.cpusetMems.isEmpty ? nil : wish.cpusetMems
    resources.pidsLimit = positive(wish.pidsLimit)
    resources.blkioWeight = wish.blkioWeight
    resources.settings = try (wish.blockDevices ?? []).settings(on: host.cgroups.kind)
    resources.memorySwappiness = wish.memorySwappiness.flatMap { UInt64(exactly: $0) }
    if !wish.privileged && !host.inUserNamespace {
      resources.devices =
        DeviceRule.dockerDefault
        + wish.devices.flatMap { ((try? $0.resolve()) ?? []).map(\.rule) }
        + (wish.deviceRules ?? []).compactMap { DeviceRule(allowing: $0) }
    }
    return resources
  }
}
