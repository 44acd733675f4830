// What `dklab __kube ROOT NAME` runs: the control plane of one cluster, in one process. Descriptor 3,
// when it is open, is where it says that it serves: one byte, then the end.
//
// Next: `KubeServer.swift`, `ControllerManager.swift`.

import Documents
import Glibc
import HTTP
import Linux
import Support

/// The entry point of the process.
package enum ClusterServerMain {
  /// Serves until SIGTERM, or until the cluster's directory is gone; `arguments` follow `__kube`.
  package static func run(_ arguments: [String]) -> Int32 {
    guard arguments.count == 2 else { return 64 }
    // Threads inherit the mask: only this one hears the signal to end.
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in [SIGTERM, SIGINT] { sigaddset(&signals, signal) }
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    do {
      let directory = try ClusterDirectory(root: arguments[0], name: arguments[1])
      let server = try ClusterServer(directory)
      tellReady()
      var pause = timespec(tv_sec: 1, tv_nsec: 0)
      while sigtimedwait(&signals, nil, &pause) < 0, directory.exists {}
      server.stop()
      return 0
    } catch {
      for line in ErrorReport().lines(for: error) { StandardLog.print(line) }
      return 1
    }
  }

  /// Says on descriptor 3 that this process serves.
  static func tellReady() {
    guard isOpenDescriptor(3) else { return }
    var byte: UInt8 = 1
    _ = write(3, &byte, 1)
    close(3)
  }
}

/// A running control plane.
package final class ClusterServer: Sendable {
  private let server: HTTPServer
  private let controllers: ControllerManager
  private let compaction: Task<Void, Never>
  private let aggregation: Task<Void, Never>
  private let directory: ClusterDirectory

  /// Starts everything: what is written in the directory decides.
  package init(_ directory: ClusterDirectory) throws {
    self.directory = directory
    let network = ClusterNetwork()
    // First: a socket in another namespace can be made by a process with one thread only.
    let pods = PodNetwork(root: directory.root, cluster: directory.name)
    let inside = try pods.network.isUp ? Self.listen(in: pods) : nil
    var settings = try ClusterSettings(directory)
    let keys = try ClusterKeys(directory, network: network)
    let store = try Store(path: directory.storePath)
    let caller = WebhookCaller(root: directory.root, cluster: directory.name)
    let api = ObjectAPI(
      store: store, network: network, webhooks: { try caller.call($0, $1, $2, $3) })
    let external = try Self.listen(port: settings.port, of: directory)
    if case .tcp(_, let port) = external.address, port != settings.port {
      settings.port = port
      try settings.write(directory)
    }
    let local = try ListeningSocket.open(.unix(path: directory.socketPath), mode: 0o600)
    try ClusterBootstrap(
      api: api, network: network, authority: keys.authority.certificate,
      frontProxyAuthority: keys.frontProxyAuthority.certificate
    ).run()
    try CustomResources.load(api)
    let log = ControlPlaneLog()
    let metrics = MetricsBook()
    controllers = ControllerManager(
      api: api,
      controllers: ControllerManager.standard + [
        SchedulerController(), CertificateController(authority: keys.authority),
      ],
      metrics: metrics
    ) { name, key, plan in log.note(name, key, plan) }
    let manager = controllers
    let backends = BackendCaller(webhooks: caller, identity: keys.frontProxy)
    let aggregator = APIAggregator(api: api) { try backends.call($0, $1, $2) }
    let kube = KubeServer(
      api: api, tokens: keys.tokens, address: "127.0.0.1:\(settings.port)",
      streams: .local(root: directory.root, cluster: directory.name),
      metrics: metrics, aggregator: aggregator,
      switches: { name, isOff in manager.setStopped(isOff, controller: name) })
    var configuration = HTTPServer.Configuration()
    configuration.tls = TLSIdentity(
      certificate: directory.pki("server.crt"), key: directory.pki("server.key"),
      clients: .optional(authority: directory.pki("ca.crt")))
    configuration.failure = { KubeServer.failure($0, $1) }
    try directory.claim("server")
    let sockets = [external, local] + (inside.map { [$0] } ?? [])
    server = try HTTPServer.start(on: sockets, configuration) { request in
      await kube.handle(request)
    }
    try controllers.start()
    aggregation = Task {
      while !Task.isCancelled {
        _ = try? await BlockingWork.run { aggregator.check() }
        try? await Task.sleep(for: .seconds(2))
      }
    }
    compaction = Task {
      // Five minutes of history are enough for any watch that was interrupted.
      var mark = store.revision
      while !Task.isCancelled {
        try? await Task.sleep(for: .seconds(300))
        let next = store.revision
        let before = mark
        _ = try? await BlockingWork.run { try store.compact(to: before) }
        mark = next
      }
    }
  }

  /// Where pods find it.
  private static func listen(in pods: PodNetwork) throws -> ListeningSocket? {
    ListeningSocket.adopt(try pods.listen(port: ClusterNetwork.apiPort).release())
  }

  /// The port that the cluster had before, else 6443, else any; none that another cluster, which may just
  /// be stopped, will want again.
  private static func listen(port: Int, of directory: ClusterDirectory) throws -> ListeningSocket {
    func open(_ port: Int) throws -> ListeningSocket {
      try ListeningSocket.open(.tcp(host: "127.0.0.1", port: port))
    }
    if port != 0 { return try open(port) }
    let others = ClusterDirectory.all(root: directory.root).filter { $0 != directory.name }
    let taken = Set(
      others.compactMap {
        try? ClusterSettings(ClusterDirectory(root: directory.root, name: $0)).port
      })
    if !taken.contains(6443), let usual = try? open(6443) { return usual }
    var passedOver: [ListeningSocket] = []
    defer { for socket in passedOver { close(socket.descriptor) } }
    while true {
      let socket = try open(0)
      guard case .tcp(_, let port) = socket.address, taken.contains(port) else { return socket }
      passedOver.append(socket)
    }
  }

  /// Ends: no new requests, watches cut off, everything else finished.
  package func stop() {
    compaction.cancel()
    aggregation.cancel()
    controllers.stop()
    server.stop(grace: 0.5)
    unlink(directory.path + "/server.pid")
  }
}

/// What the control plane decides, one line a step, with its reason.
struct ControlPlaneLog: Sendable {
  func note(_ controller: String, _ key: ObjectKey, _ plan: Plan) {
    for step in plan.steps {
      if case .record = step.action { continue }
      StandardLog.print(
        "\(RFC3339.text(RFC3339.now() / 1_000_000 * 1_000_000)) \(controller): \(key.path.dropFirst(10)): "
          + "\(step.action): \(step.reason.en)")
    }
  }
}

/// Lines on standard error, each written at once.
enum StandardLog {
  static func print(_ line: String) {
    try? writeAll(2, line + "\n")
  }
}
