import Documents
import Support
import Synchronization
import Testing

@testable import Kube

@Suite("Conversion between versions of a kind")
struct ConversionTests {
  /// A webhook that knows `hostPort: "a:1"` (v1) and `host: a, port: "1"` (v2), and counts its questions.
  private final class Hook: Sendable {
    private let asked = Mutex<[String]>([])
    /// What it does wrong.
    let fault: @Sendable (inout JSONValue) -> Void

    init(_ fault: @escaping @Sendable (inout JSONValue) -> Void = { _ in }) {
      self.fault = fault
    }

    var questions: [String] { asked.withLock { $0 } }

    func answer(_ review: JSONValue) -> JSONValue {
      let request = review["request"] ?? [:]
      let desired = request.text("desiredAPIVersion")
      let objects = request.list("objects")
      asked.withLock { $0.append("\(objects.count) to \(desired)") }
      var response: JSONValue = [
        "uid": request["uid"] ?? "", "result": ["status": "Success"],
        "convertedObjects": .array(objects.map { Self.converted($0, desired) }),
      ]
      fault(&response)
      return ["response": response]
    }

    private static func converted(_ object: JSONValue, _ desired: String) -> JSONValue {
      var object = object
      object["apiVersion"] = .string(desired)
      object.set("metadata", "labels", "converted", to: "yes")
      object.set("metadata", "generation", to: 99)
      if desired.hasSuffix("v2"), let both = object.at("spec", "hostPort")?.string {
        let parts = both.split(separator: ":").map(String.init)
        object["spec"] = ["host": .string(parts[0]), "port": .string(parts[1])]
      } else if desired.hasSuffix("v1"), object.at("spec", "host") != nil {
        object["spec"] = [
          "hostPort": .string("\(object.text("spec", "host")):\(object.text("spec", "port"))")
        ]
      }
      return object
    }
  }

  private static func definition(storage: String, strategy: String = "Webhook") -> String {
    let webhook =
      strategy == "Webhook"
      ? ", webhook: {clientConfig: {url: \"https://a.example/convert\"}, conversionReviewVersions: [v2, v1]}"
      : ""
    return """
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata: {name: doors.example.com}
      spec:
        group: example.com
        scope: Namespaced
        names: {plural: doors, kind: Door}
        conversion: {strategy: \(strategy)\(webhook)}
        versions:
        - {name: v1, served: true, storage: \(storage == "v1"), schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {hostPort: {type: string}}}}}}}
        - {name: v2, served: true, storage: \(storage == "v2"), schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {host: {type: string}, port: {type: string}, colour: {type: string, default: red}}}}}}}
      """
  }

  private func cluster(_ hook: Hook) throws -> TestCluster {
    let cluster = try TestCluster { _, review, seconds, _ in
      #expect(seconds == 30)
      return hook.answer(review)
    }
    try CustomResources.load(cluster.api)
    return cluster
  }

  private static let one =
    "{apiVersion: example.com/v1, kind: Door, metadata: {name: one}, spec: {hostPort: 'a:1'}}"
  private static let two =
    "{apiVersion: example.com/v2, kind: Door, metadata: {name: two}, spec: {host: b, port: '2'}}"

  @Test("an object is kept in one version and shown in all, and what is known is not asked again")
  func both() throws {
    let hook = Hook()
    let cluster = try cluster(hook)
    try cluster.apply(Self.definition(storage: "v1"))
    try cluster.apply(Self.one)
    #expect(hook.questions.isEmpty)
    let (v1, v2) = (
      try cluster.type("Door", "example.com/v1"), try cluster.type("Door", "example.com/v2")
    )
    let shown = try cluster.api.get(v2, "default", "one")
    #expect(shown["spec"] == ["host": "a", "port": "1", "colour": "red"])
    // Of the metadata only labels and annotations are the webhook's.
    #expect(shown.labels["converted"] == "yes" && shown.number("metadata", "generation") == 1)
    _ = try cluster.api.get(v2, "default", "one")
    #expect(hook.questions == ["1 to example.com/v2"])
    try cluster.apply(Self.two)
    #expect(
      cluster.api.objects("example.com/doors").map { $0.at("spec", "hostPort")?.string } == [
        "a:1", "b:2",
      ])
    let before = hook.questions.count
    let page = try cluster.api.list(v2, "default", .init())
    #expect(
      try cluster.api.views(page.objects, as: v2).map { $0.text("spec", "host") } == ["a", "b"])
    #expect(hook.questions.count <= before + 1)
    #expect(try cluster.api.get(v1, "default", "two").text("spec", "hostPort") == "b:2")
  }

  @Test("a list may hold objects of several versions")
  func mixed() throws {
    let hook = Hook()
    let cluster = try cluster(hook)
    try cluster.apply(Self.definition(storage: "v1"))
    try cluster.apply(Self.one)
    try cluster.api.change(
      try cluster.type("CustomResourceDefinition", "apiextensions.k8s.io/v1"), "",
      "doors.example.com"
    ) { definition in
      var definition = definition
      var versions = definition.list("spec", "versions")
      versions[0]["storage"] = false
      versions[1]["storage"] = true
      definition.set("spec", "versions", to: .array(versions))
      return definition
    }
    try cluster.apply(Self.two)
    #expect(
      cluster.api.objects("example.com/doors").map { $0.text("apiVersion") }
        == ["example.com/v1", "example.com/v2"])
    for (version, field) in [("v1", "hostPort"), ("v2", "host")] {
      let type = try cluster.type("Door", "example.com/\(version)")
      let objects = try cluster.api.views(
        cluster.api.list(type, "default", .init()).objects, as: type)
      #expect(objects.allSatisfy { $0.text("apiVersion") == "example.com/\(version)" })
      #expect(objects.allSatisfy { $0.at("spec", field) != nil })
    }
    // Who writes it again writes it in the new version.
    let v1 = try cluster.type("Door", "example.com/v1")
    try cluster.api.change(v1, "default", "one") { door in
      var door = door
      door.set("spec", "hostPort", to: "c:3")
      return door
    }
    #expect(cluster.api.objects("example.com/doors")[0]["spec"]?.text("host") == "c")
    #expect(cluster.api.registry.find(bucket: "example.com/doors")?.version == "v2")
  }

  @Test("many objects are asked for in parts")
  func parts() throws {
    let hook = Hook()
    let cluster = try cluster(hook)
    try cluster.apply(Self.definition(storage: "v1"))
    for number in 0..<250 {
      try cluster.apply(Self.one.replacing("name: one", with: "name: d\(number)"))
    }
    // Two of these are too much for one question.
    let long = String(repeating: "x", count: ObjectConversion.most.bytes / 2)
    for name in ["x", "y"] {
      try cluster.apply(
        Self.one.replacing("name: one", with: "name: \(name)").replacing("a:1", with: "\(long):1"))
    }
    let type = try cluster.type("Door", "example.com/v2")
    let shown = try cluster.api.views(
      cluster.api.list(type, "default", .init()).objects, as: type)
    #expect(shown.count == 252 && shown.allSatisfy { $0.text("spec", "port") == "1" })
    let to = "to example.com/v2"
    #expect(hook.questions == ["100 \(to)", "100 \(to)", "51 \(to)", "1 \(to)"])
  }

  @Test("to write an object as it is brings it into the version in which objects are kept")
  func migration() throws {
    let cluster = try cluster(Hook())
    try cluster.apply(Self.definition(storage: "v1"))
    try cluster.apply(Self.one)
    let definitions = try cluster.type("CustomResourceDefinition", "apiextensions.k8s.io/v1")
    func write(_ body: (inout [JSONValue]) -> Void) throws {
      try cluster.api.change(definitions, "", "doors.example.com") { definition in
        var definition = definition
        var versions = definition.list("spec", "versions")
        body(&versions)
        definition.set("spec", "versions", to: .array(versions))
        return definition
      }
    }
    try cluster.api.change(definitions, "", "doors.example.com", subresource: "status") {
      var definition = $0
      definition.set("status", "storedVersions", to: ["v1"])
      return definition
    }
    try write {
      $0[0]["storage"] = false
      $0[1]["storage"] = true
    }
    let type = try cluster.type("Door", "example.com/v2")
    func kept() -> String { cluster.api.objects("example.com/doors")[0].text("apiVersion") }
    var options = WriteOptions()
    options.isDryRun = true
    try cluster.api.change(type, "default", "one", options) { $0 }
    #expect(kept() == "example.com/v1")
    try cluster.api.change(type, "default", "one") { $0 }
    #expect(kept() == "example.com/v2")
    let revision = cluster.api.store.revision
    try cluster.api.change(type, "default", "one") { $0 }
    #expect(cluster.api.store.revision == revision)
    // As long as objects may be kept in it, a version stays.
    let error = #expect(throws: APIError.self) { try write { $0.removeFirst() } }
    #expect(error?.code == 422)
    #expect(
      error?.message.hasSuffix(
        "status.storedVersions[0]: Invalid value: \"v1\": must appear in spec.versions") == true,
      "\(error?.message ?? "")")
  }

  @Test(
    "what cannot be converted is no parameter that is missing",
    arguments: [("Fail", true), ("Ignore", false)])
  func parameters(failurePolicy: String, isRefused: Bool) throws {
    let cluster = try cluster(Hook { Self.spoil("failure", &$0) })
    try cluster.apply(Self.definition(storage: "v1"))
    try cluster.apply(Self.one)
    for reference in ["name: one", "selector: {}"] {
      let name = reference.hasPrefix("name") ? "n" : "s"
      try cluster.apply(
        """
        apiVersion: admissionregistration.k8s.io/v1
        kind: ValidatingAdmissionPolicy
        metadata: {name: \(name)}
        spec:
          failurePolicy: \(failurePolicy)
          matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}]}
          paramKind: {apiVersion: example.com/v2, kind: Door}
          validations: [{expression: "params.spec.host == 'a'"}]
        ---
        apiVersion: admissionregistration.k8s.io/v1
        kind: ValidatingAdmissionPolicyBinding
        metadata: {name: \(name)}
        spec:
          policyName: \(name)
          validationActions: [Deny]
          paramRef: {\(reference), namespace: default, parameterNotFoundAction: Allow}
        """)
      let map = "{apiVersion: v1, kind: ConfigMap, metadata: {name: \(name)}}"
      guard isRefused else {
        try cluster.apply(map)
        continue
      }
      let error = #expect(throws: APIError.self) { try cluster.apply(map) }
      #expect(error?.message.contains("failed to convert params: ") == true)
      let bindings = try cluster.type(
        "ValidatingAdmissionPolicyBinding", "admissionregistration.k8s.io/v1")
      try cluster.api.delete(bindings, "", name)
    }
  }

  /// What a webhook may do wrong, by a name.
  @Sendable private static func spoil(_ fault: String, _ response: inout JSONValue) {
    var objects = response.list("convertedObjects")
    switch fault {
    case "uid": response["uid"] = "x"
    case "failure": response["result"] = ["status": "Failure", "message": "cannot"]
    case "none": objects = []
    case "version": objects[0]["apiVersion"] = "example.com/v1"
    default: objects[0].set("metadata", "name", to: "other")
    }
    response["convertedObjects"] = .array(objects)
  }

  @Test(
    "a webhook that does it wrong is named, with what is wrong",
    arguments: [
      ("uid", "failed: expected response.uid=\""), ("failure", "failed: cannot"),
      ("none", "failed: returned 0 objects, expected 1"),
      (
        "version",
        "returned invalid converted object at index 0: invalid groupVersion (expected example.com/v2, "
          + "received example.com/v1)"
      ),
      (
        "name",
        "returned invalid converted object at index 0: must have the same name: other != one"
      ),
    ])
  func faults(fault: String, message: String) throws {
    let cluster = try cluster(Hook { Self.spoil(fault, &$0) })
    try cluster.apply(Self.definition(storage: "v1"))
    try cluster.apply(Self.one)
    let type = try cluster.type("Door", "example.com/v2")
    let error = #expect(throws: APIError.self) { try cluster.api.get(type, "default", "one") }
    #expect(error?.code == 500 && error?.reason == "")
    #expect(
      error?.message.hasPrefix(
        "conversion webhook for example.com/v1, Kind=Door \(message)") == true,
      "\(error?.message ?? "")")
    // It goes nevertheless, in the version in which it is kept.
    let stored = try #require(cluster.api.registry.find(bucket: "example.com/doors"))
    try cluster.api.delete(stored, "default", "one")
    #expect(cluster.api.objects("example.com/doors").isEmpty)
  }

  @Test("without a webhook only the version's name changes")
  func none() throws {
    let hook = Hook()
    let cluster = try cluster(hook)
    try cluster.apply(Self.definition(storage: "v2", strategy: "None"))
    try cluster.apply(Self.one)
    #expect(cluster.api.objects("example.com/doors")[0].text("apiVersion") == "example.com/v2")
    #expect(hook.questions.isEmpty)
  }

  @Test("the newest version comes first")
  func order() throws {
    let names = ["v1beta1", "foo", "v10", "v1alpha2", "v2", "v1", "v11beta2", "bar", "v1beta2"]
    #expect(
      names.sorted { VersionOrder($0) > VersionOrder($1) }
        == ["v10", "v2", "v1", "v11beta2", "v1beta2", "v1beta1", "v1alpha2", "bar", "foo"])
    let cluster = try cluster(Hook())
    try cluster.apply(Self.definition(storage: "v1"))
    #expect(
      Discovery(registry: cluster.api.registry).group("example.com")?
        .text("preferredVersion", "version") == "v2")
  }

  @Test(
    "a conversion that could not be asked for is refused with the definition",
    arguments: [
      (
        "clientConfig: {url: \"https://a.example/convert\"}, ", "",
        "webhookClientConfig: Required value"
      ),
      ("https://a", "http://a", "webhookClientConfig.url: Invalid value: \"http\""),
      ("[v2, v1]", "[v2]", "must include at least one of v1, v1beta1"),
      (
        "strategy: Webhook", "strategy: None",
        "should not be set when strategy is not set to Webhook"
      ),
      ("strategy: Webhook", "strategy: Magic", "supported values: \"None\", \"Webhook\""),
      (
        "storage: false", "storage: true", "must have exactly one version marked as storage version"
      ),
    ])
  func refused(old: String, new: String, message: String) throws {
    let cluster = try cluster(Hook())
    let error = #expect(throws: APIError.self) {
      try cluster.apply(Self.definition(storage: "v1").replacing(old, with: new))
    }
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }
}
