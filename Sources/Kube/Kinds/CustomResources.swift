import Documents

/// Kinds that users define: every CustomResourceDefinition adds resources while the server runs.
enum CustomResources {
  static let bucket = "apiextensions.k8s.io/customresourcedefinitions"

  /// Adds what the definitions in the store say, and follows their changes.
  static func load(_ api: ObjectAPI) throws {
    let registry = api.registry
    let (definitions, _) = try api.store.listAndWatch(bucket) { event in
      let value = event.object.value
      registry.setCustom(event.kind == .deleted ? [] : types(of: value), for: value.name)
    }
    for definition in definitions {
      registry.setCustom(types(of: definition.value), for: definition.value.name)
    }
  }

  /// The resources of one definition: one for each served version.
  static func types(of definition: JSONValue) -> [ResourceType] {
    let group = definition.text("spec", "group")
    let names = definition.at("spec", "names") ?? .null
    let all = definition.list("spec", "versions")
    let storage = all.first { $0.flag("storage") }?.text("name") ?? ""
    let conversion = conversion(of: definition, storage: "\(group)/\(storage)")
    // The newest first: it is what clients take when they are not told.
    let versions = all.filter { $0.flag("served") }
      .sorted { VersionOrder($0.text("name")) > VersionOrder($1.text("name")) }
    return versions.map { version in
      let message = CustomSchema.message(
        version.at("schema", "openAPIV3Schema") ?? [:], group: group,
        version: version.text("name"), kind: names.text("kind"))
      var type = ResourceType(
        "\(group)/\(version.text("name"))", names.text("plural"), names.text("kind"),
        message: message)
      type.singular = names.text("singular")
      type.shortNames = names.list("shortNames").compactMap(\.string)
      type.categories = names.list("categories").compactMap(\.string)
      type.isNamespaced = definition.text("spec", "scope") == "Namespaced"
      type.isCustom = true
      type.hasGeneration = true
      type.definitionGeneration = definition.number("metadata", "generation")
      type.columns = columns(version)
      let apiVersion = JSONValue.string(type.apiVersion)
      // What was stored before the definition had a default is shown with it.
      let hasDefaults = CustomSchema.hasDefaults(message)
      type.fromStored = { object in
        var object = object
        object["apiVersion"] = apiVersion
        if hasDefaults { Defaults.fill(&object, message) }
        return object
      }
      type.conversion = conversion
      type.isStorage = version.text("name") == storage
      type.toStored = { object in
        var object = object
        object["apiVersion"] = .string("\(group)/\(storage)")
        return object
      }
      if version.flag("deprecated") {
        let own = version.text("deprecationWarning")
        type.warning = own.isEmpty ? "\(type.apiVersion) \(type.kind) is deprecated" : own
      }
      type.validate = { object, old in
        message.schema?.problems(object, old: old) ?? []
      }
      if version.at("subresources", "status") != nil {
        type.subresources.append(.status(type.kind))
      }
      if let scale = version.at("subresources", "scale") {
        type.subresources.append(.scale)
        type.scale = ScalePaths(
          wished: SimplePath(scale.text("specReplicasPath")),
          actual: SimplePath(scale.text("statusReplicasPath")),
          selector: SimplePath(scale.text("labelSelectorPath")))
      }
      type.fieldLabels += version.list("selectableFields").map {
        String($0.text("jsonPath").drop { $0 == "." })
      }
      return type
    }
  }

  private static func conversion(of definition: JSONValue, storage: String) -> ObjectConversion? {
    guard definition.text("spec", "conversion", "strategy") == "Webhook" else { return nil }
    return ObjectConversion(
      webhook: definition.at("spec", "conversion", "webhook") ?? [:],
      generation: definition.number("metadata", "generation") ?? 0,
      kind: definition.text("spec", "names", "kind"), storage: storage)
  }

  private static func columns(_ version: JSONValue) -> [Column] {
    let given = version.list("additionalPrinterColumns")
    guard !given.isEmpty else { return [TableColumns.name, TableColumns.age] }
    return [TableColumns.name]
      + given.map { column in
        let path = SimplePath(column.text("jsonPath"))
        let type = column.text("type")
        return Column(
          column.text("name"), type, wide: column.number("priority") ?? 0 > 0,
          column.text("description")
        ) { object, now in
          let value = path.value(in: object)
          if type == "date" { return .string(Ages.since(value?.string, now: now)) }
          return value ?? ""
        }
      }
  }
}
