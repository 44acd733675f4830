import Documents
import Support
import Testing

@testable import Kube

@Suite("Kinds that users define")
struct DefinitionTests {
  private let cluster: TestCluster
  private let manager: ControllerManager

  init() throws {
    cluster = try TestCluster()
    try CustomResources.load(cluster.api)
    manager = ControllerManager(api: cluster.api)
    try manager.startWithoutThread()
  }

  private func define(_ plural: String, _ kind: String, _ names: String = "") throws {
    try cluster.apply(
      """
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata: {name: \(plural).example.com}
      spec:
        group: example.com
        scope: Namespaced
        names: {plural: \(plural), kind: \(kind)\(names)}
        versions:
        - name: v1
          served: true
          storage: true
          subresources: {status: {}, scale: {specReplicasPath: .spec.count, statusReplicasPath: .status.count}}
          schema:
            openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
          selectableFields: [{jsonPath: .spec.colour}]
      """)
    manager.settle()
  }

  private func definition(_ plural: String) -> JSONValue? {
    cluster.api.objects(CustomResources.bucket).first { $0.name == "\(plural).example.com" }
  }

  @Test("are established, with the names and versions that are stored")
  func established() throws {
    try define("shirts", "Shirt", ", shortNames: [sh]")
    let shirt = try #require(definition("shirts"))
    #expect(shirt.isCondition("NamesAccepted") && shirt.isCondition("Established"))
    #expect(shirt.text("status", "acceptedNames", "kind") == "Shirt")
    #expect(shirt.list("status", "storedVersions") == ["v1"])
  }

  @Test("do not take each other's names, and get them when they are free")
  func conflict() throws {
    try define("shirts", "Shirt", ", shortNames: [sh]")
    try define("shoes", "Shoe", ", shortNames: [sh]")
    let refused = try #require(definition("shoes"))
    #expect(!refused.isCondition("NamesAccepted") && !refused.isCondition("Established"))
    #expect(
      refused.list("status", "conditions").first?.text("message") == "\"sh\" is already in use")
    let type = try cluster.type("CustomResourceDefinition", "apiextensions.k8s.io/v1")
    _ = try cluster.api.delete(type, "", "shirts.example.com", DeleteOptions())
    manager.settle()
    #expect(definition("shoes")?.isCondition("Established") == true)
  }

  @Test("take their objects along")
  func deletion() throws {
    try define("shirts", "Shirt")
    try cluster.apply("{apiVersion: example.com/v1, kind: Shirt, metadata: {name: one}}")
    let made = try #require(cluster.api.objects("example.com/shirts").first)
    #expect(made["status"] == nil)
    let type = try cluster.type("CustomResourceDefinition", "apiextensions.k8s.io/v1")
    _ = try cluster.api.delete(type, "", "shirts.example.com", DeleteOptions())
    manager.settle()
    #expect(definition("shirts") == nil)
    #expect(cluster.api.objects("example.com/shirts").isEmpty)
  }

  @Test("show what was stored before a default with it, and keep objects within objects")
  func defaultsAndEmbedded() throws {
    let schema: JSONValue = [
      "type": "object", "description": "A thing.",
      "properties": [
        "color": ["type": "string", "default": "red"],
        "pod": ["type": "object", "x-kubernetes-embedded-resource": true],
      ],
    ]
    let message = CustomSchema.message(schema, group: "g", version: "v1", kind: "K")
    #expect(message.documentation == "A thing." && CustomSchema.hasDefaults(message))
    var object: JSONValue = ["metadata": ["name": "x"]]
    Defaults.fill(&object, message)
    #expect(object["color"] == "red")
    var reader = ObjectReader(kind: "K", version: "v1")
    _ = try reader.read(
      ["pod": ["kind": "Pod", "metadata": ["name": "p", "nmae": "q"], "spec": [:]]], as: message)
    #expect(reader.unknown == ["pod.metadata.nmae", "pod.spec"])
  }

  @Test("can be selected by the fields they name, and by no others")
  func selectableFields() throws {
    try define("shirts", "Shirt")
    let type = try cluster.type("Shirt", "example.com/v1")
    let red: JSONValue = ["spec": ["colour": "red"]]
    #expect(try FieldSelector(parsing: "spec.colour=red", for: type).matches(red))
    #expect(try !FieldSelector(parsing: "spec.colour=blue", for: type).matches(red))
    #expect(throws: APIError.self) { try FieldSelector(parsing: "spec.size=M", for: type) }
  }
}
