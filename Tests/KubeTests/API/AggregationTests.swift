import Documents
import HTTP
import Support
import Synchronization
import Testing

@testable import Kube

@Suite("Groups that others serve")
struct AggregationTests {
  private static let resources: JSONValue = [
    "kind": "APIResourceList", "groupVersion": "wardle.example.com/v1alpha1",
    "resources": [
      [
        "name": "flunders", "singularName": "flunder", "namespaced": true, "kind": "Flunder",
        "verbs": ["get", "list"], "shortNames": ["fl"],
      ], ["name": "flunders/status", "namespaced": true, "kind": "Flunder", "verbs": ["get"]],
    ],
  ]

  /// A server that is there or not, and remembers what it has been asked.
  private final class Backend: Sendable {
    private let state = Mutex<(isThere: Bool, asked: [BackendRequest])>((true, []))

    func setThere(_ isThere: Bool) { state.withLock { $0.isThere = isThere } }
    var asked: [BackendRequest] { state.withLock { $0.asked } }

    func answer(_ request: BackendRequest) throws -> BackendAnswer {
      let isThere = state.withLock { state in
        state.asked.append(request)
        return state.isThere
      }
      guard isThere else { throw WebhookFailure("connection refused") }
      if request.target.hasPrefix("/openapi") {
        return BackendAnswer(status: 404) { nil }
      }
      if request.target.hasSuffix("?early") { return BackendAnswer(status: 103) { nil } }
      var pieces = [Array("{\"kind\":\"Flun".utf8), [], Array("derList\"}".utf8)]
      if request.target == "/apis/wardle.example.com/v1alpha1" {
        pieces = [AggregationTests.resources.bytes()]
      }
      let left = Mutex(pieces)
      return BackendAnswer(
        status: 200, headers: [("content-type", "application/json"), ("connection", "close")]
      ) { left.withLock { $0.isEmpty ? nil : $0.removeFirst() } }
    }
  }

  private let cluster: TestCluster
  private let backend = Backend()
  private let aggregator: APIAggregator

  init() throws {
    cluster = try TestCluster()
    aggregator = APIAggregator(api: cluster.api) { [backend] _, request, _ in
      try backend.answer(request)
    }
    try cluster.apply(Self.manifest)
  }

  private static let manifest = """
    apiVersion: apiregistration.k8s.io/v1
    kind: APIService
    metadata: {name: v1alpha1.wardle.example.com}
    spec:
      group: wardle.example.com
      version: v1alpha1
      groupPriorityMinimum: 2000
      versionPriority: 200
      insecureSkipTLSVerify: true
      service: {namespace: default, name: sample, port: 7443}
    """

  private func available() throws -> String {
    aggregator.check()
    let type = try cluster.type("APIService", "apiregistration.k8s.io/v1")
    let object = try cluster.api.get(type, "", "v1alpha1.wardle.example.com")
    let condition = object.condition("Available") ?? [:]
    return condition.text("status") + " " + condition.text("reason") + ": "
      + condition.text("message")
  }

  private func serve() throws {
    try cluster.apply(
      "{apiVersion: v1, kind: Service, metadata: {name: sample}, spec: {ports: [{port: 7443}]}}")
    try cluster.apply(
      """
      {apiVersion: v1, kind: Endpoints, metadata: {name: sample}, subsets: [{addresses: [{ip: 10.1.1.1}], ports: [{port: 443}]}]}
      """)
  }

  @Test("are available when their service, its endpoints and the server are there")
  func availability() throws {
    #expect(
      try available() == "False ServiceNotFound: service/sample in \"default\" is not present")
    try cluster.apply(
      "{apiVersion: v1, kind: Service, metadata: {name: sample}, spec: {ports: [{port: 80}]}}")
    #expect(
      try available()
        == "False ServicePortError: service/sample in \"default\" is not listening on port 7443")
    try cluster.api.delete(try cluster.type("Service"), "default", "sample")
    try cluster.apply(
      "{apiVersion: v1, kind: Service, metadata: {name: sample}, spec: {ports: [{port: 7443}]}}")
    #expect(
      try available()
        == "False EndpointsNotFound: cannot find endpoints for service/sample in \"default\"")
    try cluster.apply("{apiVersion: v1, kind: Endpoints, metadata: {name: sample}}")
    #expect(
      try available()
        == "False MissingEndpoints: endpoints for service/sample in \"default\" have no addresses with "
        + "port name \"\"")
    try cluster.api.delete(try cluster.type("Endpoints"), "default", "sample")
    try cluster.api.delete(try cluster.type("Service"), "default", "sample")
    try serve()
    backend.setThere(false)
    #expect(
      try available().hasPrefix(
        "False FailedDiscoveryCheck: failing or missing response from "
          + "https://sample.default.svc:7443/apis/wardle.example.com/v1alpha1: Get "))
    #expect(aggregator.versions.isEmpty)
    backend.setThere(true)
    #expect(try available() == "True Passed: all checks passed")
    #expect(aggregator.versions.map(\.group) == ["wardle.example.com"])
  }

  @Test(
    "an APIService that could not be used is refused",
    arguments: [
      (
        "v1alpha1.wardle", "v2.wardle",
        "metadata.name: Invalid value: \"v2.wardle.example.com\": must be"
      ),
      ("Minimum: 2000", "Minimum: 0", "must be positive and less than 20000"),
      ("versionPriority: 200", "versionPriority: 1001", "must be positive and less than 1000"),
      ("name: sample, ", "", "spec.service.name: Required value"),
      ("insecure", "caBundle: YQ==\n  insecure", "may not be true if spec.caBundle is present"),
      (", port: 7443", ", port: 0", "spec.service.port: Invalid value: 0: port is not valid"),
    ])
  func refused(old: String, new: String, message: String) {
    let error = #expect(throws: APIError.self) {
      try cluster.apply(Self.manifest.replacing(old, with: new))
    }
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  @Test("stand in discovery like the cluster's own, and go with their APIService")
  func discovery() throws {
    try serve()
    aggregator.check()
    let discovery = Discovery(registry: cluster.api.registry) { [aggregator] in aggregator.versions
    }
    #expect(
      discovery.group("wardle.example.com")?.text("preferredVersion", "groupVersion")
        == "wardle.example.com/v1alpha1")
    let items = discovery.aggregated(core: false, form: "v2").list("items")
    let item = try #require(items.first { $0.name == "wardle.example.com" })
    let resources = item.list("versions")[0].list("resources")
    #expect(resources.map { $0.text("resource") } == ["flunders"])
    #expect(resources[0].text("responseKind", "group") == "wardle.example.com")
    #expect(resources[0].list("subresources").map { $0.text("subresource") } == ["status"])
    // It says nothing in OpenAPI, so it is said for it what there is.
    let documents = OpenAPIDocuments(registry: cluster.api.registry) { [aggregator] in
      aggregator.versions
    }
    #expect(documents.index.at("paths", "apis/wardle.example.com/v1alpha1") != nil)
    let paths = documents.document("wardle.example.com", "v1alpha1")["paths"]?.object ?? [:]
    let list = "/apis/wardle.example.com/v1alpha1/namespaces/{namespace}/flunders"
    #expect(paths[list]?.at("get", "x-kubernetes-group-version-kind")?.text("kind") == "Flunder")
    #expect(resources[0].list("shortNames") == ["fl"] && resources[0].text("scope") == "Namespaced")
    let type = try cluster.type("APIService", "apiregistration.k8s.io/v1")
    try cluster.api.delete(type, "", "v1alpha1.wardle.example.com")
    aggregator.check()
    #expect(discovery.group("wardle.example.com") == nil)
  }

  @Test("get requests with who makes them, and nothing that somebody else has said about that")
  func passedOn() async throws {
    try serve()
    let server = KubeServer(
      api: cluster.api, tokens: ServiceAccountTokens(), address: "", aggregator: aggregator)
    let path = "/apis/wardle.example.com/v1alpha1/namespaces/default/flunders?limit=500"
    let request = HTTPRequest(
      method: .GET, target: path,
      headers: [
        "Accept": "application/json", "X-Remote-User": "root", "X-Remote-Group": "system:masters",
        "Authorization": "Bearer secret", "Impersonate-User": "jane", "Impersonate-Group": "devs",
      ])
    // Before it is known to be there, it is not asked.
    var response = await server.handle(HTTPRequest(method: .GET, target: path))
    #expect(response.status.code == 503 && backend.asked.isEmpty)
    aggregator.check()
    response = await server.handle(request)
    // Jane may not.
    #expect(response.status.code == 403)
    try cluster.apply(
      """
      {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: r}, rules: [{apiGroups: [wardle.example.com], resources: [flunders], verbs: [list]}]}
      ---
      {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: b}, roleRef: {kind: ClusterRole, name: r, apiGroup: rbac.authorization.k8s.io}, subjects: [{kind: User, name: jane}]}
      """)
    response = await server.handle(request)
    #expect(response.status.code == 200 && response.headers["connection"].isEmpty)
    let asked = try #require(backend.asked.last)
    #expect(asked.target == path && asked.method == "GET" && asked.body == nil)
    let said = asked.headers.map { "\($0.0): \($0.1)" }
    #expect(
      said == [
        "Accept: application/json", "X-Remote-User: jane", "X-Remote-Group: devs",
        "X-Remote-Group: system:authenticated",
      ])
    backend.setThere(false)
    response = await server.handle(request)
    #expect(response.status.code == 503)
    guard case .bytes(let bytes) = response.body else { throw WebhookFailure("no bytes") }
    #expect(
      String(decoding: bytes, as: UTF8.self)
        == "error trying to reach service: connection refused\n")
  }

  private static let group = "/apis/wardle.example.com/v1alpha1"

  @Test(
    "do not get what could be read in two ways",
    arguments: [
      "/namespaces/a%2Fb/flunders", "/namespaces/../flunders", "/namespaces/%2e%2E/flunders",
      "/./flunders", "//flunders", "/flunders/", "/flunders/%ff",
    ])
  func ambiguous(rest: String) async throws {
    let answer = await server().handle(HTTPRequest(method: .GET, target: Self.group + rest))
    #expect(answer.status.code == 400 && backend.asked.isEmpty)
  }

  private func server() -> KubeServer {
    KubeServer(
      api: cluster.api, tokens: ServiceAccountTokens(), address: "", aggregator: aggregator)
  }

  @Test("are watched only by who may watch")
  func watches() throws {
    let words = [
      "watch": "watch", "watch=": "watch", "watch=true": "watch", "watch=yes": "watch",
      "watch=false&watch=1": "watch", "watch=false": "list", "watch=0": "list", "limit=1": "list",
    ]
    for (query, verb) in words {
      let request = HTTPRequest(method: .GET, target: "\(Self.group)/flunders?\(query)")
      var info = RequestInfo(method: "GET", path: request.path, query: request.query)
      try info.settle(forwarded: request)
      #expect(info.verb == verb, "\(query)")
    }
  }

  @Test("answer with a whole answer, and do not get upgrades")
  func unusual() async throws {
    try serve()
    aggregator.check()
    let path = "\(Self.group)/flunders"
    var answer = await server().handle(HTTPRequest(method: .GET, target: path + "?early"))
    #expect(answer.status.code == 502)
    answer = await server().handle(
      HTTPRequest(
        method: .GET, target: path, headers: ["Connection": "Upgrade", "Upgrade": "websocket"]))
    #expect(answer.status.code == 501)
    guard case .bytes(let bytes) = answer.body else { throw WebhookFailure("no bytes") }
    #expect(try JSONValue.parse(bytes).text("reason") == "NotImplemented")
    // Only what is passed on may take for ever.
    #expect(backend.asked.map(\.goesOn) == backend.asked.map { $0.target.hasSuffix("?early") })
  }

  @Test("a dry run binds no pod")
  func dryBinding() throws {
    try cluster.apply(
      "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, image: i}]}}")
    let binding: JSONValue = ["metadata": ["name": "p"], "target": ["kind": "Node", "name": "n"]]
    var options = WriteOptions()
    func node() -> String { cluster.api.objects("pods")[0].text("spec", "nodeName") }
    for isDryRun in [true, false] {
      options.isDryRun = isDryRun
      _ = try server().review(
        try cluster.type("Binding"), binding, options, namespace: "default")
      #expect(node() == (isDryRun ? "" : "n"))
    }
  }
}
