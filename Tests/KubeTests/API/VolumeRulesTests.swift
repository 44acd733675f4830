import Documents
import Testing

@testable import Kube

@Suite("What may be said of volumes")
struct VolumeRulesTests {
  private func problems(_ volume: JSONValue) throws -> String {
    let cluster = try TestCluster()
    var volume = volume
    volume["name"] = "v"
    do {
      try cluster.create([
        "apiVersion": "v1", "kind": "Pod", "metadata": ["name": "web"],
        "spec": ["containers": [["name": "main", "image": "busybox"]], "volumes": [volume]],
      ])
      return ""
    } catch let error as APIError {
      return error.message.replacing("Pod \"web\" is invalid: spec.volumes[0].", with: "")
    }
  }

  private func item(_ path: String) -> JSONValue { ["key": "a", "path": .string(path)] }

  @Test(
    "files lie in their volume, and not where the kubelet has its own",
    arguments: [
      ("../../etc/shadow", "must not contain '..'"), ("a/../../b", "must not contain '..'"),
      ("..", "must not contain '..'"), ("/etc/shadow", "must be a relative path"),
      ("..data", "must not start with '..'"), ("a", ""), ("a/b..c", ""),
    ])
  func places(path: String, words: String) throws {
    let items: JSONValue = [item(path)]
    let field: JSONValue = [
      ["path": .string(path), "fieldRef": ["fieldPath": "metadata.name"]]
    ]
    func check(_ volume: JSONValue, _ place: String) throws {
      let found = try problems(volume)
      if words.isEmpty { return #expect(found == "") }
      #expect(found.contains("\(place): Invalid value: \"\(path)\": \(words)"))
    }
    try check(["configMap": ["name": "m", "items": items]], "configMap.items[0].path")
    try check(["secret": ["secretName": "s", "items": items]], "secret.items[0].path")
    try check(["downwardAPI": ["items": field]], "downwardAPI.items[0].path")
    try check(
      ["projected": ["sources": [["secret": ["name": "s", "items": items]]]]],
      "projected.sources[0].secret.items[0].path")
    try check(
      ["projected": ["sources": [["downwardAPI": ["items": field]]]]],
      "projected.sources[0].downwardAPI.items[0].path")
    try check(
      ["projected": ["sources": [["serviceAccountToken": ["path": .string(path)]]]]],
      "projected.path")
  }

  @Test("modes are nine bits", arguments: [(-1, false), (0o1000, false), (0, true), (0o777, true)])
  func modes(mode: Int64, isFine: Bool) throws {
    let number = JSONValue.integer(mode)
    var entry = item("a")
    entry["mode"] = number
    let words =
      "Invalid value: \(mode): must be a number between 0 and 0777 (octal), both inclusive"
    for (volume, place) in [
      (["configMap": ["name": "m", "defaultMode": number]], "configMap.defaultMode"),
      (["secret": ["secretName": "s", "defaultMode": number]], "secret.defaultMode"),
      (["downwardAPI": ["defaultMode": number]], "downwardAPI.defaultMode"),
      (["projected": ["sources": [], "defaultMode": number]], "projected.defaultMode"),
      (["configMap": ["name": "m", "items": [entry]]], "configMap.items[0].mode"),
    ] as [(JSONValue, String)] {
      #expect(try problems(volume) == (isFine ? "" : "\(place): \(words)"))
    }
  }

  @Test(
    "tokens live for ten minutes at least, and not for ever",
    arguments: [
      (599, "may not specify a duration less than 10 minutes"), (600, ""), (1 << 32, ""),
      ((1 << 32) + 1, "may not specify a duration larger than 2^32 seconds"),
      (.max, "may not specify a duration larger than 2^32 seconds"),
    ])
  func tokens(seconds: Int64, words: String) throws {
    let place = "projected.sources[0].serviceAccountToken.expirationSeconds"
    #expect(
      try problems([
        "projected": [
          "sources": [
            ["serviceAccountToken": ["path": "t", "expirationSeconds": .integer(seconds)]]
          ]
        ]
      ]) == (words.isEmpty ? "" : "\(place): Invalid value: \(seconds): \(words)"))
  }
}
