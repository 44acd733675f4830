// Credentials travel with the request: `docker` knows who one is at a registry and tells the engine in
// a header of each pull and push, and the engine keeps nothing. What the header says becomes a docker
// configuration of its own for the verb that does the work; it lies in a directory that only we may
// read, and goes with the request.
//
// X-Registry-Auth (pull, push): one login, for the registry of the image. X-Registry-Config (build):
// one for each registry. Both are base64 of JSON, in the alphabet for URLs (RFC 4648, section 5).

import Documents
import FoundationEssentials
import Glibc
import HTTP
import Images
import Linux
import Support

/// What a request says about who its client is at registries, written down for a verb.
struct ClientLogins: Sendable {
  private let folder: String

  /// The login for the registry of `image`; nil when the request says nothing about any.
  static func forImage(_ image: String, of request: HTTPRequest) throws -> ClientLogins? {
    guard let text = request.headers.first(name: "x-registry-auth") else { return nil }
    let login = object(text) ?? [:]
    let domain = (try? Reference(image))?.domain ?? "docker.io"
    return try ClientLogins(entries(login, server: server(of: domain)))
  }

  /// The logins for whatever registries a build comes to; nil when the request says nothing.
  static func forBuild(of request: HTTPRequest) throws -> ClientLogins? {
    guard let text = request.headers.first(name: "x-registry-config") else { return nil }
    var all = JSONObject()
    for (name, value) in object(text) ?? [:] {
      for (key, entry) in entries(value.object ?? [:], server: name) { all[key] = entry }
    }
    return try ClientLogins(all)
  }

  /// Nobody at any registry: for a verb that is told otherwise who one is.
  static func nobody() throws -> ClientLogins { try ClientLogins([:]) }

  private init(_ logins: JSONObject) throws {
    var template = Array("/tmp/dklab-logins-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw SyscallError("mkdtemp", "/tmp") }
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let document = JSONValue.object(["auths": .object(logins)])
    try File.replace(folder + "/config.json", document.text(), mode: 0o600, durable: false)
  }

  /// What the verb needs in its environment.
  var environment: [String: String] { ["DOCKER_CONFIG": folder] }

  /// Forgets them.
  func remove() { try? Directory.removeTree(folder) }

  /// The key of a registry in docker's configuration file.
  private static func server(of domain: String) -> String {
    domain == "docker.io" ? "https://index.docker.io/v1/" : domain
  }

  private static func entries(_ login: JSONObject, server: String) -> JSONObject {
    var entry = JSONObject()
    for key in ["username", "password", "auth", "identitytoken"] {
      if let value = login[key]?.string, !value.isEmpty { entry[key] = .string(value) }
    }
    return entry.isEmpty ? [:] : [server: .object(entry)]
  }

  /// The object in a header; nil when it holds none, which the daemon takes for no login at all.
  private static func object(_ text: String) -> JSONObject? {
    var plain = text.replacing("-", with: "+").replacing("_", with: "/")
    plain += String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4)
    guard let data = Data(base64Encoded: plain) else { return nil }
    return (try? JSONValue.parse(Array(data)))?.object
  }
}
