import Documents
import Testing

@testable import Kube

@Suite("Reading objects")
struct ObjectReaderTests {
  private func read(_ kind: String, _ version: String, _ value: JSONValue) throws -> (
    JSONValue, [String]
  ) {
    let type = try #require(Registry().find(apiVersion: version, kind: kind))
    var reader = ObjectReader(type)
    return (try reader.read(value, as: type.message), reader.unknown)
  }

  @Test("finds fields that the kind does not have, by path")
  func unknownFields() throws {
    let (object, unknown) = try read(
      "Deployment", "apps/v1",
      [
        "spec": [
          "replica": 3,
          "template": ["spec": ["containers": [["name": "a", "imagee": "x"], ["colour": 1]]]],
        ], "extra": [:],
      ])
    #expect(
      unknown == [
        "spec.replica", "spec.template.spec.containers[0].imagee",
        "spec.template.spec.containers[1].colour", "extra",
      ])
    #expect(object.at("spec", "replica") == nil)
  }

  @Test(
    "says in Go's words what is of the wrong type",
    arguments: [
      (
        ["spec": ["replicas": "three"]],
        "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32"
      ),
      (
        ["spec": ["template": ["spec": ["containers": [["name": 7]]]]]],
        "json: cannot unmarshal number into Go struct field Container.spec.template.spec.containers."
          + "name of type string"
      ),
      (
        ["metadata": ["labels": ["a": 1]]],
        "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string"
      ),
      (
        ["spec": ["replicas": 1.5]],
        "json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type "
          + "int32"
      ),
    ] as [(JSONValue, String)])
  func wrongTypes(_ value: JSONValue, _ words: String) throws {
    #expect {
      _ = try read("Deployment", "apps/v1", value)
    } throws: { error in
      (error as? APIError)?.message
        == "Deployment in version \"v1\" cannot be handled as a Deployment: " + words
    }
  }

  @Test("leaves out what the API leaves out, and writes what it writes")
  func zeros() throws {
    let (pod, _) = try read(
      "Pod", "v1",
      [
        "metadata": ["name": "a", "labels": [:], "annotations": .null],
        "spec": [
          "hostNetwork": false, "automountServiceAccountToken": false, "nodeName": "",
          "containers": [["name": "c", "image": "i", "args": [], "env": [["name": "E"]]]],
          "volumes": [["name": "v", "emptyDir": [:]]],
        ],
      ])
    let spec = try #require(pod["spec"])
    #expect(spec["hostNetwork"] == nil && spec["nodeName"] == nil)
    // A pointer in Go: false is not the same as nothing.
    #expect(spec["automountServiceAccountToken"] == false)
    #expect(pod.at("metadata", "labels") == nil && pod.at("metadata", "annotations") == nil)
    let container = spec.list("containers")[0]
    #expect(container["args"] == nil && container["resources"] == [:])
    #expect(spec.list("volumes")[0]["emptyDir"] == [:])
    #expect(pod["status"] == [:])
  }

  @Test("brings quantities to their canonical form")
  func quantities() throws {
    let (pod, _) = try read(
      "Pod", "v1",
      [
        "spec": [
          "containers": [
            [
              "name": "c",
              "resources": ["limits": ["cpu": 0.5, "memory": "1024Mi"], "requests": ["cpu": 1]],
            ]
          ]
        ]
      ])
    let resources = pod.list("spec", "containers")[0]["resources"]
    #expect(resources == ["limits": ["cpu": "500m", "memory": "1Gi"], "requests": ["cpu": "1"]])
  }
}
