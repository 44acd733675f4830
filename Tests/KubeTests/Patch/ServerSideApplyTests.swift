import Documents
import Testing

@testable import Kube

@Suite("Server-side apply")
struct ServerSideApplyTests {
  private func deployment(_ replicas: Int?, image: String = "nginx", extra: JSONValue = [:])
    -> JSONValue
  {
    var object: JSONValue = [
      "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web"],
      "spec": [
        "selector": ["matchLabels": ["app": "web"]],
        "template": [
          "metadata": ["labels": ["app": "web"]],
          "spec": ["containers": [["name": "web", "image": .string(image)]]],
        ],
      ],
    ]
    if let replicas { object.set("spec", "replicas", to: .integer(Int64(replicas))) }
    for (key, value) in extra.object ?? [:] { object.set("metadata", key, to: value) }
    return object
  }

  private func options(_ manager: String, force: Bool = false) -> WriteOptions {
    var options = WriteOptions()
    options.fieldManager = manager
    options.force = force
    return options
  }

  private func apply(
    _ cluster: TestCluster, _ object: JSONValue, _ manager: String, force: Bool = false
  ) throws -> JSONValue {
    try cluster.api.patch(
      try cluster.type("Deployment", "apps/v1"), "default", "web", .apply, object,
      options(manager, force: force)
    ).object
  }

  private func owners(_ object: JSONValue) -> [String] {
    object.list("metadata", "managedFields").map { "\($0.text("manager")) \($0.text("operation"))" }
  }

  @Test("creates what is missing and records who owns what")
  func creates() throws {
    let cluster = try TestCluster()
    let object = try apply(cluster, deployment(3), "a")
    #expect(owners(object) == ["a Apply"])
    let fields = object.list("metadata", "managedFields")[0]["fieldsV1"] ?? .null
    #expect(fields.at("f:spec", "f:replicas") == [:])
    #expect(
      fields.at("f:spec", "f:template", "f:spec", "f:containers", #"k:{"name":"web"}"#, "f:image")
        == [:])
    #expect(fields.at("f:metadata", "f:name") == nil)
  }

  @Test("refuses to change what somebody else owns, and says whose it is")
  func conflicts() throws {
    let cluster = try TestCluster()
    _ = try apply(cluster, deployment(3), "a")
    #expect {
      _ = try apply(cluster, deployment(5), "b")
    } throws: { error in
      guard let error = error as? APIError else { return false }
      return error.code == 409
        && error.message == "Apply failed with 1 conflict: conflict with \"a\": .spec.replicas"
        && error.causes.map(\.field) == [".spec.replicas"]
    }
    let forced = try apply(cluster, deployment(5), "b", force: true)
    #expect(forced.number("spec", "replicas") == 5)
    let first = forced.list("metadata", "managedFields").first { $0.text("manager") == "a" }
    #expect(first?.at("fieldsV1", "f:spec", "f:replicas") == nil)
  }

  @Test("lets two managers own the same value")
  func shared() throws {
    let cluster = try TestCluster()
    _ = try apply(cluster, deployment(3), "a")
    let object = try apply(cluster, deployment(3), "b")
    #expect(owners(object) == ["a Apply", "b Apply"])
    // One of them may stop caring.
    let after = try apply(cluster, deployment(nil), "b")
    #expect(after.number("spec", "replicas") == 3)
  }

  @Test("takes away what its manager no longer wants and nobody else owns")
  func removes() throws {
    let cluster = try TestCluster()
    _ = try apply(cluster, deployment(3, extra: ["labels": ["x": "1", "y": "2"]]), "a")
    let object = try apply(cluster, deployment(3, extra: ["labels": ["y": "2"]]), "a")
    #expect(object.labels == ["y": "2"])
  }

  @Test("an update takes ownership of what it changes")
  func updates() throws {
    let cluster = try TestCluster()
    _ = try apply(cluster, deployment(3), "a")
    let type = try cluster.type("Deployment", "apps/v1")
    let changed = try cluster.api.patch(
      type, "default", "web", .merge, ["spec": ["replicas": 7]], options("kubectl-scale")
    ).object
    #expect(owners(changed).contains("kubectl-scale Update"))
    #expect {
      _ = try apply(cluster, deployment(3), "a")
    } throws: { error in
      (error as? APIError)?.message
        == "Apply failed with 1 conflict: conflict with \"kubectl-scale\" using apps/v1: "
        + ".spec.replicas"
    }
  }

  @Test("applying the same again changes nothing, not even the revision")
  func idempotent() throws {
    let cluster = try TestCluster()
    let first = try apply(cluster, deployment(3), "a")
    cluster.testClock.advance(seconds: 60)
    #expect(try apply(cluster, deployment(3), "a").resourceVersion == first.resourceVersion)
  }

  @Test("a set of fields survives being written and read")
  func roundTrip() throws {
    let text =
      #"{"f:a":{".":{},"f:b":{}},"f:l":{"k:{\"name\":\"x\"}":{".":{},"f:v":{}},"v:\"q\"":{}}}"#
    let value = try JSONValue.parse(text)
    #expect(FieldSet(fields: value).fields == value)
  }
}
