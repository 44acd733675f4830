// Who one is, as a client of the Docker Engine API says it: its own configuration counts, not that of
// whoever runs the server.
//
//   X-Registry-Auth    with pull and push: one entry, for the registry of the image's name
//   X-Registry-Config  with build: registry -> entry, for the images a Dockerfile begins with
//
// Both are base64url of JSON. The server passes them on in the environment of the verb it starts
// (DKLAB_REGISTRY_AUTH, DKLAB_REGISTRY_CONFIG), from where they reach `dklab __pull`. With one of them
// nobody looks into config.json, even if it says nothing (`e30=`, which is `{}`).
//
// Docker Engine API, "Authentication". Next: RegistryClient.swift.

import Documents
import Glibc
import Images
import Support

/// Credentials that came with a request.
package struct GivenCredentials: Sendable {
  /// For the registry of the image's name.
  private let entry: JSONValue?
  private let entries: [String: JSONValue]

  /// Variables of the environment that carry the two headers as they came.
  package static let authVariable = "DKLAB_REGISTRY_AUTH"
  package static let configVariable = "DKLAB_REGISTRY_CONFIG"

  /// What this process was given; nil when it was started by nobody's request.
  ///
  /// Throws `registry.auth-header` for what is no base64url of a JSON object.
  package init?() throws {
    let variables = [Self.authVariable, Self.configVariable].map { (name: String) in
      getenv(name).map { String(cString: $0) }
    }
    try self.init(auth: variables[0], config: variables[1])
  }

  /// The same with the headers given.
  package init?(auth: String?, config: String?) throws {
    if auth == nil && config == nil { return nil }
    entry = try auth.map { try Self.decode($0, "X-Registry-Auth") }
    let all = try config.map { try Self.decode($0, "X-Registry-Config") }?.object ?? [:]
    entries = Dictionary(
      all.map { (DockerConfig.hostname($0.key), $0.value) }, uniquingKeysWith: { first, _ in first }
    )
  }

  private static func decode(_ header: String, _ name: String) throws -> JSONValue {
    if header.isEmpty { return [:] }
    guard let bytes = Base64.decode(header), let json = try? JSONValue.parse(bytes, file: name),
      json.object != nil
    else {
      throw DklabError(
        .invalid, id: "registry.auth-header",
        Text("\(name): not base64url of a JSON object", ko: "\(name): base64url로 된 JSON 객체가 아닙니다"))
    }
    return json
  }

  /// Who one is at `domain`, the registry of the image's name; nil for nobody.
  package func credentials(for domain: String) -> RegistryCredentials? {
    let host = DockerConfig.hostname(DockerConfig.server(of: domain))
    return (entry ?? entries[host]).flatMap(Self.credentials)
  }

  private static func credentials(_ entry: JSONValue) -> RegistryCredentials? {
    func text(_ name: String) -> String? {
      entry[name]?.string.flatMap { $0.isEmpty ? nil : $0 }
    }
    var user = text("username") ?? ""
    var secret = text("password") ?? ""
    if user.isEmpty, let bytes = text("auth").flatMap({ Base64.decode($0) }) {
      let parts = String(decoding: bytes, as: UTF8.self)
        .split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      if parts.count == 2 { (user, secret) = (parts[0], parts[1]) }
    }
    let result = RegistryCredentials(
      user: user, secret: secret, identityToken: text("identitytoken"),
      registryToken: text("registrytoken"))
    return result == RegistryCredentials(user: "", secret: "") ? nil : result
  }
}
