import Documents
import Glibc
import Linux
import Support

/// The file by which kubectl finds clusters. Ours are added to what is there and taken out again;
/// everything else in it stays as it was.
package struct Kubeconfig: Sendable {
  package let path: String
  private var content: JSONValue

  /// The first file of `KUBECONFIG`, else `~/.kube/config`.
  package static var defaultPath: String {
    func variable(_ name: String) -> String? {
      getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
    if let list = variable("KUBECONFIG"), let first = list.split(separator: ":").first {
      return String(first)
    }
    return (variable("HOME") ?? "/root") + "/.kube/config"
  }

  /// Reads the file. One that is there and is no kubeconfig is an error: it is not touched.
  package init(path: String = Kubeconfig.defaultPath) throws {
    self.path = path
    content = [
      "apiVersion": "v1", "kind": "Config", "preferences": [:], "clusters": [], "users": [],
      "contexts": [],
    ]
    guard File.exists(path) else { return }
    let text = try File.text(path)
    let value = try YAMLDocument.parse(text, file: path).json
    if value.isNull { return }
    guard value.object != nil else {
      throw DklabError(
        .invalid, id: "kube.kubeconfig",
        Text("not a kubeconfig file", ko: "kubeconfig 파일이 아닙니다"),
        hint: Text(
          "move it away, or name another one in KUBECONFIG",
          ko: "다른 곳으로 옮기거나 KUBECONFIG에 다른 파일을 지정하세요"), at: SourceLocation(file: path))
    }
    content = value
  }

  /// The name under which a cluster stands in the file.
  package static func entry(_ cluster: String) -> String { "dklab-\(cluster)" }

  /// Adds or replaces a cluster, its administrator and the context of both, and makes that context
  /// the current one.
  package mutating func add(_ directory: ClusterDirectory) throws {
    let entry = Self.entry(directory.name)
    let settings = try ClusterSettings(directory)
    func data(_ file: String) throws -> JSONValue {
      .string(Base64.encode(try File.read(directory.pki(file))))
    }
    put(
      "clusters", entry, "cluster",
      [
        "certificate-authority-data": try data("ca.crt"),
        "server": .string("https://127.0.0.1:\(settings.port)"),
      ])
    put(
      "users", entry, "user",
      [
        "client-certificate-data": try data("admin.crt"),
        "client-key-data": try data("admin.key"),
      ])
    put("contexts", entry, "context", ["cluster": .string(entry), "user": .string(entry)])
    content["current-context"] = .string(entry)
  }

  /// Takes a cluster out, and what belongs to it.
  package mutating func remove(_ cluster: String) {
    let entry = Self.entry(cluster)
    for list in ["clusters", "users", "contexts"] {
      content[list] = .array(content.list(list).filter { $0.text("name") != entry })
    }
    if content.text("current-context") == entry { content["current-context"] = "" }
  }

  private mutating func put(_ list: String, _ name: String, _ key: String, _ value: JSONValue) {
    var entries = content.list(list)
    let entry: JSONValue = ["name": .string(name), key: value]
    if let index = entries.firstIndex(where: { $0.text("name") == name }) {
      // A namespace that the user chose for the context stays.
      var merged = entries[index]
      for (member, part) in value.object ?? [:] { merged.set(key, member, to: part) }
      entries[index] = merged
    } else {
      entries.append(entry)
    }
    content[list] = .array(entries)
  }

  /// Writes the file as one step, readable by its owner only.
  package func write() throws {
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
      try Directory.make(String(path[..<slash]), mode: 0o755)
    }
    try File.replace(path, YAMLWriter.text(content), mode: 0o600)
  }
}
