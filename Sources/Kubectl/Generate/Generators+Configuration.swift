import Documents
import Kube
import Linux

extension Generators {
  private static let sources: [Flag] = [
    .bool("append-hash", "Append a hash of the content to the name"),
    .list("from-env-file", "File with lines KEY=VALUE"),
    .array("from-file", "File, KEY=FILE, or folder"),
    .array("from-literal", "KEY=VALUE"),
  ]

  /// The entries that `--from-…` flags give, in order.
  static func entries(_ flags: FlagValues) throws -> [(key: String, value: [UInt8])] {
    if flags.isSet("from-env-file"), flags.isSet("from-file") || flags.isSet("from-literal") {
      throw KubectlError("from-env-file cannot be combined with from-file or from-literal")
    }
    var result: [(key: String, value: [UInt8])] = []
    func add(_ key: String, _ value: [UInt8]) throws {
      guard DataKey.isValid(key) else { throw DataKey.refusal(key) }
      guard !result.contains(where: { $0.key == key }) else {
        throw KubectlError(
          "cannot add key \"\(key)\", another key by that name already exists")
      }
      result.append((key, value))
    }
    for source in flags.list("from-file") { try DataSource.read(file: source, add) }
    for source in flags.list("from-literal") { try DataSource.read(literal: source, add) }
    for source in flags.list("from-env-file") { try DataSource.read(lines: source, add) }
    return result
  }

  static let configMap = command(
    "configmap", aliases: ["cm"],
    usage: "NAME [--from-file=[key=]source] [--from-literal=key1=value1]",
    summary: "Create a config map from a local file, directory or literal value",
    flags: sources, examples: ["kubectl create configmap settings --from-literal=mode=dark"]
  ) { invocation in
    let name = try name(invocation)
    var object: JSONValue = [
      "kind": "ConfigMap", "apiVersion": "v1", "metadata": metadata(name),
    ]
    for (key, value) in try entries(invocation.flags) {
      if let text = String(validating: value, as: UTF8.self) {
        object.set("data", key, to: .string(text))
      } else {
        object.set("binaryData", key, to: .string(Base64.encode(value)))
      }
    }
    return try hashed(object, invocation.flags)
  }

  static let secret = Command(
    name: "secret", usage: "(docker-registry | generic | tls)",
    summary: "Create a secret using a specified subcommand",
    commands: [generic, tls, dockerRegistry])

  private static func secret(_ name: String, type: String, _ entries: [(String, [UInt8])])
    -> JSONValue
  {
    var object: JSONValue = ["kind": "Secret", "apiVersion": "v1", "metadata": metadata(name)]
    for (key, value) in entries { object.set("data", key, to: .string(Base64.encode(value))) }
    if !type.isEmpty { object["type"] = .string(type) }
    return object
  }

  private static let generic = command(
    "generic",
    usage: "NAME [--type=string] [--from-file=[key=]source] [--from-literal=key1=value1]",
    summary: "Create a secret from a local file, directory, or literal value",
    flags: sources + [.string("type", "The type of the secret")],
    examples: ["kubectl create secret generic db --from-literal=password=secret"]
  ) { invocation in
    let entries = try entries(invocation.flags).map { ($0.key, $0.value) }
    return try hashed(
      secret(try name(invocation), type: invocation.flags.string("type"), entries),
      invocation.flags)
  }

  private static let tls = command(
    "tls", usage: "NAME --cert=path/to/cert/file --key=path/to/key/file",
    summary: "Create a TLS secret",
    flags: [
      .string("cert", "File with the certificate"), .string("key", "File with its key"),
      .bool("append-hash", "Append a hash of the content to the name"),
    ]
  ) { invocation in
    let name = try name(invocation)
    guard invocation.flags.isSet("cert"), invocation.flags.isSet("key") else {
      throw KubectlError("required flag(s) \"cert\", \"key\" not set")
    }
    func file(_ flag: String) throws -> [UInt8] {
      let path = invocation.flags.string(flag)
      guard let bytes = try? DataSource.content(path) else {
        throw KubectlError("Cannot read file \(path), open \(path): no such file or directory")
      }
      return bytes
    }
    let (cert, key) = (try file("cert"), try file("key"))
    guard String(decoding: cert, as: UTF8.self).contains("-----BEGIN CERTIFICATE-----"),
      String(decoding: key, as: UTF8.self).contains("PRIVATE KEY-----")
    else { throw KubectlError("tls: failed to find any PEM data in certificate input") }
    return try hashed(
      secret(name, type: "kubernetes.io/tls", [("tls.crt", cert), ("tls.key", key)]),
      invocation.flags)
  }

  private static let dockerRegistry = command(
    "docker-registry",
    usage: "NAME --docker-username=user --docker-password=password --docker-email=email",
    summary: "Create a secret for use with a Docker registry",
    flags: [
      .string("docker-email", "Email for the registry"),
      .string("docker-password", "Password for the registry"),
      .string("docker-server", "The registry", standard: "https://index.docker.io/v1/"),
      .string("docker-username", "User name for the registry"),
      .array("from-file", "A docker configuration file"),
      .bool("append-hash", "Append a hash of the content to the name"),
    ]
  ) { invocation in
    let name = try name(invocation)
    let flags = invocation.flags
    if flags.isSet("from-file") {
      let entries = try flags.list("from-file").map {
        (
          ".dockerconfigjson",
          try DataSource.content($0.split(separator: "=").last.map(String.init) ?? $0)
        )
      }
      return secret(name, type: "kubernetes.io/dockerconfigjson", entries)
    }
    let (user, password) = (flags.string("docker-username"), flags.string("docker-password"))
    guard !user.isEmpty, !password.isEmpty else {
      throw KubectlError(
        "either --from-file or the combination of --docker-username, --docker-password and "
          + "--docker-server is required")
    }
    var login: JSONValue = ["username": .string(user), "password": .string(password)]
    if flags.isSet("docker-email") { login["email"] = .string(flags.string("docker-email")) }
    login["auth"] = .string(Base64.encode(Array("\(user):\(password)".utf8)))
    let document: JSONValue = ["auths": [flags.string("docker-server"): login]]
    return try hashed(
      secret(
        name, type: "kubernetes.io/dockerconfigjson",
        [(".dockerconfigjson", Array(ManifestText.compactJSON(document).utf8))]), flags)
  }

  private static func hashed(_ object: JSONValue, _ flags: FlagValues) throws -> JSONValue {
    guard flags.bool("append-hash") else { return object }
    var object = object
    object.set("metadata", "name", to: .string("\(object.name)-\(ContentHash.of(object))"))
    return object
  }
}
