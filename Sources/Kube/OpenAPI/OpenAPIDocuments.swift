import Documents

/// The OpenAPI documents: version 3 one for each group and version, version 2 one for all.
package struct OpenAPIDocuments: Sendable {
  let registry: Registry
  /// What others serve.
  private let others: @Sendable () -> [APIAggregator.Version]

  package init(registry: Registry) {
    self.init(registry: registry) { [] }
  }

  init(registry: Registry, others: @escaping @Sendable () -> [APIAggregator.Version]) {
    self.registry = registry
    self.others = others
  }

  /// `/openapi/v3`: which documents there are, under addresses that change with the content.
  package var index: JSONValue {
    var paths = JSONObject()
    for (group, version) in registry.groupVersions + others().map({ ($0.group, $0.version) }) {
      let path = group.isEmpty ? "api/\(version)" : "apis/\(group)/\(version)"
      let hash = fingerprint(group, version)
      paths[path] = [
        "serverRelativeURL": .string("/openapi/v3/\(path)?hash=\(hash)")
      ]
    }
    return ["paths": .object(paths)]
  }

  /// A number that stands for the content of a document.
  private func fingerprint(_ group: String, _ version: String) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    let own = types(group, version)
    let changes = own.isEmpty || own.contains { $0.isCustom }
    let text =
      changes ? document(group, version).description : "\(group)/\(version)/\(KubeVersion.text)"
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return String(hash, radix: 16)
  }

  private func types(_ group: String, _ version: String) -> [ResourceType] {
    registry.all.filter { $0.group == group && $0.version == version }
  }

  /// The document of one group and version.
  package func document(_ group: String, _ version: String) -> JSONValue {
    let own = types(group, version)
    let found = others().first { $0.group == group && $0.version == version }
    return own.isEmpty ? found?.document ?? Self.document([]) : Self.document(own)
  }

  /// The document of the resources of one version of a group.
  static func document(_ types: [ResourceType]) -> JSONValue {
    var schemas = OpenAPISchemas(isVersion3: true)
    var paths = JSONObject()
    for type in types {
      schemas.add(type)
      for (path, item) in Self.paths(type) { paths[path] = item }
    }
    schemas.add(Schema.builtIn.message("meta.DeleteOptions"))
    schemas.add(Schema.builtIn.message("meta.Status"))
    return [
      "openapi": "3.0.0", "info": ["title": "Kubernetes", "version": .string(KubeVersion.text)],
      "paths": .object(paths),
      "components": ["schemas": .object(JSONObject(schemas.schemas))],
    ]
  }

  /// `/openapi/v2`: everything in one document.
  package var version2: JSONValue {
    var schemas = OpenAPISchemas(isVersion3: false)
    for type in registry.all { schemas.add(type) }
    return [
      "swagger": "2.0", "info": ["title": "Kubernetes", "version": .string(KubeVersion.text)],
      "paths": [:], "definitions": .object(JSONObject(schemas.schemas)),
    ]
  }

  /// The paths of a resource with what clients look for in them: which kind, and that writes take
  /// `fieldValidation`.
  private static func paths(_ type: ResourceType) -> [(String, JSONValue)] {
    let root = type.group.isEmpty ? "/api/\(type.version)" : "/apis/\(type.apiVersion)"
    let list = root + (type.isNamespaced ? "/namespaces/{namespace}/" : "/") + type.plural
    let identity: JSONValue = [
      "group": .string(type.group), "kind": .string(type.kind), "version": .string(type.version),
    ]
    func operation(_ action: String, _ parameters: [String], body: Bool = false) -> JSONValue {
      let list = parameters.map { name -> JSONValue in
        [
          "name": .string(name), "in": "query",
          "schema": ["type": "string", "uniqueItems": true],
        ]
      }
      var value: JSONValue = [
        "operationId": .string("\(action)\(type.version.capitalized)\(type.kind)"),
        "parameters": .array(list),
        "responses": ["200": ["description": "OK"]],
        "x-kubernetes-action": .string(action), "x-kubernetes-group-version-kind": identity,
      ]
      if body {
        value["requestBody"] = [
          "content": [
            "*/*": [
              "schema": ["$ref": .string("#/components/schemas/" + type.message.openAPIName)]
            ]
          ]
        ]
      }
      return value
    }
    let write = ["dryRun", "fieldManager", "fieldValidation", "pretty"]
    var collection = JSONObject()
    var single = JSONObject()
    if type.verbs.contains("list") {
      collection["get"] = operation(
        "list", ["continue", "fieldSelector", "labelSelector", "limit"])
    }
    if type.verbs.contains("create") { collection["post"] = operation("post", write, body: true) }
    if type.verbs.contains("get") { single["get"] = operation("get", ["pretty"]) }
    if type.verbs.contains("update") { single["put"] = operation("put", write, body: true) }
    if type.verbs.contains("patch") { single["patch"] = operation("patch", write + ["force"]) }
    if type.verbs.contains("delete") {
      single["delete"] = operation("delete", ["dryRun", "gracePeriodSeconds", "propagationPolicy"])
    }
    var result = [(list, JSONValue.object(collection))]
    if !single.isEmpty { result.append((list + "/{name}", .object(single))) }
    return result
  }
}

extension String {
  /// With its first letter in upper case.
  fileprivate var capitalized: String {
    prefix(1).uppercased() + dropFirst()
  }
}

/// The version that the API claims to be.
package enum KubeVersion {
  package static let major = "1"
  package static let minor = "32"
  package static let text = "v1.32.9+dklab"

  /// `/version`.
  package static var json: JSONValue {
    [
      "major": .string(major), "minor": .string(minor), "gitVersion": .string(text),
      "gitCommit": "0000000000000000000000000000000000000000", "gitTreeState": "clean",
      "buildDate": "2025-09-09T00:00:00Z", "goVersion": "none", "compiler": "swiftc",
      "platform": .string(platform),
    ]
  }

  /// `linux/amd64`.
  package static let platform: String = {
    #if arch(arm64)
      "linux/arm64"
    #else
      "linux/amd64"
    #endif
  }()
}
