import Documents

/// What another server says about its resources (`v1.APIResourceList`), in the aggregated form.
enum ForeignDiscovery {
  static func aggregated(_ version: APIAggregator.Version) -> [JSONValue] {
    let all = version.resources.list("resources")
    let whole = all.filter { !$0.text("name").contains("/") }
    return whole.map { resource in
      let name = resource.text("name")
      var entry: JSONValue = [
        "resource": .string(name), "responseKind": kind(resource, version),
        "scope": resource.flag("namespaced") ? "Namespaced" : "Cluster",
        "singularResource": .string(resource.text("singularName")),
        "verbs": resource["verbs"] ?? [],
      ]
      for key in ["shortNames", "categories"] where !resource.list(key).isEmpty {
        entry[key] = resource[key]
      }
      let parts = all.filter { $0.text("name").hasPrefix(name + "/") }
      if !parts.isEmpty {
        entry["subresources"] = .array(
          parts.map { part in
            [
              "subresource": .string(String(part.text("name").dropFirst(name.count + 1))),
              "responseKind": kind(part, version), "verbs": part["verbs"] ?? [],
            ]
          })
      }
      return entry
    }
  }

  /// An OpenAPI document that says which kinds there are, so that clients know that the server checks the
  /// fields itself.
  static func document(_ groupVersion: String, _ list: JSONValue) -> JSONValue {
    let whole = list.list("resources").filter { !$0.text("name").contains("/") }
    let prefix = groupVersion.split(separator: "/").reversed().joined(separator: ".")
    let types = whole.map { resource in
      let kind = resource.text("kind")
      let message = MessageType(
        name: "foreign.\(kind)", openAPIName: "\(prefix).\(kind)", isAtomic: false)
      message.define([], preservesUnknown: true)
      message.flatten()
      var type = ResourceType(groupVersion, resource.text("name"), kind, message: message)
      type.isNamespaced = resource.flag("namespaced")
      type.verbs = resource.list("verbs").compactMap(\.string)
      return type
    }
    return OpenAPIDocuments.document(types)
  }

  private static func kind(_ resource: JSONValue, _ version: APIAggregator.Version) -> JSONValue {
    let (group, number) = (resource.text("group"), resource.text("version"))
    return [
      "group": .string(group.isEmpty ? version.group : group),
      "version": .string(number.isEmpty ? version.version : number),
      "kind": .string(resource.text("kind")),
    ]
  }
}
