import Documents
import Glibc
import Linux
import Support

/// Where a cluster lies on the disk:
///
///     ROOT/kube/NAME/
///       cluster.json     its address and its nodes
///       store.db         all objects and their history
///       pki/             its authority, its certificates and keys
///       server.pid       the process that serves it
///       server.sock      the same API for processes of this machine's user, without TLS
///       server.log       what the control plane decided, and why
package struct ClusterDirectory: Sendable {
  package let root: String
  package let name: String
  package var path: String { "\(root)/kube/\(name)" }

  package init(root: String, name: String) throws {
    guard Names.labelProblem(name) == nil else {
      throw DklabError(
        .invalid, id: "kube.name",
        Text(
          "invalid cluster name \(name): use lower case letters, digits and -",
          ko: "잘못된 클러스터 이름 \(name): 영어 소문자, 숫자, - 만 쓸 수 있습니다"))
    }
    self.root = root
    self.name = name
  }

  /// The names of the clusters that exist.
  package static func all(root: String) -> [String] {
    let names = (try? Directory.list("\(root)/kube")) ?? []
    return names.filter { File.exists("\(root)/kube/\($0)/cluster.json") }.sorted()
  }

  package var storePath: String { path + "/store.db" }
  package var socketPath: String { path + "/server.sock" }
  package var logPath: String { path + "/server.log" }
  package var exists: Bool { File.exists(path + "/cluster.json") }

  func pki(_ file: String) -> String { "\(path)/pki/\(file)" }

  /// The server's process, when it runs.
  package var server: ProcessIdentity? { process("server") }

  /// The process of a part of the cluster, when it runs.
  package func process(_ part: String) -> ProcessIdentity? {
    guard let text = try? File.text("\(path)/\(part).pid"),
      let value = try? JSONValue.parse(text), let pid = value.number("pid"),
      let start = value["startTime"]?.string.flatMap(UInt64.init)
    else { return nil }
    let identity = ProcessIdentity(pid: pid_t(pid), startTime: start)
    return identity.isAlive ? identity : nil
  }

  /// Writes down that this process is a part of the cluster.
  package func claim(_ part: String) throws {
    guard let own = ProcessIdentity(of: getpid()) else { return }
    let value: JSONValue = [
      "pid": .integer(Int64(own.pid)), "startTime": .string(String(own.startTime)),
    ]
    try File.replace("\(path)/\(part).pid", value.description, durable: false)
  }
}

/// What is fixed for the life of a cluster.
package struct ClusterSettings: Sendable {
  /// The port of the API server on the loopback address; 0 until it has been chosen.
  package var port = 0
  package var nodes = 1
  /// The lab in whose shell it was made; it goes with the lab. Empty for a cluster of its own.
  package var owner = ""

  package init() {}

  package init(_ directory: ClusterDirectory) throws {
    let value = try JSONValue.parse(
      try File.text(directory.path + "/cluster.json"), file: directory.path + "/cluster.json")
    port = value.number("port") ?? 0
    nodes = value.number("nodes") ?? 1
    owner = value.text("owner")
  }

  package func write(_ directory: ClusterDirectory) throws {
    var value: JSONValue = ["port": .integer(Int64(port)), "nodes": .integer(Int64(nodes))]
    if !owner.isEmpty { value["owner"] = .string(owner) }
    try File.replace(directory.path + "/cluster.json", value.text(indentation: 2) + "\n")
  }
}
