import Documents
import Testing

@testable import Kube

@Suite("Selectors")
struct SelectorTests {
  private let labels = ["app": "web", "tier": "front", "weight": "7"]

  @Test(
    "of labels say which objects are meant",
    arguments: [
      ("", true), ("app=web", true), ("app==web", true), ("app=db", false), ("app!=db", true),
      ("other!=x", true), ("app in (web,db)", true), ("app in (db)", false),
      ("app notin (db)", true), ("other notin (db)", true), ("app notin (web)", false),
      ("tier", true), ("other", false), ("!other", true), ("!tier", false),
      ("app=web,tier=front", true), ("app=web,tier=back", false), ("weight>6", true),
      ("weight<7", false), ("app = web , !other", true), ("app in ( web , db )", true),
      ("other=", false), ("app=,x", false),
    ])
  func labelSelectors(_ text: String, _ matches: Bool) throws {
    #expect(try LabelSelector(parsing: text).matches(labels) == matches)
  }

  @Test(
    "of labels refuse what is none",
    arguments: ["app in web", "=x", "a b", "app in (", "app,,tier", "a=b,", "-a=b", "!", "a=b=c"])
  func malformed(_ text: String) {
    #expect(throws: APIError.self) { try LabelSelector(parsing: text) }
  }

  @Test("as objects match like their texts")
  func objects() throws {
    let selector = try #require(
      LabelSelector(object: [
        "matchLabels": ["app": "web"],
        "matchExpressions": [
          ["key": "tier", "operator": "In", "values": ["front", "back"]],
          ["key": "old", "operator": "DoesNotExist"],
        ],
      ]))
    #expect(selector.matches(labels))
    #expect(selector.description == "app=web,tier in (back,front),!old")
    #expect(LabelSelector(object: nil) == nil)
    #expect(LabelSelector(object: [:])?.matches([:]) == true)
  }

  @Test(
    "of fields say which objects are meant",
    arguments: [
      ("metadata.name=web", true), ("metadata.name!=web", false), ("status.phase=Running", true),
      ("status.phase!=Succeeded,status.phase!=Failed", true), ("spec.nodeName=", true),
      ("spec.hostNetwork=false", true),
    ])
  func fieldSelectors(_ text: String, _ matches: Bool) throws {
    let pods = try #require(Registry().find(apiVersion: "v1", kind: "Pod"))
    let pod: JSONValue = ["metadata": ["name": "web"], "status": ["phase": "Running"]]
    #expect(try FieldSelector(parsing: text, for: pods).matches(pod) == matches)
  }

  @Test("of fields that the resource has no label for are refused by name")
  func unknownField() throws {
    let pods = try #require(Registry().find(apiVersion: "v1", kind: "Pod"))
    #expect {
      try FieldSelector(parsing: "spec.foo=bar", for: pods)
    } throws: { error in
      (error as? APIError)?.message.contains("field label not supported: spec.foo") == true
    }
  }
}
