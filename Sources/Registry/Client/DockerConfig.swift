// Where docker keeps who one is: $DOCKER_CONFIG/config.json, else ~/.docker/config.json.
//
//   auths        server -> {"auth": base64 of "user:password"}, or {"identitytoken": …}
//   credHelpers  server -> the name of a program docker-credential-NAME that knows
//   credsStore   the same for all other servers
//
// A helper's entry goes before what stands in auths. What else is in the file is kept as it is.
// Docker Hub's server is called https://index.docker.io/v1/ here; the others by their names, which
// older files write as URLs.
//
// docker-credential-helpers, protocol: the command is the argument; `get` and `erase` read the
// server on standard input, `store` reads {"ServerURL","Username","Secret"}.

import Documents
import Glibc
import Images
import Linux
import Support

/// The credentials of docker's configuration file.
package struct DockerConfig {
  /// Where the file is, or would be.
  package let path: String
  private var json: JSONObject

  /// Reads the file the environment names; without one there is nobody known.
  ///
  /// Throws when it is there and cannot be read as JSON.
  package init() throws {
    let directory =
      Self.variable("DOCKER_CONFIG")
      ?? (Self.variable("HOME") ?? "/root") + "/.docker"
    try self.init(path: directory + "/config.json")
  }

  /// Reads the file at `path`.
  package init(path: String) throws {
    self.path = path
    json = [:]
    guard File.exists(path) else { return }
    let bytes = try File.read(path, limit: 4 << 20)
    guard !bytes.allSatisfy({ $0 == 0x20 || $0 == 0x0a }) else { return }
    guard let object = try JSONValue.parse(bytes, file: path).object else {
      throw DklabError(
        .invalid, id: "docker-config.invalid",
        Text("\(path): not a JSON object", ko: "\(path): JSON 객체가 아닙니다"))
    }
    json = object
  }

  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The key of the registry `domain`.
  package static func server(of domain: String) -> String {
    domain == RegistryEndpoint.hub ? "https://index.docker.io/v1/" : domain
  }

  /// The program that keeps the credentials of `domain`; nil when the file itself does.
  package func helper(for domain: String) -> String? {
    let helpers = json["credHelpers"]?.object
    let name =
      helpers?[Self.server(of: domain)]?.string ?? helpers?[domain]?.string
      ?? json["credsStore"]?.string
    return name.flatMap { $0.isEmpty ? nil : "docker-credential-\($0)" }
  }

  /// Who one is at `domain`; nil when nobody logged in.
  ///
  /// Throws `docker-config.helper` when the helper that should know fails.
  package func credentials(for domain: String) throws -> RegistryCredentials? {
    if let helper = helper(for: domain) {
      if let known = try CredentialHelper(helper).get(Self.server(of: domain)) { return known }
    }
    guard let entry = entry(for: domain)?.value else { return nil }
    let token = entry["identitytoken"]?.string.flatMap { $0.isEmpty ? nil : $0 }
    var user = entry["username"]?.string ?? ""
    var secret = entry["password"]?.string ?? ""
    if let auth = entry["auth"]?.string, let bytes = Base64.decode(auth) {
      let parts = String(decoding: bytes, as: UTF8.self)
        .split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      if parts.count == 2 { (user, secret) = (parts[0], parts[1].trimmedZeros) }
    }
    if user.isEmpty && secret.isEmpty && token == nil { return nil }
    return RegistryCredentials(user: user, secret: secret, identityToken: token)
  }

  /// Keeps `credentials` for `domain`, in the helper or in the file, which only the owner may read.
  /// True when the secret now lies unencrypted in the file.
  package mutating func store(_ credentials: RegistryCredentials, for domain: String) throws
    -> Bool
  {
    let server = Self.server(of: domain)
    if let helper = helper(for: domain) {
      try CredentialHelper(helper).store(credentials, server)
      set(server, [:])
      try write()
      return false
    }
    if let old = entry(for: domain), old.key != server { remove(old.key) }
    let auth = Base64.encode(Array("\(credentials.user):\(credentials.secret)".utf8))
    var entry: JSONObject = ["auth": .string(auth)]
    if let token = credentials.identityToken {
      entry = [
        "auth": .string(Base64.encode(Array("\(credentials.user):".utf8))),
        "identitytoken": .string(token),
      ]
    }
    set(server, entry)
    try write()
    return true
  }

  /// Forgets who one is at `domain`; false when nobody was known.
  package mutating func erase(_ domain: String) throws -> Bool {
    var wasKnown = false
    if let helper = helper(for: domain) {
      wasKnown = (try? CredentialHelper(helper).get(Self.server(of: domain))) ?? nil != nil
      if wasKnown { try CredentialHelper(helper).erase(Self.server(of: domain)) }
    }
    if let old = entry(for: domain) {
      remove(old.key)
      try write()
      wasKnown = true
    }
    return wasKnown
  }

  /// What stands in the file under any spelling of `domain`.
  private func entry(for domain: String) -> (key: String, value: JSONValue)? {
    guard let all = json["auths"]?.object else { return nil }
    let server = Self.server(of: domain)
    if let value = all[server] { return (server, value) }
    let plain = domain == RegistryEndpoint.hub ? "index.docker.io" : domain
    return all.first { Self.hostname($0.key) == plain }.map { ($0.key, $0.value) }
  }

  /// The server of a key of `auths`, which may be a URL.
  static func hostname(_ key: String) -> String {
    var rest = key[...]
    for scheme in ["https://", "http://"] where rest.hasPrefix(scheme) {
      rest = rest.dropFirst(scheme.count)
    }
    return String(rest.prefix { $0 != "/" })
  }

  private mutating func set(_ key: String, _ value: JSONObject) {
    var all = json["auths"]?.object ?? [:]
    all[key] = .object(value)
    json["auths"] = .object(all)
  }

  private mutating func remove(_ key: String) {
    let rest = (json["auths"]?.object ?? [:]).filter { $0.key != key }.map { ($0.key, $0.value) }
    json["auths"] = .object(JSONObject(rest))
  }

  private func write() throws {
    if let slash = path.lastIndex(of: "/") {
      try Directory.make(String(path[..<slash]), mode: 0o700)
    }
    try File.replace(path, JSONValue.object(json).text(indentation: 1) + "\n", mode: 0o600)
  }
}

extension String {
  /// Some old clients ended the password with zero bytes.
  fileprivate var trimmedZeros: String {
    var text = self
    while text.hasSuffix("\u{0}") { text.removeLast() }
    return text
  }
}

/// A program that keeps credentials.
struct CredentialHelper {
  let program: String

  init(_ program: String) { self.program = program }

  /// What it knows for `server`; nil when it knows nothing.
  func get(_ server: String) throws -> RegistryCredentials? {
    let (succeeded, text) = try run("get", server)
    guard succeeded else {
      if text.contains("credentials not found") { return nil }
      throw failure("get", text)
    }
    let json = try JSONValue.parse(text.utf8, file: program)
    guard let user = json["Username"]?.string, let secret = json["Secret"]?.string else {
      throw failure("get", "no Username or Secret in its answer")
    }
    return user == "<token>"
      ? RegistryCredentials(user: "", secret: "", identityToken: secret)
      : RegistryCredentials(user: user, secret: secret)
  }

  func store(_ credentials: RegistryCredentials, _ server: String) throws {
    let token = credentials.identityToken
    let request: JSONValue = [
      "ServerURL": .string(server),
      "Username": .string(token == nil ? credentials.user : "<token>"),
      "Secret": .string(token ?? credentials.secret),
    ]
    let (succeeded, text) = try run("store", request.text())
    if !succeeded { throw failure("store", text) }
  }

  func erase(_ server: String) throws {
    let (succeeded, text) = try run("erase", server)
    if !succeeded { throw failure("erase", text) }
  }

  private func run(_ verb: String, _ input: String) throws -> (Bool, String) {
    let memory = FileDescriptor(owning: try createMemoryFile("credentials"))
    try setInheritable(memory.number, false)
    try writeAll(memory.number, input)
    lseek(memory.number, 0, SEEK_SET)
    do {
      let child = try ChildProgram([program, verb], input: memory.number)
      let output = String(decoding: try readAll(child.output, limit: 1 << 20), as: UTF8.self)
      let (status, complaints) = try child.wait()
      // Helpers tell why they failed on standard output.
      return (status.code == 0, status.code == 0 ? output : output + complaints)
    } catch let error as SyscallError where error.errno == ENOENT {
      throw failure(verb, "not installed")
    }
  }

  private func failure(_ verb: String, _ reason: String) -> DklabError {
    let line = reason.split(separator: "\n").first.map(String.init) ?? ""
    return DklabError(
      .unavailable, id: "docker-config.helper",
      Text(
        "\(program) \(verb): \(line.printableLine)", ko: "\(program) \(verb): \(line.printableLine)"
      ),
      hint: Text(
        "docker's config.json names it in credsStore or credHelpers",
        ko: "docker의 config.json에 있는 credsStore나 credHelpers가 이 프로그램을 가리킵니다"))
  }
}
