import Glibc
import Linux
import Support
import Testing

@testable import HTTP
@testable import Registry

@Suite("What the user says about registries")
struct RegistryConfigurationTests {
  private let directory = TemporaryDirectory()

  @Test(
    "only this machine is insecure unless more is allowed",
    arguments: [
      ("localhost:5000", true), ("127.0.0.1", true), ("127.9.9.9:1", true), ("[::1]:5000", true),
      ("localhost.example:5000", false), ("10.1.2.3:5000", true), ("10.2.2.3:5000", false),
      ("named.example:5000", true), ("named.example", false), ("host.example:1", true),
      ("docker.io", false),
    ])
  func insecure(_ domain: String, _ expected: Bool) {
    var configuration = RegistryConfiguration()
    configuration.insecure = ["10.1.0.0/16", "named.example:5000", "host.example"]
    #expect(configuration.isInsecure(domain) == expected)
  }

  @Test("mirrors are asked before Docker Hub, and before nobody else")
  func mirrors() throws {
    try File.replace(
      directory.path + "/registries.json",
      #"{"registry-mirrors": ["http://cache.example:5000/", "https://other.example/path", "bad:x"]}"#
    )
    let configuration = try RegistryConfiguration(root: directory.path)
    let hub = RegistryEndpoint.all(for: "docker.io", configuration)
    let mirrors = hub.dropLast().suffix(2)
    #expect(mirrors.map(\.authority) == ["cache.example:5000", "other.example"])
    #expect(mirrors.map(\.isInsecure) == [true, false])
    #expect(mirrors.last?.prefix == "/path")
    #expect(hub.last?.authority == "registry-1.docker.io" && hub.last?.isMirror == false)
    #expect(RegistryEndpoint.all(for: "q.example", configuration).map(\.authority) == ["q.example"])
  }

  @Test("certificates lie where docker wants them")
  func certificates() throws {
    let own = directory.path + "/r.example:1"
    try Directory.make(own)
    for name in ["ca.crt", "me.cert", "me.key", "alone.cert", "README"] {
      try File.replace(own + "/" + name, "")
    }
    var configuration = RegistryConfiguration()
    configuration.certificateDirectories = [directory.path]
    let trust = configuration.trust("r.example:1")
    #expect(trust.authorities == [own + "/ca.crt"])
    #expect(trust.identity == .init(certificate: own + "/me.cert", key: own + "/me.key"))
    #expect(configuration.trust("r.example:2") == ServerTrust())
  }
}
