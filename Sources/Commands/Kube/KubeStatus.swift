import ArgumentParser
import Documents
import Engine
import Kube
import Linux
import Support

struct KubeStatus: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Say whether a cluster runs, where, and how its nodes are")

  @OptionGroup var options: ClusterOptions

  func run() throws {
    let cluster = try options.cluster()
    try cluster.require()
    guard let server = cluster.directory.server else {
      print(Text("cluster \(cluster.name): stopped", ko: "클러스터 \(cluster.name): 중지됨"))
      throw ExitCode(1)
    }
    let port = cluster.settings?.port ?? 0
    print(
      Text(
        "cluster \(cluster.name): running, https://127.0.0.1:\(port), process \(server.pid)",
        ko: "클러스터 \(cluster.name): 실행 중, https://127.0.0.1:\(port), 프로세스 \(server.pid)"))
    let client = LocalClient(socketPath: cluster.directory.socketPath)
    for node in try client.request("GET", "/api/v1/nodes").body["items"]?.array ?? [] {
      let ready = node.isCondition("Ready")
      print(
        Text(
          "node \(node.name): \(ready ? "ready" : "not ready")",
          ko: "노드 \(node.name): \(ready ? "준비됨" : "준비되지 않음")"))
    }
  }
}

struct KubeList: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "ls", abstract: "List clusters")

  @Flag(name: [.customShort("q"), .long], help: "Print names only") var quiet = false

  func run() throws {
    let clusters = try Cluster.all(root: try DataRoot.current().path)
    if quiet {
      for cluster in clusters { print(cluster.name) }
      return
    }
    var lines = ["NAME\tSTATUS\tNODES\tSERVER"]
    for cluster in clusters {
      let settings = cluster.settings
      let address = settings.map { $0.port == 0 ? "-" : "https://127.0.0.1:\($0.port)" } ?? "-"
      lines.append(
        "\(cluster.name)\t\(cluster.isRunning ? "running" : "stopped")\t\(settings?.nodes ?? 1)\t"
          + address)
    }
    for line in TabWriter.align(lines) { print(line) }
  }
}

struct KubeLogs: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logs", abstract: "Print what the control plane decided, with its reasons")

  @OptionGroup var options: ClusterOptions
  @Option(help: "Only the last lines") var tail: Int?

  func run() throws {
    let cluster = try options.cluster()
    try cluster.require()
    var lines = try File.text(cluster.directory.logPath).split(separator: "\n")
    if let tail { lines = lines.suffix(max(0, tail)) }
    for line in lines { print(line) }
  }
}

/// Switches controllers of a running cluster, and its processes.
struct ComponentSwitch {
  let cluster: Cluster

  func set(_ component: String, isOff: Bool) throws {
    let parts = cluster.parts(called: component)
    for part in parts {
      if isOff { try cluster.stop(part) } else { try cluster.start(part) }
    }
    if !parts.isEmpty { return }
    let known = (ControllerManager.standard + [SchedulerController()]).map(\.name)
    // People know some of them by shorter names.
    let name = component == "scheduler" ? "default-scheduler" : component
    guard known.contains(name) else {
      let names = (known + ["kubelet"] + cluster.parts.map(\.name)).sorted()
      throw DklabError(
        .invalid, id: "kube.component",
        Text("no such part: \(component)", ko: "그런 구성 요소가 없습니다: \(component)"),
        hint: Text(
          "one of \(names.joined(separator: ", "))", ko: "다음 중 하나: \(names.joined(separator: ", "))"
        ))
    }
    let client = LocalClient(socketPath: cluster.directory.socketPath)
    let word = isOff ? "off" : "on"
    _ = try client.request("PUT", "/dklab/controllers/\(name)/\(word)")
  }
}

struct KubeStore: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "store", abstract: "Look at what etcd would hold",
    subcommands: [StoreKeys.self, StoreGet.self, StoreLog.self], defaultSubcommand: StoreKeys.self)
}

/// The objects' keys.
struct StoreKeys: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "List the keys of all objects")

  @OptionGroup var options: ClusterOptions
  @Argument(help: "Only keys that begin with this") var prefix = "/registry/"

  func run() throws {
    let store = try openStore(options)
    for bucket in store.bucketNames {
      for object in store.list(bucket).objects where object.key.path.hasPrefix(prefix) {
        print(object.key.path)
      }
    }
  }
}

/// One value.
struct StoreGet: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Print the value of a key")

  @OptionGroup var options: ClusterOptions
  @Argument(help: "The key, such as /registry/pods/default/web") var key: String

  func run() throws {
    let store = try openStore(options)
    guard let path = ObjectKey(path: key), let object = store.get(path) else {
      throw DklabError(
        .notFound, id: "kube.key", Text("no such key: \(key)", ko: "그런 키가 없습니다: \(key)"),
        hint: Text("`dklab kube store ls` lists them", ko: "`dklab kube store ls`로 볼 수 있습니다"))
    }
    print(object.value.text(indentation: 2))
  }
}

/// The history.
struct StoreLog: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log", abstract: "Print the changes, oldest first")

  @OptionGroup var options: ClusterOptions
  @Option(help: "Only changes after this revision") var after: Int64 = 0
  @Option(help: "At most so many") var limit = 1000

  func run() throws {
    let store = try openStore(options)
    for entry in try store.log(after: after, limit: limit) {
      print("\(entry.revision)\t\(entry.kind.rawValue)\t\(entry.path)\t\(entry.size)")
    }
  }
}

private func openStore(_ options: ClusterOptions) throws -> Store {
  let cluster = try options.cluster()
  try cluster.require()
  return try Store(path: cluster.directory.storePath)
}
