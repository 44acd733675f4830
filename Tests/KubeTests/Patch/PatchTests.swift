import Documents
import Testing

@testable import Kube

@Suite("Patches")
struct PatchTests {
  private static let podSpec = Schema.builtIn.message("core.PodSpec")

  @Test(
    "of RFC 6902",
    arguments: [
      (#"{"a":1}"#, #"[{"op":"add","path":"/b","value":2}]"#, #"{"a":1,"b":2}"#),
      (#"{"a":[1,3]}"#, #"[{"op":"add","path":"/a/1","value":2}]"#, #"{"a":[1,2,3]}"#),
      (#"{"a":[1]}"#, #"[{"op":"add","path":"/a/-","value":2}]"#, #"{"a":[1,2]}"#),
      (#"{"a":1,"b":2}"#, #"[{"op":"remove","path":"/a"}]"#, #"{"b":2}"#),
      (
        #"{"a/b":1,"m~n":2}"#,
        #"[{"op":"replace","path":"/a~1b","value":3},{"op":"remove","path":"/m~0n"}]"#,
        #"{"a/b":3}"#
      ),
      (#"{"a":{"b":1}}"#, #"[{"op":"move","from":"/a/b","path":"/c"}]"#, #"{"a":{},"c":1}"#),
      (#"{"a":1}"#, #"[{"op":"copy","from":"/a","path":"/b"}]"#, #"{"a":1,"b":1}"#),
      (#"{"a":1}"#, #"[{"op":"test","path":"/a","value":1},{"op":"remove","path":"/a"}]"#, "{}"),
      (#"{"a":1}"#, #"[{"op":"replace","path":"","value":{"z":0}}]"#, #"{"z":0}"#),
    ])
  func jsonPatch(_ before: String, _ patch: String, _ after: String) throws {
    let result = try JSONPatch.apply(try .parse(patch), to: try .parse(before))
    #expect(result == (try .parse(after)))
  }

  @Test(
    "of RFC 6902 change nothing when one operation fails",
    arguments: [
      #"[{"op":"test","path":"/a","value":2}]"#, #"[{"op":"remove","path":"/x"}]"#,
      #"[{"op":"replace","path":"/x/y","value":1}]"#, #"[{"op":"add","path":"/l/9","value":1}]"#,
      #"[{"op":"frob","path":"/a"}]"#, #"[{"op":"add","path":"/a"}]"#, #"{"a":1}"#,
      #"[{"op":"move","from":"/o","path":"/o/p"}]"#, #"[{"op":"remove","path":"/l/01"}]"#,
    ])
  func failing(_ patch: String) throws {
    #expect(throws: APIError.self) {
      try JSONPatch.apply(try .parse(patch), to: ["a": 1, "l": [1, 2], "o": [:]])
    }
  }

  @Test(
    "of RFC 7396",
    arguments: [
      (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
      (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
      (#"{"a":"b"}"#, #"{"a":null}"#, "{}"), (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
      (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
      (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#),
      (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#),
      (#"{}"#, #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
    ])
  func mergePatch(_ before: String, _ patch: String, _ after: String) throws {
    #expect(MergePatch.apply(try .parse(patch), to: try .parse(before)) == (try .parse(after)))
  }

  @Test(
    "of Kubernetes' own kind merge lists by their keys",
    arguments: [
      // An element is found by its name and merged.
      (
        #"{"containers":[{"name":"a","image":"1"},{"name":"b"}]}"#,
        #"{"containers":[{"name":"a","image":"2"}]}"#,
        #"{"containers":[{"name":"a","image":"2"},{"name":"b"}]}"#
      ),
      // An unknown one is added.
      (
        #"{"containers":[{"name":"a"}]}"#, #"{"containers":[{"name":"b"}]}"#,
        #"{"containers":[{"name":"a"},{"name":"b"}]}"#
      ),
      (
        #"{"containers":[{"name":"a"},{"name":"b"}]}"#,
        #"{"containers":[{"$patch":"delete","name":"a"}]}"#, #"{"containers":[{"name":"b"}]}"#
      ),
      (
        #"{"containers":[{"name":"a"},{"name":"b"}]}"#,
        #"{"containers":[{"$patch":"replace"},{"name":"c"}]}"#, #"{"containers":[{"name":"c"}]}"#
      ),
      // Lists inside of lists have keys of their own.
      (
        #"{"containers":[{"name":"a","env":[{"name":"X","value":"1"},{"name":"Y","value":"1"}]}]}"#,
        #"{"containers":[{"name":"a","env":[{"name":"Y","value":"2"},{"$patch":"delete","name":"X"}]}]}"#,
        #"{"containers":[{"name":"a","env":[{"name":"Y","value":"2"}]}]}"#
      ),
      // A list without a key is replaced.
      (
        #"{"containers":[{"name":"a","args":["1","2"]}]}"#,
        #"{"containers":[{"name":"a","args":["3"]}]}"#,
        #"{"containers":[{"name":"a","args":["3"]}]}"#
      ),
      (
        #"{"volumes":[{"name":"v","emptyDir":{}}]}"#,
        #"{"volumes":[{"$retainKeys":["name","hostPath"],"name":"v","hostPath":{"path":"/x"}}]}"#,
        #"{"volumes":[{"name":"v","hostPath":{"path":"/x"}}]}"#
      ),
      (
        #"{"containers":[{"name":"a"},{"name":"b"}]}"#,
        #"{"$setElementOrder/containers":[{"name":"b"},{"name":"c"},{"name":"a"}],"containers":[{"name":"c"}]}"#,
        #"{"containers":[{"name":"b"},{"name":"c"},{"name":"a"}]}"#
      ),
      (
        #"{"nodeSelector":{"a":"1","b":"2"},"hostname":"h"}"#,
        #"{"nodeSelector":{"$patch":"replace","c":"3"},"hostname":null}"#,
        #"{"nodeSelector":{"c":"3"}}"#
      ),
    ])
  func strategicMerge(_ before: String, _ patch: String, _ after: String) throws {
    let result = try StrategicMerge.apply(try .parse(patch), to: try .parse(before), Self.podSpec)
    #expect(result == (try .parse(after)))
  }

  @Test("of Kubernetes' own kind unite sets and take out of them")
  func sets() throws {
    let meta = Schema.builtIn.message("meta.ObjectMeta")
    let added = try StrategicMerge.apply(
      ["finalizers": ["b", "c"]], to: ["finalizers": ["a", "b"]], meta)
    #expect(added == ["finalizers": ["a", "b", "c"]])
    let removed = try StrategicMerge.apply(
      ["$deleteFromPrimitiveList/finalizers": ["a"]], to: ["finalizers": ["a", "b"]], meta)
    #expect(removed == ["finalizers": ["b"]])
  }

  @Test("of Kubernetes' own kind need the key of every element")
  func missingKey() {
    #expect(throws: APIError.self) {
      try StrategicMerge.apply(["containers": [["image": "x"]]], to: [:], Self.podSpec)
    }
  }
}
