import Documents
import Linux
import Support

/// A part of a cluster that is a process of its own, beside the server.
package struct ClusterPart: Sendable {
  package let name: String
  /// What follows the program's name.
  let arguments: [String]
  let title: Text
}

extension Cluster {
  /// All of them, in the order in which they are started.
  package var parts: [ClusterPart] {
    let place = [directory.root, name]
    return [
      ClusterPart(
        name: ClusterDNSMain.name, arguments: [ClusterDNSMain.verb] + place,
        title: Text("the cluster's name server", ko: "클러스터의 네임 서버")),
      ClusterPart(
        name: ProxyMain.name, arguments: [ProxyMain.verb] + place,
        title: Text("the service proxy", ko: "서비스 프록시")),
    ]
      + nodeNames.map { node in
        ClusterPart(
          name: "kubelet-\(node)", arguments: ["__kubelet"] + place + [node],
          title: Text("node \(node)", ko: "노드 \(node)"))
      }
  }

  /// The parts that people mean by a name: `kubelet` is that of every node, `coredns` the name server.
  package func parts(called name: String) -> [ClusterPart] {
    let name = name == "coredns" ? ClusterDNSMain.name : name
    return parts.filter { $0.name == name || name == "kubelet" && $0.name.hasPrefix("kubelet-") }
  }

  /// Starts a part; returns whether it had to be started.
  @discardableResult
  package func start(_ part: ClusterPart) throws -> Bool {
    guard directory.process(part.name) == nil else { return false }
    try ClusterProcess.start(
      part.arguments, log: "\(directory.path)/\(part.name).log", what: part.title)
    return true
  }

  /// Starts all parts that do not run, beside each other; returns whether any had to be started.
  func startParts() throws -> Bool {
    let missing = parts.filter { directory.process($0.name) == nil }
    try awaitReady(of: missing[...])
    return !missing.isEmpty
  }

  /// Starts the first of `parts`, all others, and only then waits for it.
  private func awaitReady(of parts: ArraySlice<ClusterPart>) throws {
    guard let part = parts.first else { return }
    let begun = try ClusterProcess.begin(
      part.arguments, log: "\(directory.path)/\(part.name).log", what: part.title)
    try awaitReady(of: parts.dropFirst())
    try begun.awaitReady()
  }

  /// Ends a part; what it made stays.
  package func stop(_ part: ClusterPart) throws {
    try ClusterProcess.stop([directory.process(part.name)].compactMap { $0 })
  }

  /// The objects of the cluster as they are, as far as causes are looked for in them (`Why`).
  package func view() throws -> ClusterView {
    guard isRunning else {
      throw DklabError(
        .conflict, id: "kube.stopped",
        Text("cluster \(name) does not run", ko: "클러스터 \(name)이(가) 실행 중이 아닙니다"),
        hint: Text("dklab kube start --name \(name)", ko: "dklab kube start --name \(name)"))
    }
    let client = LocalClient(socketPath: directory.socketPath)
    var objects: [String: [JSONValue]] = [:]
    for path in Why.resources {
      let parts = path.split(separator: "/").map(String.init)
      let bucket = (parts[0] == "apis" ? "\(parts[1])/" : "") + parts[parts.count - 1]
      objects[bucket] = try client.request("GET", path).body.list("items")
    }
    return ClusterView(objects, now: RFC3339.now())
  }

  /// The packet filter's rules that stand for services, as nft prints them; nil when there are none,
  /// because the proxy relays itself or has not run yet.
  package func serviceRules() throws -> String? {
    let network = PodNetwork(root: directory.root, cluster: name).network
    guard network.isUp else { return nil }
    return try network.filterListing(["list", "table", "ip", ProxyRules.table])
  }
}
