import Documents

/// What the server says about itself: which groups, versions and resources there are, in the old
/// form (one document for each version) and in the aggregated one (two for everything).
package struct Discovery: Sendable {
  static let aggregatedType = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
  static let aggregatedBetaType =
    "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList"
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

  /// `/api`.
  func coreVersions(serverAddress: String) -> JSONValue {
    [
      "kind": "APIVersions", "versions": ["v1"],
      "serverAddressByClientCIDRs": [
        ["clientCIDR": "0.0.0.0/0", "serverAddress": .string(serverAddress)]
      ],
    ]
  }

  /// The groups beside the core one, each with its versions, the preferred one first.
  private var groups: [(name: String, versions: [String])] {
    var result: [(name: String, versions: [String])] = []
    let all = registry.groupVersions + others().map { ($0.group, $0.version) }
    for (group, version) in all where !group.isEmpty {
      if let index = result.firstIndex(where: { $0.name == group }) {
        if !result[index].versions.contains(version) { result[index].versions.append(version) }
      } else {
        result.append((group, [version]))
      }
    }
    return result
  }

  private func group(_ name: String, _ versions: [String]) -> JSONValue {
    let all = versions.map { version -> JSONValue in
      ["groupVersion": .string("\(name)/\(version)"), "version": .string(version)]
    }
    return ["name": .string(name), "versions": .array(all), "preferredVersion": all[0]]
  }

  /// `/apis`.
  var groupList: JSONValue {
    [
      "kind": "APIGroupList", "apiVersion": "v1",
      "groups": .array(groups.map { group($0.name, $0.versions) }),
    ]
  }

  /// `/apis/GROUP`; nil when there is none.
  func group(_ name: String) -> JSONValue? {
    guard let found = groups.first(where: { $0.name == name }) else { return nil }
    var value = group(found.name, found.versions)
    value["kind"] = "APIGroup"
    value["apiVersion"] = "v1"
    return value
  }

  private func types(_ group: String, _ version: String) -> [ResourceType] {
    registry.all.filter { $0.group == group && $0.version == version }
  }

  /// Whether somebody serves a version of a group.
  func serves(_ group: String, _ version: String) -> Bool {
    !types(group, version).isEmpty
      || others().contains { $0.group == group && $0.version == version }
  }

  /// `/api/v1` and `/apis/GROUP/VERSION`; nil when there is none.
  func resources(_ group: String, _ version: String) -> JSONValue? {
    let types = types(group, version)
    guard let first = types.first else { return nil }
    var resources: [JSONValue] = []
    for type in types {
      var entry: JSONValue = [
        "name": .string(type.plural), "singularName": .string(type.singular),
        "namespaced": .bool(type.isNamespaced), "kind": .string(type.kind),
        "verbs": .array(type.verbs.map(JSONValue.string)),
      ]
      if !type.shortNames.isEmpty {
        entry["shortNames"] = .array(type.shortNames.map(JSONValue.string))
      }
      if !type.categories.isEmpty {
        entry["categories"] = .array(type.categories.map(JSONValue.string))
      }
      resources.append(entry)
      for part in type.subresources {
        var entry: JSONValue = [
          "name": .string("\(type.plural)/\(part.name)"), "singularName": "",
          "namespaced": .bool(type.isNamespaced), "kind": .string(part.kind),
          "verbs": .array(part.verbs.map(JSONValue.string)),
        ]
        if let groupVersion = part.groupVersion {
          let pieces = groupVersion.split(separator: "/")
          entry["group"] = .string(String(pieces[0]))
          entry["version"] = .string(String(pieces[1]))
        }
        resources.append(entry)
      }
    }
    return [
      "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": .string(first.apiVersion),
      "resources": .array(resources),
    ]
  }

  /// `/api` or `/apis` in the aggregated form; `version` is that of the form.
  func aggregated(core: Bool, form version: String) -> JSONValue {
    let all = core ? [(name: "", versions: ["v1"])] : groups
    let items = all.map { name, versions -> JSONValue in
      var metadata: JSONValue = [:]
      if !name.isEmpty { metadata["name"] = .string(name) }
      return [
        "metadata": metadata,
        "versions": .array(
          versions.map { version in
            [
              "version": .string(version), "freshness": "Current",
              "resources": .array(aggregatedResources(name, version)),
            ]
          }),
      ]
    }
    return [
      "kind": "APIGroupDiscoveryList", "apiVersion": .string("apidiscovery.k8s.io/\(version)"),
      "metadata": [:], "items": .array(items),
    ]
  }

  private func aggregatedResources(_ group: String, _ version: String) -> [JSONValue] {
    let own = types(group, version)
    guard own.isEmpty else { return own.map(aggregated) }
    let found = others().first { $0.group == group && $0.version == version }
    return found.map { ForeignDiscovery.aggregated($0) } ?? []
  }

  private func aggregated(_ type: ResourceType) -> JSONValue {
    func kind(_ name: String, _ groupVersion: String?) -> JSONValue {
      let pieces = groupVersion?.split(separator: "/").map(String.init) ?? []
      return [
        "group": .string(pieces.first ?? type.group),
        "version": .string(pieces.last ?? type.version), "kind": .string(name),
      ]
    }
    var entry: JSONValue = [
      "resource": .string(type.plural), "responseKind": kind(type.kind, nil),
      "scope": type.isNamespaced ? "Namespaced" : "Cluster",
      "singularResource": .string(type.singular),
      "verbs": .array(type.verbs.map(JSONValue.string)),
    ]
    if !type.shortNames.isEmpty {
      entry["shortNames"] = .array(type.shortNames.map(JSONValue.string))
    }
    if !type.categories.isEmpty {
      entry["categories"] = .array(type.categories.map(JSONValue.string))
    }
    if !type.subresources.isEmpty {
      entry["subresources"] = .array(
        type.subresources.map { part in
          [
            "subresource": .string(part.name),
            "responseKind": kind(part.kind, part.groupVersion),
            "verbs": .array(part.verbs.map(JSONValue.string)),
          ]
        })
    }
    return entry
  }
}
