import Documents
import Testing

@testable import Kube

@Suite("Paths of printer columns")
struct SimplePathTests {
  private let object: JSONValue = [
    "metadata": ["labels": ["example.com/tier": "front"]],
    "spec": ["size": 3, "ports": [["name": "a", "port": 1], ["name": "b", "port": 2]]],
    "status": ["conditions": [["type": "Ready", "status": "True"]]],
  ]

  @Test(
    "lead to what they name",
    arguments: [
      (".spec.size", JSONValue.integer(3)), (".spec.ports[1].port", 2),
      (".metadata.labels['example.com/tier']", "front"),
      (".metadata.labels['example\\.com/tier']", "front"),
      (".status.conditions[?(@.type==\"Ready\")].status", "True"),
      (".status.conditions[?(@.type == 'Ready')].status", "True"),
    ])
  func found(path: String, value: JSONValue) {
    #expect(SimplePath(path).value(in: object) == value)
  }

  @Test(
    "find nothing where there is nothing, or where they are not understood",
    arguments: [
      ".spec.colour", ".spec.ports[9].port", ".spec.ports[-1]", ".spec[*]", "spec.size", ".spec..x",
      ".spec.ports[?(@.name=='c')].port", ".status.conditions[?(@.type>'Ready')]", ".a[", "[]",
    ])
  func nothing(path: String) {
    #expect(SimplePath(path).value(in: object) == nil)
  }

  @Test("with members alone can be written to")
  func members() {
    #expect(SimplePath(".spec.count").members == ["spec", "count"])
    #expect(SimplePath(".spec.items[0]").members == nil)
    #expect(SimplePath("count").members == nil)
  }
}
