import Documents

/// One resource of the API, described once. Discovery, OpenAPI, tables, decoding, defaults,
/// validation, selectors and subresources all come from here.
package struct ResourceType: Sendable {
  /// `""` for the core group.
  package var group: String
  package var version: String
  package var kind: String
  package var plural: String
  package var singular: String
  package var shortNames: [String] = []
  package var categories: [String] = []
  package var isNamespaced = true
  /// The fields. Nil for a custom resource without a schema.
  package var message: MessageType
  package var verbs = ResourceType.allVerbs
  package var subresources: [Subresource] = []
  /// The resource (`group/plural`) under which the store keeps the objects, when another version or
  /// group shows the same ones.
  package var storedAs: String?
  /// The columns of tables.
  package var columns: [Column] = []
  /// Field selectors beyond `metadata.name` and `metadata.namespace`.
  package var fieldLabels: [String] = []
  /// Whether a change of anything but metadata and status raises `metadata.generation`.
  package var hasGeneration = false
  /// Of a kind that users define, where it keeps what `scale` shows; nil where all others do.
  var scale: ScalePaths?
  /// Fills in what the schema's own defaults cannot say.
  package var setDefaults: @Sendable (inout JSONValue) -> Void = { _ in }
  /// What is wrong with an object; the second is the object it replaces, if it does.
  package var validate: @Sendable (JSONValue, JSONValue?) -> [FieldProblem] = { _, _ in [] }
  /// Turns an object as it is stored into this version of it.
  package var fromStored: @Sendable (JSONValue) -> JSONValue = { $0 }
  /// Turns an object of this version into what is stored.
  package var toStored: @Sendable (JSONValue) -> JSONValue = { $0 }
  /// Who converts objects between versions; nil when they differ in nothing but the name of the version.
  var conversion: ObjectConversion?
  /// Whether objects are kept in this version.
  var isStorage = true
  /// A custom resource: no protobuf, no strategic merge.
  package var isCustom = false
  /// Of which form of its definition a custom resource is.
  var definitionGeneration: Int?
  /// Said in a `Warning` header whenever the resource is used.
  package var warning: String?

  package static let allVerbs = [
    "create", "delete", "deletecollection", "get", "list", "patch", "update", "watch",
  ]

  package init(
    _ groupVersion: String, _ plural: String, _ kind: String, message: MessageType
  ) {
    let parts = groupVersion.split(separator: "/")
    group = parts.count == 2 ? String(parts[0]) : ""
    version = String(parts.last ?? "")
    self.plural = plural
    self.kind = kind
    self.message = message
    singular = kind.lowercased()
  }

  /// `v1`, `apps/v1`.
  package var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }
  /// `pods`, `deployments.apps`.
  package var qualifiedResource: String { group.isEmpty ? plural : "\(plural).\(group)" }
  /// `Pod`, `Deployment.apps`.
  package var qualifiedKind: String { group.isEmpty ? kind : "\(kind).\(group)" }
  /// Where the store keeps the objects.
  package var bucket: String { storedAs ?? (group.isEmpty ? plural : "\(group)/\(plural)") }

  /// The subresource `name`.
  package func subresource(_ name: String) -> Subresource? {
    subresources.first { $0.name == name }
  }
}

/// A part of an object with an address of its own, or something that can be done with it.
package struct Subresource: Sendable {
  package var name: String
  package var kind: String
  package var groupVersion: String?
  package var verbs: [String]

  /// `/status`: the part of the object that its controller writes.
  package static func status(_ kind: String) -> Subresource {
    Subresource(name: "status", kind: kind, verbs: ["get", "patch", "update"])
  }

  /// `/scale`: the count of replicas under one form for all kinds.
  package static let scale = Subresource(
    name: "scale", kind: "Scale", groupVersion: "autoscaling/v1",
    verbs: ["get", "patch", "update"])

  package init(name: String, kind: String, groupVersion: String? = nil, verbs: [String]) {
    self.name = name
    self.kind = kind
    self.groupVersion = groupVersion
    self.verbs = verbs
  }
}

/// One column of a table.
package struct Column: Sendable {
  package var name: String
  package var type: String
  package var format = ""
  package var description: String
  /// 0 is always shown, 1 only with `-o wide`.
  package var priority = 0
  /// The cell for an object; the second is the time now, in nanoseconds since 1970.
  package var cell: @Sendable (JSONValue, Int64) -> JSONValue

  package init(
    _ name: String, _ type: String = "string", wide: Bool = false, format: String = "",
    _ description: String = "", _ cell: @escaping @Sendable (JSONValue, Int64) -> JSONValue
  ) {
    self.name = name
    self.type = type
    self.format = format
    self.description = description
    priority = wide ? 1 : 0
    self.cell = cell
  }
}

/// Where an object keeps its numbers of replicas.
struct ScalePaths: Sendable {
  var wished: SimplePath
  var actual: SimplePath
  /// A selector, as text.
  var selector: SimplePath
}
