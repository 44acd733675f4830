import Documents
import Testing

@testable import Kube

@Suite("Numbers that are too large")
struct LargeNumberTests {
  @Test("sums of amounts stay at the largest")
  func amounts() throws {
    let most = try #require(Quantity("100000000000E"))
    let least = try #require(Quantity("-100000000000E"))
    #expect((most + most).nano == .max && (least + least).nano == .min)
    #expect((least - most).nano == .min && (most - least).nano == .max)
    #expect((most + most).milli == .max)
  }

  @Test("shares are clamped, and what has more than 32 bits is no share")
  func shares() {
    #expect(IntOrPercent("9223372036854775807%") == nil)
    #expect(IntOrPercent("9223372036854775807") == nil)
    #expect(IntOrPercent.percent(.max).resolved(of: .max, roundUp: true) == .max)
    #expect(IntOrPercent.percent(50).resolved(of: 3, roundUp: true) == 2)
    #expect(IntOrPercent.percent(50).resolved(of: 3, roundUp: false) == 1)
  }

  @Test("a token lasts from ten minutes to 2^32 seconds")
  func tokens() throws {
    try ServiceAccountTokens.checkDuration(600)
    try ServiceAccountTokens.checkDuration(1 << 32)
    for (seconds, words) in [(599, "less than 10 minutes"), (.max, "larger than 2^32 seconds")] {
      let error = #expect(throws: APIError.self) {
        try ServiceAccountTokens.checkDuration(seconds)
      }
      #expect(
        error?.message.hasSuffix(
          "spec.expirationSeconds: Invalid value: \(seconds): may not specify a duration \(words)")
          == true)
    }
  }

  @Test("what somebody else writes into a deployment's annotations does not stop the controllers")
  func annotations() throws {
    let cluster = try TestCluster()
    let manager = ControllerManager(api: cluster.api)
    try manager.startWithoutThread()
    func apply(_ image: String, _ replicas: Int) throws {
      let manifest: JSONValue = [
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web"],
        "spec": [
          "replicas": .integer(Int64(replicas)), "selector": ["matchLabels": ["a": "b"]],
          "template": [
            "metadata": ["labels": ["a": "b"]],
            "spec": ["containers": [["name": "c", "image": .string(image)]]],
          ],
        ],
      ]
      let type = try cluster.type("Deployment", "apps/v1")
      if cluster.api.find(type, "default", "web") == nil {
        try cluster.create(manifest)
      } else {
        _ = try cluster.api.update(type, "default", "web", manifest)
      }
      manager.settle()
    }
    try apply("one", 4)
    try apply("two", 4)
    let sets = cluster.api.objects("apps/replicasets")
    #expect(sets.count == 2)
    for set in sets {
      try cluster.api.change(try cluster.type("ReplicaSet", "apps/v1"), "default", set.name) {
        var set = $0
        for key in ["max-replicas", "revision"] {
          set.set(
            "metadata", "annotations", "deployment.kubernetes.io/\(key)",
            to: "9223372036854775807")
        }
        return set
      }
    }
    try apply("two", 8)
    #expect(
      cluster.api.objects("apps/replicasets").reduce(0) {
        $0 + ($1.number("spec", "replicas") ?? 0)
      } >= 8)
  }

  @Test("a pod that asks for ever to end has an end that can be written")
  func grace() throws {
    let cluster = try TestCluster()
    try cluster.apply(
      "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {nodeName: n, "
        + "terminationGracePeriodSeconds: 9223372036854775807, "
        + "containers: [{name: a, image: b}]}}")
    let marked = try cluster.api.delete(try cluster.type("Pod"), "default", "a")
    #expect(!marked.isGone && marked.object.text("metadata", "deletionTimestamp").hasPrefix("209"))
  }

  @Test("a number with a fraction's form does not pass the bounds of a field")
  func numbers() throws {
    let type = try TestCluster().type("Deployment", "apps/v1")
    func read(_ replicas: Double) throws -> JSONValue {
      var reader = ObjectReader(type)
      return try reader.read(["spec": ["replicas": .number(replicas)]], as: type.message)
    }
    #expect(try read(2).number("spec", "replicas") == 2)
    #expect(throws: APIError.self) { try read(1e18) }
  }
}
