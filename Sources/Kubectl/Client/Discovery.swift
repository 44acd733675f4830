import Documents

/// Which kinds the server has, asked once.
final class Discovery {
  private let client: APIClient
  private var found: [ResourceKind]?
  private static let aggregated =
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
    + "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json"

  init(_ client: APIClient) { self.client = client }

  /// All kinds, the preferred version of a group first.
  func all() throws -> [ResourceKind] {
    if let found { return found }
    let answers = try ["/api", "/apis"].map {
      try client.request("GET", $0, accept: Self.aggregated)
    }
    var kinds: [ResourceKind] = []
    for answer in answers {
      if answer.text("kind") == "APIGroupDiscoveryList" {
        kinds += answer.list("items").flatMap(Self.read)
      } else {
        kinds += try old(answer)
      }
    }
    found = kinds
    return kinds
  }

  /// One group of the aggregated form.
  private static func read(_ group: JSONValue) -> [ResourceKind] {
    let name = group.text("metadata", "name")
    return group.list("versions").flatMap { version in
      version.list("resources").map { resource in
        ResourceKind(
          group: name, version: version.text("version"), plural: resource.text("resource"),
          singular: resource.text("singularResource"),
          kind: resource.text("responseKind", "kind"),
          isNamespaced: resource.text("scope") == "Namespaced",
          verbs: resource.list("verbs").compactMap(\.string),
          shortNames: resource.list("shortNames").compactMap(\.string),
          categories: resource.list("categories").compactMap(\.string),
          subresources: resource.list("subresources").map { $0.text("subresource") })
      }
    }
  }

  /// The form of servers before 1.26: one document for each version.
  private func old(_ answer: JSONValue) throws -> [ResourceKind] {
    let versions = answer.list("versions").compactMap(\.string).map { ("", $0, "/api/\($0)") }
    let others = answer.list("groups").flatMap { group in
      group.list("versions").map { version in
        (
          group.text("name"), version.text("version"), "/apis/\(version.text("groupVersion"))"
        )
      }
    }
    return try (versions + others).flatMap { group, version, path -> [ResourceKind] in
      let all = try client.request("GET", path).list("resources")
      return all.filter { !$0.text("name").contains("/") }.map { resource in
        let name = resource.text("name")
        let singular = resource.text("singularName")
        let kind = resource.text("kind")
        return ResourceKind(
          group: group, version: version, plural: name,
          singular: singular.isEmpty ? kind.lowercased() : singular, kind: kind,
          isNamespaced: resource.flag("namespaced"),
          verbs: resource.list("verbs").compactMap(\.string),
          shortNames: resource.list("shortNames").compactMap(\.string),
          categories: resource.list("categories").compactMap(\.string),
          subresources: all.map { $0.text("name") }.filter { $0.hasPrefix(name + "/") }
            .map { String($0.dropFirst(name.count + 1)) })
      }
    }
  }

  /// The groups with their versions, the preferred one first.
  func versions() throws -> [(group: String, versions: [String])] {
    var result: [(group: String, versions: [String])] = []
    for kind in try all() {
      if let index = result.firstIndex(where: { $0.group == kind.group }) {
        if !result[index].versions.contains(kind.version) {
          result[index].versions.append(kind.version)
        }
      } else {
        result.append((kind.group, [kind.version]))
      }
    }
    return result
  }

  /// The kind that a person means by `pods`, `po`, `deployments.apps`, `deployments.v1.apps`.
  func kind(named word: String) throws -> ResourceKind {
    if let found = try lookUp(word) { return found }
    throw KubectlError(
      "the server doesn't have a resource type \"\(word.split(separator: ".").first ?? "")\"")
  }

  /// The same; nil when there is none.
  func lookUp(_ word: String) throws -> ResourceKind? {
    let all = try all()
    let lower = word.lowercased()
    let parts = lower.split(separator: ".", maxSplits: 1).map(String.init)
    let name = parts.first ?? ""
    let rest = parts.count > 1 ? parts[1] : ""
    if rest.isEmpty { return Self.match(name, all) }
    // `deployments.v1.apps` first, then `deployments.apps`.
    let version = String(rest.prefix { $0 != "." })
    let group = rest.contains(".") ? String(rest.dropFirst(version.count + 1)) : ""
    return Self.match(name, all.filter { $0.version == version && $0.group == group })
      ?? Self.match(name, all.filter { $0.group == rest })
      ?? Self.match(name, all.filter { !rest.isEmpty && $0.group.hasPrefix(rest) })
  }

  private static func match(_ name: String, _ kinds: [ResourceKind]) -> ResourceKind? {
    kinds.first { $0.plural == name } ?? kinds.first { $0.singular == name }
      ?? kinds.first { $0.shortNames.contains(name) }
      ?? kinds.first { $0.kind.lowercased() == name }
  }

  /// The kind of a manifest.
  func kind(apiVersion: String, kind: String) throws -> ResourceKind? {
    try all().first { $0.apiVersion == apiVersion && $0.kind == kind }
  }

  /// The kinds of a category such as `all`.
  func category(_ name: String) throws -> [ResourceKind] {
    var seen: Set<String> = []
    return try all().filter { kind in
      kind.categories.contains(name) && kind.verbs.contains("list")
        && seen.insert(kind.qualifiedPlural).inserted
    }
  }
}
