// `inspect` in the shape and with the field names of Docker's engine API: scripts, labs and people
// read it, so what dklab does not have is there with Docker's value for "not set".

import Documents
import FoundationEssentials
import Images
import Linux
import Networks
import Runtime
import Support

extension Engine {
  /// A container as `docker inspect` shows it.
  package func inspect(_ record: ContainerRecord) -> JSONValue {
    let state = record.state
    let directory = containerDirectory(record.id)
    return .object(
      JSONObject([
        ("Id", .string(record.id)),
        ("Created", .string(timestamp(record.created))),
        ("Path", .string(record.arguments.first ?? "")),
        ("Args", strings(Array(record.arguments.dropFirst()))),
        ("State", inspectState(state)),
        ("Image", .string("\(record.imageID)")),
        ("ResolvConfPath", .string(directory + "/resolv.conf")),
        ("HostnamePath", .string(directory + "/hostname")),
        ("HostsPath", .string(directory + "/hosts")),
        ("LogPath", .string(record.spec.host.logDriver == "none" ? "" : logPath(record.id))),
        ("Name", .string("/" + record.name)),
        ("RestartCount", .integer(Int64(state.restartCount))),
        ("Driver", .string("overlay2")),
        ("Platform", .string("linux")),
        ("MountLabel", .string("")), ("ProcessLabel", .string("")),
        ("AppArmorProfile", .string("")),
        ("ExecIDs", .null),
        ("HostConfig", inspectHost(record.spec.host)),
        ("GraphDriver", inspectDriver(record)),
        ("Mounts", inspectMounts(record)),
        ("Config", inspectConfig(record)),
        ("NetworkSettings", inspectNetwork(record)),
      ]))
  }

  private func inspectState(_ state: ContainerState) -> JSONValue {
    let isUp = state.isActive
    let health = inspectHealth(state).map { [("Health", $0)] } ?? []
    return .object(
      JSONObject(
        [
          ("Status", .string(state.status.rawValue)),
          (
            "Running",
            .bool(
              state.status == .running || state.status == .paused
                || state.status == .restarting)
          ),
          ("Paused", .bool(state.status == .paused)),
          ("Restarting", .bool(state.status == .restarting)),
          ("OOMKilled", .bool(state.outOfMemory)),
          ("Dead", .bool(state.status == .dead)),
          ("Pid", .integer(isUp ? Int64(state.pid) : 0)),
          ("ExitCode", .integer(Int64(state.exitCode))),
          ("Error", .string(state.error)),
          ("StartedAt", .string(timestamp(state.startedAt))),
          ("FinishedAt", .string(timestamp(state.finishedAt))),
        ] + health))
  }

  private func inspectDriver(_ record: ContainerRecord) -> JSONValue {
    let directory = containerDirectory(record.id)
    let lower =
      (try? images().heldImage(id: record.imageID)).flatMap { $0?.lowerDirectories } ?? []
    return .object(
      JSONObject([
        (
          "Data",
          .object(
            JSONObject([
              ("LowerDir", .string(lower.joined(separator: ":"))),
              ("MergedDir", .string(directory + "/rootfs")),
              ("UpperDir", .string(directory + "/upper")),
              ("WorkDir", .string(directory + "/work")),
            ]))
        ), ("Name", .string("overlay2")),
      ]))
  }

  /// `Mounts`: all but what is only in memory.
  package func inspectMounts(_ record: ContainerRecord) -> JSONValue {
    .array(record.mounts.filter { $0.kind != .tmpfs }.map(inspectMount))
  }

  /// `Config.Labels`.
  package func inspectLabels(_ record: ContainerRecord) -> JSONValue {
    object(record.spec.config.labels ?? [:])
  }

  private func inspectMount(_ mount: MountPoint) -> JSONValue {
    var members: [(String, JSONValue)] = [("Type", .string(mount.kind.rawValue))]
    if let name = mount.name { members.append(("Name", .string(name))) }
    members.append(("Source", .string(mount.source)))
    members.append(("Destination", .string(mount.destination)))
    if mount.kind == .volume { members.append(("Driver", .string("local"))) }
    members.append(("Mode", .string(mount.readWrite ? "" : "ro")))
    members.append(("RW", .bool(mount.readWrite)))
    members.append(("Propagation", .string(mount.propagation)))
    return .object(JSONObject(members))
  }

  private func inspectConfig(_ record: ContainerRecord) -> JSONValue {
    let spec = record.spec
    let config = spec.config
    func optional(_ list: [String]?) -> JSONValue { list.map(strings) ?? .null }
    func set(_ list: [String]) -> JSONValue {
      .object(JSONObject(list.map { ($0, .object(JSONObject())) }))
    }
    var members: [(String, JSONValue)] = [
      ("Hostname", .string(spec.hostname ?? record.shortID)),
      ("Domainname", .string(spec.domainname ?? "")),
      ("User", .string(config.user ?? "")),
      ("AttachStdin", .bool(spec.attachStdin)), ("AttachStdout", .bool(spec.attachStdout)),
      ("AttachStderr", .bool(spec.attachStderr)),
    ]
    if !config.exposedPorts.isEmpty { members.append(("ExposedPorts", set(config.exposedPorts))) }
    members += [
      ("Tty", .bool(spec.tty)), ("OpenStdin", .bool(spec.openStdin)),
      ("StdinOnce", .bool(spec.stdinOnce)),
      ("Env", strings(config.env ?? [])), ("Cmd", optional(config.cmd)),
      ("Image", .string(spec.image)),
      ("Volumes", config.volumes.isEmpty ? .null : set(config.volumes)),
      ("WorkingDir", .string(config.workingDirectory ?? "")),
      ("Entrypoint", optional(config.entrypoint)),
      ("OnBuild", .null),
      ("Labels", inspectLabels(record)),
    ]
    if let check = config.healthcheck { members.append(("Healthcheck", inspectHealthcheck(check))) }
    if let signal = config.stopSignal { members.append(("StopSignal", .string(signal))) }
    if let seconds = spec.stopTimeout { members.append(("StopTimeout", .integer(Int64(seconds)))) }
    return .object(JSONObject(members))
  }

  private func inspectNetwork(_ record: ContainerRecord) -> JSONValue {
    let endpoint = record.state.endpoint
    var ports: [(String, JSONValue)] = []
    for exposed in record.spec.config.exposedPorts
    where !record.state.ports.contains(where: {
      "\($0.containerPort)/\($0.protocol.rawValue)" == exposed
    }) {
      if record.state.isActive { ports.append((exposed, .null)) }
    }
    for (key, bindings) in Dictionary(
      grouping: record.state.ports, by: { "\($0.containerPort)/\($0.protocol.rawValue)" })
    {
      ports.append((key, .array(bindings.map(portBinding))))
    }
    // Docker fills these in for the default bridge only.
    let shown = record.state.networks.first { $0.name == "bridge" }?.endpoint
    return .object(
      JSONObject([
        ("Bridge", .string("")),
        ("SandboxID", .string(endpoint == nil ? "" : record.id)),
        ("SandboxKey", .string(endpoint == nil ? "" : network0(record))),
        ("Ports", .object(JSONObject(ports.sorted { $0.0 < $1.0 }))),
        ("EndpointID", .string(shown == nil ? "" : bridgeEndpointID(record))),
        ("Gateway", .string(shown.map { "\($0.gateway)" } ?? "")),
        ("IPAddress", .string(shown.map { "\($0.address)" } ?? "")),
        ("IPPrefixLen", .integer(Int64(shown?.prefixLength ?? 0))),
        ("IPv6Gateway", .string("")), ("GlobalIPv6Address", .string("")),
        ("GlobalIPv6PrefixLen", .integer(0)),
        ("MacAddress", .string(shown.map { "\($0.mac)" } ?? "")),
        ("Networks", inspectNetworks(record)),
      ]))
  }

  private func bridgeEndpointID(_ record: ContainerRecord) -> String {
    record.state.networks.first { $0.name == "bridge" }.map { endpointID(record, $0) } ?? ""
  }

  private func network0(_ record: ContainerRecord) -> String {
    Namespace.network.path(of: record.state.pid)
  }

  func portBinding(_ port: PortBinding) -> JSONValue {
    .object(
      JSONObject([
        ("HostIp", .string(port.hostIP)), ("HostPort", .string("\(port.hostPort)")),
      ]))
  }

  func strings(_ list: [String]) -> JSONValue { .array(list.map { .string($0) }) }

  private func timestamp(_ nanoseconds: Int64) -> String {
    nanoseconds == 0 ? RFC3339.zero : RFC3339.text(nanoseconds)
  }
}
