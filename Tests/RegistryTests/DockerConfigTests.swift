import Documents
import Glibc
import Linux
import Support
import Testing

@testable import Registry

@Suite("docker's config.json")
struct DockerConfigTests {
  private let directory = TemporaryDirectory()

  private func config(_ text: String) throws -> DockerConfig {
    try File.replace(directory.path + "/config.json", text)
    return try DockerConfig(path: directory.path + "/config.json")
  }

  @Test("tells who one is at a registry, under any spelling of its name")
  func read() throws {
    let auth = Base64.encode(Array("me:se:cret".utf8))
    let config = try config(
      """
      {"auths": {"https://index.docker.io/v1/": {"auth": "\(auth)"},
       "https://old.example:5000/v1/": {"auth": "\(auth)"},
       "token.example": {"auth": "\(Base64.encode(Array("me:".utf8)))", "identitytoken": "T"},
       "empty.example": {}}, "HttpHeaders": {"X": "y"}}
      """)
    let me = RegistryCredentials(user: "me", secret: "se:cret")
    #expect(try config.credentials(for: "docker.io") == me)
    #expect(try config.credentials(for: "old.example:5000") == me)
    #expect(try config.credentials(for: "token.example")?.identityToken == "T")
    #expect(try config.credentials(for: "empty.example") == nil)
    #expect(try config.credentials(for: "other.example") == nil)
  }

  @Test("takes a login and gives it back, keeps what else is in it, and nobody else may read it")
  func write() throws {
    var config = try config(#"{"psFormat": "x", "auths": {"http://a.example/": {"auth": "YTpi"}}}"#)
    let me = RegistryCredentials(user: "me", secret: "s")
    #expect(try config.store(me, for: "a.example"))
    let again = try DockerConfig(path: config.path)
    #expect(try again.credentials(for: "a.example") == me)
    let json = try JSONValue.parse(try File.read(config.path), file: "config.json")
    #expect(json["psFormat"]?.string == "x")
    #expect(json["auths"]?.object?.keys.sorted() == ["a.example"])
    var info = stat()
    #expect(stat(config.path, &info) == 0 && info.st_mode & 0o777 == 0o600)
    #expect(try config.erase("a.example"))
    #expect(try !config.erase("a.example"))
    #expect(try DockerConfig(path: config.path).credentials(for: "a.example") == nil)
  }

  @Test("names helpers, which are asked in docker's own protocol")
  func helper() throws {
    let program = directory.path + "/docker-credential-dklabtest"
    try File.replace(
      program,
      """
      #!/bin/sh
      case "$1" in
      get) read server
        if [ -f "\(directory.path)/kept" ]; then cat "\(directory.path)/kept"
        else echo "credentials not found in native keychain"; exit 1; fi ;;
      store) cat > "\(directory.path)/kept" ;;
      erase) rm "\(directory.path)/kept" ;;
      esac
      """, mode: 0o755)
    // ChildProgram looks along PATH; a path with slashes is taken as it is.
    let helper = CredentialHelper(program)
    #expect(try helper.get("h.example") == nil)
    try helper.store(RegistryCredentials(user: "me", secret: "s"), "h.example")
    #expect(try helper.get("h.example") == RegistryCredentials(user: "me", secret: "s"))
    try helper.store(
      RegistryCredentials(user: "", secret: "", identityToken: "T"), "h.example")
    #expect(try helper.get("h.example")?.identityToken == "T")
    try helper.erase("h.example")
    #expect(try helper.get("h.example") == nil)
    let error = #expect(throws: DklabError.self) { try helper.erase("h.example") }
    #expect(error?.id == "docker-config.helper")
    let config = try config(
      #"{"credsStore": "all", "credHelpers": {"one.example": "one"}}"#)
    #expect(config.helper(for: "one.example") == "docker-credential-one")
    #expect(config.helper(for: "two.example") == "docker-credential-all")
  }

  @Test("that is no JSON is an error with its place")
  func broken() throws {
    let error = #expect(throws: DklabError.self) { try config("{\"auths\": ") }
    #expect(error?.location?.file.hasSuffix("config.json") == true)
  }
}

/// A directory of its own for one test, removed at the end.
final class TemporaryDirectory: Sendable {
  let path: String

  init() {
    var template = Array("/tmp/dklab-registry-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { preconditionFailure("no directory in /tmp") }
    path = String(cString: made)
  }

  deinit { try? Directory.removeTree(path) }
}
