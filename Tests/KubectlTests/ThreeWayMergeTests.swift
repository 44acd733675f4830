import Documents
import Kube
import Testing

@testable import Kubectl

@Suite("apply's merge")
struct ThreeWayMergeTests {
  private static let deployment = KnownSchema.of(
    ResourceKind(
      group: "apps", version: "v1", plural: "deployments", singular: "deployment",
      kind: "Deployment", isNamespaced: true))

  private func value(_ text: String) throws -> JSONValue {
    try YAMLDocument.parse(text, file: "test").json
  }

  private func patch(_ last: String, _ wished: String, _ current: String) throws -> String {
    let patch = ThreeWayMerge.patch(
      last: try value(last), wished: try value(wished), current: try value(current),
      type: Self.deployment)
    return ManifestText.compactJSON(ManifestText.sorted(.object(patch)))
  }

  @Test("what the server filled in stays")
  func defaults() throws {
    let wished = "{spec: {replicas: 2}}"
    #expect(try patch(wished, wished, "{spec: {replicas: 2, paused: false}}") == "{}")
  }

  @Test("what was applied and is no longer wished goes")
  func removal() throws {
    let result = try patch(
      "{metadata: {labels: {a: b, c: d}}}", "{metadata: {labels: {a: b}}}",
      "{metadata: {labels: {a: b, c: d, e: f}}}")
    #expect(result == #"{"metadata":{"labels":{"c":null}}}"#)
  }

  @Test("containers are told apart by their names")
  func containers() throws {
    let result = try patch(
      "{spec: {template: {spec: {containers: [{name: a, image: x}, {name: b, image: y}]}}}}",
      "{spec: {template: {spec: {containers: [{name: a, image: z}]}}}}",
      "{spec: {template: {spec: {containers: [{name: a, image: x, tty: false}, {name: b, image: y}]}}}}"
    )
    let wanted =
      #"{"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"a"}],"#
      + #""containers":[{"image":"z","name":"a"},{"$patch":"delete","name":"b"}]}}}}"#
    #expect(result == wanted)
    let changed = try LocalPatch.apply(
      try value(wanted),
      to: try value(
        "{spec: {template: {spec: {containers: [{name: a, image: x, tty: false}, {name: b}]}}}}"),
      type: "strategic", kind: ["apiVersion": "apps/v1", "kind": "Deployment"])
    let containers = changed.at("spec", "template", "spec", "containers")
    #expect(try containers == value("[{name: a, image: z, tty: false}]"))
  }

  @Test("a container that somebody else added stays")
  func foreign() throws {
    let wished = "{spec: {template: {spec: {containers: [{name: a, image: x}]}}}}"
    let current =
      "{spec: {template: {spec: {containers: [{name: a, image: x}, {name: proxy, image: p}]}}}}"
    #expect(try patch(wished, wished, current) == "{}")
  }

  @Test("for unknown kinds lists are replaced")
  func unknown() throws {
    let patch = ThreeWayMerge.patch(
      last: try value("{spec: {a: [1, 2]}}"), wished: try value("{spec: {a: [1]}}"),
      current: try value("{spec: {a: [1, 2], b: 3}}"), type: nil)
    #expect(patch == ["spec": ["a": [1]]])
  }
}
