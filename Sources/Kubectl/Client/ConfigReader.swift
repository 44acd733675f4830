import Documents
import Glibc
import HTTP
import Kube
import Linux
import Support

/// Reads one cluster's and one user's entry, with the flags over them.
struct ConfigReader {
  let cluster: JSONValue
  let clusterFile: String
  let user: JSONValue
  let userFile: String
  let flags: FlagValues
  private var podServer: String?
  private var podToken: String?
  private(set) var namespace = "default"
  private static let podFolder = "/var/run/secrets/kubernetes.io/serviceaccount"

  init(
    cluster: JSONValue, clusterFile: String, user: JSONValue, userFile: String, flags: FlagValues
  ) {
    self.cluster = cluster
    self.clusterFile = clusterFile
    self.user = user
    self.userFile = userFile
    self.flags = flags
  }

  /// In a pod the cluster is known from the environment, and the account from files.
  mutating func useServiceAccount() throws {
    guard let host = ConfigFiles.variable("KUBERNETES_SERVICE_HOST"),
      let port = ConfigFiles.variable("KUBERNETES_SERVICE_PORT"),
      let token = try? File.text(Self.podFolder + "/token")
    else { return }
    podServer = "https://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    podToken = token
    if let name = try? File.text(Self.podFolder + "/namespace"), !name.isEmpty {
      namespace = name
    }
  }

  var server: String {
    if flags.isSet("server") { return flags.string("server") }
    if !cluster.text("server").isEmpty { return cluster.text("server") }
    return podServer ?? "http://localhost:8080"
  }

  func trust() throws -> ClientTrust {
    var trust = ClientTrust()
    trust.acceptsAnything =
      flags.bool("insecure-skip-tls-verify") || cluster.flag("insecure-skip-tls-verify")
    let name =
      flags.isSet("tls-server-name")
      ? flags.string("tls-server-name") : cluster.text("tls-server-name")
    if !name.isEmpty { trust.serverName = name }
    trust.authorities = try content(
      "certificate-authority", of: cluster, in: clusterFile, flag: "certificate-authority")
    if podServer != nil, trust.authorities == nil {
      trust.authorities = try? File.read(Self.podFolder + "/ca.crt")
    }
    trust.certificate = try content(
      "client-certificate", of: user, in: userFile, flag: "client-certificate")
    trust.key = try content("client-key", of: user, in: userFile, flag: "client-key")
    return trust
  }

  /// A value that stands in the entry itself, or in a file that it names.
  private func content(
    _ name: String, of entry: JSONValue, in file: String, flag: String
  ) throws -> [UInt8]? {
    if flags.isSet(flag) { return try read(flags.string(flag)) }
    if let data = entry["\(name)-data"]?.string, !data.isEmpty {
      guard let bytes = Base64.decode(data) else {
        throw KubectlError("error loading config file \"\(file)\": illegal base64 data")
      }
      return bytes
    }
    guard let path = entry[name]?.string, !path.isEmpty else { return nil }
    return try read(beside(file, path))
  }

  /// Paths in a kubeconfig are relative to its folder.
  private func beside(_ file: String, _ path: String) -> String {
    guard !path.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return path }
    return String(file[...slash]) + path
  }

  private func read(_ path: String) throws -> [UInt8] {
    do {
      return try File.read(path)
    } catch {
      throw KubectlError("unable to read \(path): open \(path): no such file or directory")
    }
  }

  func credentials() throws -> [(String, String)] {
    var headers: [(String, String)] = []
    if let token = try token() {
      headers.append(("Authorization", "Bearer \(token)"))
    } else {
      let name = flags.isSet("username") ? flags.string("username") : user.text("username")
      let word = flags.isSet("password") ? flags.string("password") : user.text("password")
      if !name.isEmpty {
        headers.append(("Authorization", "Basic \(Base64.encode(Array("\(name):\(word)".utf8)))"))
      }
    }
    func choice(_ flag: String, _ key: String) -> String {
      flags.isSet(flag) ? flags.string(flag) : user.text(key)
    }
    let other = choice("as", "as")
    if !other.isEmpty { headers.append(("Impersonate-User", other)) }
    let uid = choice("as-uid", "as-uid")
    if !uid.isEmpty { headers.append(("Impersonate-Uid", uid)) }
    let groups =
      flags.isSet("as-group")
      ? flags.list("as-group") : user.list("as-groups").compactMap(\.string)
    for group in groups { headers.append(("Impersonate-Group", group)) }
    return headers
  }

  private func token() throws -> String? {
    if flags.isSet("token") { return flags.string("token") }
    if !user.text("token").isEmpty { return user.text("token") }
    if !user.text("tokenFile").isEmpty {
      let bytes = try read(beside(userFile, user.text("tokenFile")))
      return String(decoding: bytes, as: UTF8.self).trimmingSpace()
    }
    if let plugin = user["exec"] { return try token(from: plugin) }
    return podToken?.trimmingSpace()
  }

  /// A program that hands out tokens (client.authentication.k8s.io).
  private func token(from plugin: JSONValue) throws -> String? {
    let name = plugin.text("command")
    let version = plugin.text("apiVersion")
    let info: JSONValue = [
      "kind": "ExecCredential", "apiVersion": .string(version), "spec": ["interactive": false],
    ]
    let settings = plugin.list("env").map { "\($0.text("name"))=\($0.text("value"))" }
    let child: ChildProgram
    do {
      child = try ChildProgram(
        [name] + plugin.list("args").compactMap(\.string),
        environment: settings + ["KUBERNETES_EXEC_INFO=\(info.text())"])
    } catch {
      throw KubectlError("getting credentials: exec: executable \(name) not found")
    }
    let output = try readAll(child.output)
    let end = try child.wait()
    guard end.status.code == 0, let answer = try? JSONValue.parse(output) else {
      throw KubectlError("getting credentials: exec: executable \(name) failed: \(end.complaints)")
    }
    return answer.at("status", "token")?.string
  }
}

extension String {
  /// Without white space at both ends.
  func trimmingSpace() -> String {
    var text = self[...]
    while text.first?.isWhitespace == true { text = text.dropFirst() }
    while text.last?.isWhitespace == true { text = text.dropLast() }
    return String(text)
  }
}
