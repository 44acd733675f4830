import Documents
import Testing

@testable import Kubectl

@Suite("JSONPath")
struct JSONPathTests {
  private static let pods: JSONValue = [
    "kind": "List",
    "items": [
      [
        "metadata": ["name": "a", "labels": ["app.kubernetes.io/name": "web"]],
        "spec": [
          "containers": [["name": "one", "image": "nginx"], ["name": "two", "image": "redis"]]
        ],
        "status": ["phase": "Running", "restarts": 3],
      ],
      [
        "metadata": ["name": "b"], "spec": ["containers": [["name": "three", "image": "busybox"]]],
        "status": ["phase": "Pending", "restarts": 0],
      ],
    ],
  ]

  @Test(
    "templates give what kubectl gives",
    arguments: [
      ("{.kind}", "List"),
      ("kind: {.kind}!", "kind: List!"),
      ("{.items[*].metadata.name}", "a b"),
      ("{.items[0].spec.containers[*].image}", "nginx redis"),
      ("{.items[-1].metadata.name}", "b"),
      ("{.items[0:1].metadata.name}", "a"),
      ("{.items[*]['metadata.name']}", ""),
      ("{.items[0].metadata.labels.app\\.kubernetes\\.io/name}", "web"),
      ("{.items[0].metadata.labels['app.kubernetes.io/name']}", "web"),
      ("{..image}", "nginx redis busybox"),
      (
        "{range .items[*]}{.metadata.name}{\"\\t\"}{.status.phase}{\"\\n\"}{end}",
        "a\tRunning\nb\tPending\n"
      ),
      ("{.items[?(@.status.phase==\"Running\")].metadata.name}", "a"),
      ("{.items[?(@.status.restarts>1)].metadata.name}", "a"),
      ("{.items[?(@.metadata.labels)].metadata.name}", "a"),
      ("{.items[0].metadata.missing}", ""),
      ("{.items[0].status}", "{\"phase\":\"Running\",\"restarts\":3}"),
      ("{$.kind} {@.kind}", "List List"),
    ])
  func template(_ text: String, _ wanted: String) throws {
    #expect(try JSONPath(text).render(Self.pods) == wanted)
  }

  @Test(
    "damaged templates are refused",
    arguments: ["{.a", "{range .items[*]}{.a}", "{end}", "{.a[}", "{.a[?(@.b=1)]}", "{name}"])
  func damaged(_ text: String) {
    #expect(throws: KubectlError.self) { try JSONPath(text) }
  }

  @Test("an index beyond the list is an error, a member that is not there is nothing")
  func bounds() throws {
    #expect(throws: KubectlError.self) { try JSONPath("{.items[5].kind}").render(Self.pods) }
    var strict = try JSONPath("{.items[0].nothing}")
    strict.allowsMissing = false
    #expect(throws: KubectlError.self) { try strict.render(Self.pods) }
  }

  @Test("custom columns join many values and mark none")
  func columns() throws {
    let columns = try CustomColumns("NAME:.metadata.name,IMAGES:.spec.containers[*].image,X:.x")
    let text = columns.text(Self.pods.list("items"), hasHeader: true)
    #expect(
      text == "NAME   IMAGES        X\na      nginx,redis   <none>\nb      busybox       <none>\n")
  }
}
