import FoundationEssentials
import Glibc
import Images
import Linux
import Networks
import Runtime
import Support

/// How a start shall look to the one who asks for it.
package struct StartOptions {
  /// Streams of the caller that are attached from the first byte on; nil only waits for the start.
  package var attach: MonitorClient.Attachment?
  package var consoleSize: WindowSize?
  /// The launch writes its system calls into the file `tracePath`, which must exist.
  package var isTraced = false

  package init(attach: MonitorClient.Attachment? = nil, consoleSize: WindowSize? = nil) {
    self.attach = attach
    self.consoleSize = consoleSize
  }
}

extension Engine {
  /// Starts a container that is not running: opens its ports, gives it an address, hands it to a
  /// new monitor. Returns the connection to that monitor, on which `started` or `failed` comes.
  ///
  /// Throws `DklabError` `port.in-use`, `container.running` …; the container is then as before, with
  /// the error in its record, or with `--rm` gone.
  package func start(
    _ record: ContainerRecord, image: Image? = nil, options: StartOptions = StartOptions()
  ) throws -> MonitorClient {
    var leftover: ContainerRecord?
    defer { if let leftover { try? remove(leftover, volumes: true) } }
    return try locked(record.id) {
      let now = try container(record.id)
      guard !now.state.isActive, !(now.state.monitor?.isAlive ?? false) else {
        throw alreadyRunning(now)
      }
      do {
        return try launch(now, image: image, options: options)
      } catch {
        // As in Docker: a container that could not start says why in its record, with status 128.
        _ = try? update(record.id) { state, _ in
          state.error = "\(error)"
          state.exitCode = 128
          state.starter = nil
          state.leaveNetworks()
        }
        try? network.release(owner: record.id)
        if now.spec.host.autoRemove { leftover = now }
        throw error
      }
    }
  }

  /// Holds what starts or removes the container `id` apart: one at a time. Its monitor does not
  /// take part, and must not be waited for inside.
  func locked<Result>(_ id: String, _ body: () throws -> Result) throws -> Result {
    let directory = containerDirectory(id)
    guard File.exists(directory) else {
      throw DklabError(
        .notFound, id: "container.not-found",
        Text("No such container: \(id.prefix(12))", ko: "그런 컨테이너가 없습니다: \(id.prefix(12))"))
    }
    let lock = try FileDescriptor.open(directory, O_RDONLY | O_DIRECTORY)
    try check(retryingInterrupts { flock(lock.number, LOCK_EX) }, "flock", id)
    // Explicitly: a child that was forked meanwhile has a copy of the descriptor.
    defer { flock(lock.number, LOCK_UN) }
    return try body()
  }

  private func alreadyRunning(_ record: ContainerRecord) -> DklabError {
    DklabError(
      .conflict, id: "container.running",
      Text(
        "container \(record.name) is already running",
        ko: "컨테이너 \(record.name)은(는) 이미 실행 중입니다"))
  }

  private func launch(
    _ record: ContainerRecord, image known: Image?, options: StartOptions
  ) throws -> MonitorClient {
    guard let image = try known ?? images().heldImage(id: record.imageID) else {
      throw DklabError(
        .notFound, id: "image.not-found",
        Text("No such image: \(record.spec.image)", ko: "그런 이미지가 없습니다: \(record.spec.image)"))
    }
    let mode = try NetworkMode(parsing: record.spec.host.networkMode)
    // Before anything is read of a container that it will share with.
    _ = try joinedNamespaces(record, mode)
    let listening = try openPorts(record, mode)
    let names = mode.hasBridge ? try nameService(record) : nil
    let passing = listening.map(\.fd) + (names?.descriptors ?? [])
    defer { for fd in passing { close(fd) } }
    // Of an attached container the monitor is a copy of this process, made when all is planned; one
    // that may stay for days starts fresh, beside the planning.
    let forks = options.attach != nil && SelfExecutable.isProtected
    var monitor =
      forks
      ? nil
      : try MonitorProcess.start(
        instance: instance, container: record.id, root: root.path,
        logPath: containerDirectory(record.id) + "/monitor.log", passing: passing)
    let networks = mode.hasBridge ? try allocateEndpoints(record) : []
    let endpoint = networks.endpoints.gatewayEndpoint ?? networks.endpoints.first
    try writeNetworkFiles(record, mode, networks)
    let bindings = listening.map(\.binding)
    let host = HostFacts.observe()
    let preparation = try prepare(
      record, image: image, host: host, endpoint: endpoint, ports: bindings,
      consoleSize: options.consoleSize)
    var request = try monitorRequest(record, preparation, options)
    if options.isTraced { request.script.tracePath = tracePath(record.id) }
    request.health = try healthCheck(record, preparation, host: host)
    request.isTransient = options.attach != nil && record.spec.host.autoRemove
    request.endpoints = networks.endpoints
    request.networkState = mode.hasBridge ? network.stateDirectory : nil
    request.resolvesNames = try resolvesNames(networks)
    request.names = names.map {
      $0.renumbered(from: MonitorProcess.controlDescriptor + 1 + Int32(listening.count))
    }
    // The monitor has them as 4, 5, …: see MonitorProcess.start.
    request.ports = listening.enumerated().map { index, port in
      ListeningPort(
        fd: MonitorProcess.controlDescriptor + 1 + Int32(index), binding: port.binding)
    }
    let started =
      try monitor.take() ?? forkMonitor(record, request, passing: passing)
    try claim(
      record, monitor: started.identity, networks, ports: bindings,
      attached: options.attach != nil)
    let client = MonitorClient(owning: started.release())
    if forks { try client.letMonitorGo() } else { try client.send(request) }
    if endpoint != nil { connectUplink() }
    return client
  }

  private func forkMonitor(
    _ record: ContainerRecord, _ request: MonitorRequest, passing: [Int32]
  ) throws -> MonitorProcess.Started {
    disconnect()
    return try MonitorProcess.fork(
      arguments: MonitorProcess.arguments(
        root: root.path, instance: instance, container: record.id),
      logPath: containerDirectory(record.id) + "/monitor.log", passing: passing
    ) { [root, instance] in
      MonitorMain.serve(request, root: root, instance: instance, id: record.id)
    }
  }

  /// The way out of the instance's network is made beside the start, once: it takes longer than a
  /// container, and most containers never need it. `DKLAB_UPLINK=none` leaves it out.
  func connectUplink() {
    let wish = getenv("DKLAB_UPLINK").map { String(cString: $0) }
    guard wish != "none", network.uplinkStatus().kind == .notTried else { return }
    _ = try? inChildProcess {
      guard (try? forkProcess()) == 0 else { return 0 }
      setsid()
      let null = Glibc.open("/dev/null", O_RDWR)
      for fd in Int32(0)...2 { dup2(null, fd) }
      ProcessControl.setName("dklab:uplink")
      ProcessControl.setCommandLine("dklab:uplink")
      _ = try? network.connectUplink()
      return 0
    }
  }

  /// Marks the container as being started by `monitor`, unless somebody else is faster.
  private func claim(
    _ record: ContainerRecord, monitor: ProcessIdentity?, _ networks: [NetworkAttachment],
    ports: [PortBinding], attached: Bool
  ) throws {
    // What follows it, the start or the failure, is what counts after a power failure.
    let found = try update(record.id, .later) { state, record in
      guard !(state.monitor?.isAlive ?? false) else {
        throw alreadyRunning(record)
      }
      state.monitor = monitor
      state.starter = nil
      if !networks.isEmpty { state.networks = networks }
      state.ports = ports
      state.error = ""
      state.stoppedByHand = false
      state.restartCount = 0
      if attached {
        try journal.append(
          "container", "attach", actor: record.id, name: record.name, attributes(record))
      }
    }
    guard found != nil else {
      throw DklabError(
        .notFound, id: "container.not-found",
        Text("No such container: \(record.name)", ko: "그런 컨테이너가 없습니다: \(record.name)"))
    }
  }

  /// The plan a start would carry out now, with the address and the ports it would have. Nothing
  /// is started or opened; the address stays reserved until the container starts or is removed.
  package func preview(
    _ record: ContainerRecord, image: Image, consoleSize: WindowSize? = nil
  ) throws -> LaunchPlan {
    let mode = try NetworkMode(parsing: record.spec.host.networkMode)
    let ports = mode.hasBridge ? try portRequests(record) : []
    return try prepare(
      record, image: image, host: HostFacts.observe(),
      endpoint: mode.hasBridge ? try allocateEndpoints(record).endpoints.first : nil,
      ports: ports.map { request in
        PortBinding(
          hostIP: request.hostIP.isEmpty ? "0.0.0.0" : request.hostIP,
          hostPort: request.hostPorts?.lowerBound ?? 0, containerPort: request.containerPort,
          protocol: request.protocol)
      }, consoleSize: consoleSize
    ).plan
  }

  /// `-p`, and with `-P` every exposed port that `-p` does not name.
  private func portRequests(_ record: ContainerRecord) throws -> [PortRequest] {
    var requests = record.spec.host.ports
    if record.spec.host.publishAllPorts {
      for exposed in record.spec.config.exposedPorts {
        let asked = try PortRequest.parse(exposed)
        for port in asked
        where !requests.contains(where: {
          $0.containerPort == port.containerPort && $0.protocol == port.protocol
        }) {
          requests.append(port)
        }
      }
    }
    return requests
  }

  private func openPorts(_ record: ContainerRecord, _ mode: NetworkMode) throws -> [ListeningPort] {
    let requests = try portRequests(record)
    guard !requests.isEmpty, mode.hasBridge, try leadsOut(record) else { return [] }
    return try PortListener.open(requests) { [self] binding in
      (try? containers())?.first { other in
        other.state.isActive
          && other.state.ports.contains {
            $0.hostPort == binding.hostPort && $0.protocol == binding.protocol
          }
      }?.name
    }
  }

  private func monitorRequest(
    _ record: ContainerRecord, _ preparation: LaunchPreparation, _ options: StartOptions
  ) throws -> MonitorRequest {
    let log = try LogPolicy(record)
    var request = MonitorRequest(
      script: preparation.script, restart: record.spec.host.restart,
      logPath: log.keepsLog ? logPath(record.id) : nil, socketPath: socketPath(record.id),
      openStdin: record.spec.openStdin, stdinOnce: record.spec.stdinOnce,
      stopSignal: record.spec.stopSignal.number, captureBytes: captureBytes,
      attachBits: options.attach?.bits)
    request.hasOwnStopSignal = record.spec.config.stopSignal != nil
    request.logRotation = log.rotation
    request.logAttributes = log.attributes
    return request
  }
}

extension MonitorClient {
  /// Sends a launch request, as the first thing on the connection.
  fileprivate func send(_ request: MonitorRequest) throws {
    try MonitorProcess.send(request, on: descriptorNumber)
  }
}
