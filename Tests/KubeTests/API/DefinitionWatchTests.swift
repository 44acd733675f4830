import Documents
import Glibc
import HTTP
import Linux
import Support
import Testing

@testable import Kube

@Suite("Watches of kinds that users define")
struct DefinitionWatchTests {
  private static let definition = """
    apiVersion: apiextensions.k8s.io/v1
    kind: CustomResourceDefinition
    metadata: {name: shirts.example.com}
    spec:
      group: example.com
      scope: Namespaced
      names: {plural: shirts, kind: Shirt}
      versions:
      - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}
    """

  /// What a watch tells; `act` is called at each piece of it. Comes back when the watch has ended.
  private static func watch(_ origin: HTTPOrigin, _ act: (String) throws -> Void) throws -> String {
    let client = try ClientConnection(origin, trust: ClientTrust())
    let head = try client.send("GET", "/apis/example.com/v1/shirts?watch=1&timeoutSeconds=3600")
    #expect(head.status == 200)
    var text = ""
    while let piece = try client.readBody(timeout: 60_000) {
      guard !piece.isEmpty else { throw SyscallError("read", "the watch", errno: ETIMEDOUT) }
      let part = String(decoding: piece, as: UTF8.self)
      text += part
      try act(part)
    }
    return text
  }

  @Test("end when the kind becomes another one or goes, and not before")
  func end() async throws {
    let cluster = try TestCluster()
    try CustomResources.load(cluster.api)
    try cluster.apply(Self.definition)
    try cluster.apply("{apiVersion: example.com/v1, kind: Shirt, metadata: {name: one}}")
    let type = try cluster.type("CustomResourceDefinition", "apiextensions.k8s.io/v1")
    let kube = KubeServer(api: cluster.api, tokens: ServiceAccountTokens(), address: "")
    let server = try HTTPServer.start(
      on: [try ListeningSocket.open(.tcp(host: "127.0.0.1", port: 0))], HTTPServer.Configuration()
    ) { await kube.handle(HTTPRequest(method: $0.method, target: $0.target)) }
    defer { server.stop(grace: 0) }
    guard case .tcp(_, let port)? = server.addresses.first else { throw WebhookFailure("no port") }
    let origin = try #require(HTTPOrigin("http://127.0.0.1:\(port)"))
    let changed = try await BlockingWork.run {
      try Self.watch(origin) { part in
        if part.contains("\"name\":\"one\"") {
          // What its controller says of a definition does not change the kind.
          try cluster.api.change(type, "", "shirts.example.com", subresource: "status") {
            var definition = $0
            definition.set("status", "storedVersions", to: ["v1"])
            return definition
          }
          try cluster.apply("{apiVersion: example.com/v1, kind: Shirt, metadata: {name: two}}")
        }
        guard part.contains("\"name\":\"two\"") else { return }
        try cluster.api.change(type, "", "shirts.example.com") {
          var definition = $0
          definition.set("spec", "names", "shortNames", to: ["sh"])
          return definition
        }
      }
    }
    #expect(changed.contains("\"name\":\"one\"") && changed.contains("\"name\":\"two\""))
    let gone = try await BlockingWork.run {
      try Self.watch(origin) { part in
        guard part.contains("\"name\":\"two\"") else { return }
        try cluster.api.delete(type, "", "shirts.example.com")
      }
    }
    #expect(gone.contains("\"name\":\"two\""))
  }
}
