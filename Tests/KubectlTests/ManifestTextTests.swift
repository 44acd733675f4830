import Documents
import Testing

@testable import Kubectl

@Suite("Manifests as text")
struct ManifestTextTests {
  @Test("YAML has its keys sorted and its lists at the margin of their key")
  func yaml() {
    let value: JSONValue = [
      "b": ["x", ["k": "v", "a": []]], "a": ["z": .null, "empty": [:]], "t": "true", "n": "12",
      "e": "", "multi": "one\ntwo\n",
    ]
    let wanted = """
      a:
        empty: {}
        z: null
      b:
      - x
      - a: []
        k: v
      e: ""
      multi: |
        one
        two
      "n": "12"
      t: "true"

      """
    #expect(ManifestText.yaml(value) == wanted)
  }

  @Test("long sentences break at a space beyond column 80, and read back the same")
  func folding() throws {
    let words = (0..<40).map { "word\($0)" }.joined(separator: " ")
    let text = ManifestText.yaml(["key": .string(words), "q": .string("it's: " + words)])
    #expect(text.split(separator: "\n").allSatisfy { $0.count < 90 })
    #expect(text.contains("\n  word"))
    let back = try YAMLDocument.parse(text, file: "test").json
    #expect(back.text("key") == words && back.text("q") == "it's: " + words)
  }

  @Test("JSON has Go's escapes")
  func json() {
    #expect(ManifestText.json(["a": "<&>"]) == "{\n    \"a\": \"\\u003c\\u0026\\u003e\"\n}")
  }

  @Test("tables keep the width of their columns, and leave wide ones out")
  func table() {
    var printer = TablePrinter(TablePrinter.Options())
    let table: JSONValue = [
      "columnDefinitions": [
        ["name": "Name", "format": "name"], ["name": "Node", "priority": 1], ["name": "Age"],
      ],
      "rows": [["cells": ["web", "n1", "5s"]], ["cells": ["a-long-name", "n2", "6s"]]],
    ]
    #expect(printer.lines(table) == ["NAME          AGE", "web           5s", "a-long-name   6s"])
    #expect(printer.lines(["rows": [["cells": ["b", "n1", "7s"]]]]) == ["b             7s"])
  }

  @Test("annotations and members are described under words")
  func titles() {
    #expect(Description.title("apiVersion") == "API Version")
    #expect(Description.title("nodeName") == "Node Name")
    #expect(Description.title("uid") == "UID")
    #expect(Description.title("clusterIP") == "Cluster IP")
  }
}
