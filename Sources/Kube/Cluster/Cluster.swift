import Engine
import Glibc
import Linux
import Support

/// One cluster of this machine, from outside: made, started, stopped, removed.
package struct Cluster: Sendable {
  package let directory: ClusterDirectory

  package init(root: String, name: String) throws {
    directory = try ClusterDirectory(root: root, name: name)
  }

  /// The user's clusters, by name.
  package static func all(root: String) throws -> [Cluster] {
    try ClusterDirectory.all(root: root).map { try Cluster(root: root, name: $0) }
  }

  package var name: String { directory.name }
  package var isRunning: Bool { directory.server != nil }
  package var settings: ClusterSettings? { try? ClusterSettings(directory) }

  /// Throws `DklabError` `kube.not-found` when there is no such cluster.
  package func require() throws {
    guard !directory.exists else { return }
    throw DklabError(
      .notFound, id: "kube.not-found",
      Text("no such cluster: \(name)", ko: "그런 클러스터가 없습니다: \(name)"),
      hint: Text("`dklab kube up` makes one", ko: "`dklab kube up`으로 만들 수 있습니다"))
  }

  /// Makes the cluster if it is not there, and starts it if it does not run. Returns whether
  /// anything had to be started.
  @discardableResult
  package func up(nodes: Int? = nil) throws -> Bool {
    if !directory.exists {
      try Directory.make(directory.path, mode: 0o700)
      var settings = ClusterSettings()
      settings.nodes = nodes ?? 1
      settings.owner = getenv("DKLAB_CLUSTER").map { String(cString: $0) } ?? ""
      try settings.write(directory)
    }
    let wasRunning = isRunning
    // The parts of a running cluster have sockets in it.
    let pods = PodNetwork(root: directory.root, cluster: name)
    if !wasRunning || !pods.network.isUp { try pods.ensure() }
    if !wasRunning {
      try ClusterProcess.start(
        ["__kube", directory.root, name], log: directory.logPath,
        what: Text("cluster \(name)", ko: "클러스터 \(name)"))
    }
    // They need the server, and none of the others.
    return try startParts() || !wasRunning
  }

  /// The names of its nodes.
  package var nodeNames: [String] {
    let count = settings?.nodes ?? 1
    return (0..<count).map { $0 == 0 ? name : "\(name)-\($0 + 1)" }
  }

  /// The number of a node from 0, by its name.
  static func nodeIndex(_ node: String, in cluster: String) -> Int {
    guard node.hasPrefix(cluster + "-") else { return 0 }
    return Int(node.dropFirst(cluster.count + 1)).map { max(0, $0 - 1) } ?? 0
  }

  /// Ends its processes; everything it holds stays. Returns whether it ran.
  @discardableResult
  package func stop() throws -> Bool {
    let beside = parts.compactMap { directory.process($0.name) }
    try ClusterProcess.stop(beside)
    let server = [directory.process("server")].compactMap { $0 }
    try ClusterProcess.stop(server)
    try pauseContainers()
    return !beside.isEmpty || !server.isEmpty
  }

  /// A cluster that is stopped uses nothing: its containers end and begin again with it.
  private func pauseContainers() throws {
    guard let engine = try engine() else { return }
    for record in try engine.containers() where record.state.isActive {
      try? engine.kill(record, signal: .kill)
    }
  }

  private func engine() throws -> Engine? {
    let root = DataRoot(path: directory.root)
    let instance = KubeletMain.instance(name)
    guard root.instances().contains(instance) else { return nil }
    return try Engine(root: root, instance: instance, creating: false)
  }

  /// Ends it and removes all it held. Nothing of that is needed again, so nobody waits for anybody.
  package func remove() throws {
    try ClusterProcess.stop((parts.map(\.name) + ["server"]).compactMap(directory.process))
    try Engine.destroy(
      root: DataRoot(path: directory.root), instance: KubeletMain.instance(name))
    EmptyDirectory.unmountAll(below: directory.path)
    try Directory.removeTree(directory.path)
  }
}
