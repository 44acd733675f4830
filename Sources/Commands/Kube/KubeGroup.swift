import ArgumentParser
import Engine
import Glibc
import Kube
import Linux
import Support

/// The cluster commands.
struct KubeGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kube", abstract: "Run Kubernetes clusters on this machine",
    subcommands: [
      KubeUp.self, KubeStart.self, KubeStop.self, KubeDown.self, KubeRemove.self,
      KubeStatus.self, KubeList.self, KubeLogs.self, KubeStore.self, KubeRules.self, KubeWhy.self,
    ])
}

/// Which cluster is meant.
struct ClusterOptions: ParsableArguments {
  @Option(
    name: [.long, .customShort("n")], help: "Name of the cluster (default: DKLAB_CLUSTER, or lab)")
  var name = getenv("DKLAB_CLUSTER").map { String(cString: $0) } ?? "lab"

  func cluster() throws -> Cluster {
    try Cluster(root: try DataRoot.current().path, name: name)
  }
}

struct KubeUp: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "up", abstract: "Create and start a cluster, and make kubectl use it")

  @OptionGroup var options: ClusterOptions
  @Option(help: "Number of virtual nodes") var nodes: Int?
  @Flag(help: "Print what the control plane decided so far, with its reasons") var explain = false

  func validate() throws {
    if let nodes, !(1...100).contains(nodes) {
      throw ValidationError("--nodes must be between 1 and 100")
    }
  }

  func run() throws {
    let cluster = try options.cluster()
    let started = try cluster.up(nodes: nodes)
    var config = try Kubeconfig()
    try config.add(cluster.directory)
    try config.write()
    if explain, let text = try? File.text(cluster.directory.logPath) { print(text, terminator: "") }
    let entry = Kubeconfig.entry(cluster.name)
    print(
      started
        ? Text(
          "cluster \(cluster.name) is up; kubectl's context is \(entry)",
          ko: "클러스터 \(cluster.name)이(가) 시작되었습니다. kubectl의 컨텍스트는 \(entry)입니다")
        : Text(
          "cluster \(cluster.name) was up already; kubectl's context is \(entry)",
          ko: "클러스터 \(cluster.name)은(는) 이미 실행 중입니다. kubectl의 컨텍스트는 \(entry)입니다"))
  }
}

struct KubeStart: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "start", abstract: "Start a stopped cluster, or a part of it that was switched off"
  )

  @OptionGroup var options: ClusterOptions
  @Argument(help: "A part such as scheduler, kube-proxy or kubelet; all when left out")
  var component: String?

  func run() throws {
    let cluster = try options.cluster()
    try cluster.require()
    if let component {
      try ComponentSwitch(cluster: cluster).set(component, isOff: false)
      print(component)
      return
    }
    try cluster.up()
    print(cluster.name)
  }
}

struct KubeStop: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stop",
    abstract: "Stop a cluster and keep all it holds, or switch a part of it off")

  @OptionGroup var options: ClusterOptions
  @Argument(help: "A part such as scheduler, kube-proxy or kubelet; all when left out")
  var component: String?

  func run() throws {
    let cluster = try options.cluster()
    try cluster.require()
    if let component {
      try ComponentSwitch(cluster: cluster).set(component, isOff: true)
      print(component)
      return
    }
    try cluster.stop()
    print(cluster.name)
  }
}

struct KubeDown: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "down", abstract: "Stop a cluster and remove all it holds")

  @OptionGroup var options: ClusterOptions

  func run() throws {
    let cluster = try options.cluster()
    try cluster.require()
    try removeCluster(cluster)
    print(cluster.name)
  }
}

struct KubeRemove: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rm", abstract: "Remove clusters and all they hold")

  @Argument(help: "Names of clusters") var names: [String]

  func run() throws {
    let root = try DataRoot.current().path
    try Batch.each(names) { name in
      let cluster = try Cluster(root: root, name: name)
      try cluster.require()
      try removeCluster(cluster)
      print(name)
    }
  }
}

/// Removes a cluster and its entries in the kubeconfig.
private func removeCluster(_ cluster: Cluster) throws {
  try cluster.remove()
  var config = try Kubeconfig()
  config.remove(cluster.name)
  try config.write()
}
