import Documents
import Glibc
import HTTP
import Kube
import Linux
import Support

/// The kubeconfig files that count, laid over each other: of maps and lists the first file that has
/// a name wins, of single values the first that has one.
struct ConfigFiles: Sendable {
  /// Where changes go that belong to no file yet.
  let paths: [String]
  private(set) var contents: [(path: String, value: JSONValue)] = []

  /// - Parameter explicit: `--kubeconfig`, which must exist and stands alone.
  init(explicit: String) throws {
    if !explicit.isEmpty {
      paths = [explicit]
      guard File.exists(explicit) else {
        throw KubectlError("stat \(explicit): no such file or directory")
      }
    } else if let list = Self.variable("KUBECONFIG"), !list.isEmpty {
      paths = list.split(separator: ":").map(String.init)
    } else {
      paths = [(Self.variable("HOME") ?? "/root") + "/.kube/config"]
    }
    for path in paths where File.exists(path) {
      do {
        let value = try YAMLDocument.parse(try File.text(path), file: path).json
        contents.append((path, value))
      } catch {
        throw KubectlError("error loading config file \"\(path)\": \(ErrorText.plain(error))")
      }
    }
  }

  static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  /// All of it as one.
  var merged: JSONValue {
    var result: JSONValue = ["apiVersion": "v1", "kind": "Config", "preferences": [:]]
    for list in ["clusters", "contexts", "users"] {
      var entries: [JSONValue] = []
      for (_, value) in contents {
        for entry in value.list(list)
        where !entries.contains(where: { $0.text("name") == entry.text("name") }) {
          entries.append(entry)
        }
      }
      result[list] = entries.isEmpty ? .null : .array(entries)
    }
    result["current-context"] = .string(currentContext)
    return result
  }

  var currentContext: String {
    contents.lazy.map { $0.value.text("current-context") }.first { !$0.isEmpty } ?? ""
  }

  /// The entry of that name, and the file it is in.
  func entry(_ list: String, _ name: String) -> (path: String, value: JSONValue)? {
    for (path, value) in contents {
      if let found = value.list(list).first(where: { $0.text("name") == name }) {
        return (path, found)
      }
    }
    return nil
  }
}

/// Which server is meant, who asks, and in which namespace.
struct ClientConfig: Sendable {
  var origin: HTTPOrigin
  /// What stands before `/api` in every path.
  var prefix = ""
  var trust = ClientTrust()
  var headers: [(String, String)] = []
  var namespace = "default"
  /// Whether `--namespace` was given.
  var isNamespaceExplicit = false
  var verbosity = 0
  var failsOnWarnings = false

  /// By the flags, the kubeconfig and, in a pod, the service account.
  init(_ flags: FlagValues) throws {
    let files = try ConfigFiles(explicit: flags.string("kubeconfig"))
    let contextName =
      flags.isSet("context") ? flags.string("context") : files.currentContext
    var context: JSONValue = [:]
    if !contextName.isEmpty {
      guard let found = files.entry("contexts", contextName) else {
        throw KubectlError(
          flags.isSet("context")
            ? "context \"\(contextName)\" does not exist"
            : "context was not found for specified context: \(contextName)")
      }
      context = found.value["context"] ?? [:]
    }
    func choice(_ flag: String) -> String {
      flags.isSetGlobally(flag) ? flags.string(flag) : context.text(flag)
    }
    let cluster = files.entry("clusters", choice("cluster"))
    if flags.isSet("cluster"), cluster == nil {
      throw KubectlError("cluster \"\(flags.string("cluster"))\" does not exist")
    }
    let user = files.entry("users", choice("user"))
    if flags.isSetGlobally("user"), user == nil {
      throw KubectlError("auth info \"\(flags.string("user"))\" does not exist")
    }
    var reader = ConfigReader(
      cluster: cluster?.value["cluster"] ?? [:], clusterFile: cluster?.path ?? "",
      user: user?.value["user"] ?? [:], userFile: user?.path ?? "", flags: flags)
    let isInPod = cluster == nil && !flags.isSet("server")
    if isInPod { try reader.useServiceAccount() }
    let server = reader.server
    guard let origin = HTTPOrigin(server.contains("://") ? server : "http://" + server) else {
      throw KubectlError("parse \"\(server)\": invalid server address")
    }
    self.origin = origin
    let afterScheme = server.split(separator: "://", maxSplits: 1).last ?? ""
    if let slash = afterScheme.firstIndex(of: "/") {
      prefix = String(afterScheme[slash...])
      while prefix.hasSuffix("/") { prefix.removeLast() }
    }
    trust = try reader.trust()
    headers = try reader.credentials()
    namespace = context.text("namespace").isEmpty ? reader.namespace : context.text("namespace")
    if flags.isSet("namespace"), !flags.string("namespace").isEmpty {
      namespace = flags.string("namespace")
      isNamespaceExplicit = true
    }
    verbosity = flags.int("v")
    failsOnWarnings = flags.bool("warnings-as-errors")
  }
}
