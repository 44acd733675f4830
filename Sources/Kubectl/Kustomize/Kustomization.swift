// kustomize without plug-ins: a folder whose `kustomization.yaml` names manifests, other folders and
// what is to be changed in them. The order is kustomize's: resources, generators, patches, then the
// changes that concern every object; names that other objects refer to are changed there too.
//
// Next: KustomizeNames.swift

import Documents
import Kube
import Linux
import Support

/// Builds what a kustomization describes.
enum Kustomization {
  private static let names = ["kustomization.yaml", "kustomization.yml", "Kustomization"]

  /// The objects of the folder's kustomization, in order.
  static func build(_ folder: String) throws -> [JSONValue] {
    var entries = try Builder(folder: trimmed(folder), above: []).build()
    // Only now: folders above may have changed names and contents.
    KustomizeNames.settle(&entries)
    return KustomizeOrder.sorted(entries.map(\.object))
  }

  static func trimmed(_ folder: String) -> String {
    var folder = folder
    while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
    return folder
  }

  /// An object on its way, with the name it came with.
  struct Entry {
    var object: JSONValue
    /// The names it had, the first one first.
    var oldNames: [String]
    /// Generated ones get a hash of their content behind their name.
    var wantsHash = false
    var behaviour = "create"
  }

  private struct Builder {
    let folder: String
    let above: [String]

    func build() throws -> [Entry] {
      guard !above.contains(folder) else {
        throw KubectlError("cycle detected: candidate root '\(folder)' contains visited root")
      }
      let file = try file()
      let value = try Self.document(file)
      try check(value, file)
      var entries = try resources(value)
      for component in value.list("components").compactMap(\.string) {
        entries += try Builder(folder: join(component), above: above + [folder]).build()
      }
      try generate(value, into: &entries)
      try patch(value, &entries)
      KustomizeChanges(value).apply(to: &entries)
      return entries
    }

    private func file() throws -> String {
      let found = Kustomization.names.map { "\(folder)/\($0)" }.filter { File.exists($0) }
      guard File.isDirectory(folder) else {
        throw KubectlError("'\(folder)' doesn't exist")
      }
      guard found.count <= 1 else {
        throw KubectlError("Found multiple kustomization files under: \(folder)")
      }
      guard let first = found.first else {
        throw KubectlError(
          "unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in "
            + "directory '\(folder)'")
      }
      return first
    }

    private static func document(_ path: String) throws -> JSONValue {
      try YAMLDocument.parse(try File.text(path), file: path).json
    }

    private static let known: Set<String> = [
      "apiVersion", "kind", "metadata", "resources", "bases", "components", "namespace",
      "namePrefix", "nameSuffix", "commonLabels", "labels", "commonAnnotations", "images",
      "replicas", "configMapGenerator", "secretGenerator", "generatorOptions", "patches",
      "patchesStrategicMerge", "patchesJson6902", "sortOptions", "buildMetadata",
    ]

    /// What is not understood must not be left out in silence.
    private func check(_ value: JSONValue, _ file: String) throws {
      for key in value.object?.keys ?? [] where !Self.known.contains(key) {
        let isReal = [
          "crds", "generators", "transformers", "validators", "helmCharts", "replacements", "vars",
          "openapi", "configurations", "helmGlobals",
        ].contains(key)
        throw KubectlError(
          isReal
            ? "\(file): field \"\(key)\" is not supported here"
            : "invalid Kustomization: json: unknown field \"\(key)\"")
      }
    }

    private func join(_ path: String) -> String {
      var parts = path.hasPrefix("/") ? [] : folder.split(separator: "/").map(String.init)
      let isAbsolute = path.hasPrefix("/") || folder.hasPrefix("/")
      for part in path.split(separator: "/") {
        if part == "." { continue }
        if part == "..", let last = parts.last, last != ".." {
          parts.removeLast()
        } else {
          parts.append(String(part))
        }
      }
      let joined = parts.joined(separator: "/")
      return isAbsolute ? "/" + joined : joined.isEmpty ? "." : joined
    }

    private func resources(_ value: JSONValue) throws -> [Entry] {
      let paths = (value.list("resources") + value.list("bases")).compactMap(\.string)
      return try paths.flatMap { path -> [Entry] in
        if path.hasPrefix("http://") || path.hasPrefix("https://") {
          return try ManifestReader.objects(try RemoteFile.text(path), source: path).map {
            Entry(object: $0.object, oldNames: [$0.object.name])
          }
        }
        let place = join(path)
        if File.isDirectory(place) {
          return try Builder(folder: place, above: above + [folder]).build()
        }
        guard let text = try? File.text(place) else {
          throw KubectlError(
            "accumulating resources: accumulation err='accumulating resources from '\(path)': "
              + "evalsymlink failure on '\(place)' : lstat \(place): no such file or directory'")
        }
        return try ManifestReader.objects(text, source: place).map {
          guard !$0.object.name.isEmpty else {
            throw KubectlError("missing metadata.name in object in \(place)")
          }
          return Entry(object: $0.object, oldNames: [$0.object.name])
        }
      }
    }

    // MARK: Generators

    private func generate(_ value: JSONValue, into entries: inout [Entry]) throws {
      for kind in ["ConfigMap", "Secret"] {
        let list = kind == "ConfigMap" ? "configMapGenerator" : "secretGenerator"
        for generator in value.list(list) {
          let made = try object(kind, generator, value["generatorOptions"] ?? .null)
          let same = entries.firstIndex {
            $0.object.kind == kind && $0.oldNames.contains(made.object.name)
          }
          switch (made.behaviour, same) {
          case ("create", nil): entries.append(made)
          case ("create", _):
            throw KubectlError(
              "may not add resource with an already registered id: \(kind).v1.[noGrp]/\(made.object.name).[noNs]"
            )
          case ("merge", let index?):
            for part in ["data", "binaryData"] {
              for (key, value) in made.object[part]?.object ?? [:] {
                entries[index].object.set(part, key, to: value)
              }
            }
          case ("replace", let index?):
            for part in ["data", "binaryData"] { entries[index].object[part] = made.object[part] }
          default:
            throw KubectlError("id resid.ResId does not exist; cannot merge or replace")
          }
        }
      }
    }

    private func object(_ kind: String, _ generator: JSONValue, _ options: JSONValue) throws
      -> Entry
    {
      var metadata: JSONValue = ["name": .string(generator.text("name"))]
      for part in ["labels", "annotations"] {
        let values = options.map(part).merging(generator.map("options", part)) { $1 }
        if !values.isEmpty { metadata[part] = JSONValue(map: values) }
      }
      if !generator.text("namespace").isEmpty {
        metadata["namespace"] = .string(generator.text("namespace"))
      }
      var object: JSONValue = ["apiVersion": "v1", "kind": .string(kind), "metadata": metadata]
      if kind == "Secret" {
        object["type"] = .string(generator.text("type").isEmpty ? "Opaque" : generator.text("type"))
      }
      func add(_ key: String, _ bytes: [UInt8]) {
        if kind == "Secret" {
          object.set("data", key, to: .string(Base64.encode(bytes)))
        } else if let text = String(validating: bytes, as: UTF8.self) {
          object.set("data", key, to: .string(text))
        } else {
          object.set("binaryData", key, to: .string(Base64.encode(bytes)))
        }
      }
      for literal in generator.list("literals").compactMap(\.string) {
        try DataSource.read(literal: literal, add)
      }
      for source in generator.list("files").compactMap(\.string) {
        let parts = source.split(separator: "=", maxSplits: 1).map(String.init)
        let path = join(parts[parts.count - 1])
        let key =
          parts.count == 2 ? parts[0] : path.split(separator: "/").last.map(String.init) ?? path
        add(key, try DataSource.content(path))
      }
      let lines =
        generator.list("envs").compactMap(\.string) + [generator.text("env")].filter { !$0.isEmpty }
      for path in lines { try DataSource.read(lines: join(path), add) }
      let isFixed =
        options.flag("disableNameSuffixHash") || generator.flag("options", "disableNameSuffixHash")
      let behaviour = generator.text("behavior")
      return Entry(
        object: object, oldNames: [object.name], wantsHash: !isFixed,
        behaviour: behaviour.isEmpty ? "create" : behaviour)
    }

    // MARK: Patches

    private func patch(_ value: JSONValue, _ entries: inout [Entry]) throws {
      for text in value.list("patchesStrategicMerge").compactMap(\.string) {
        let content = text.contains("\n") ? text : try File.text(join(text))
        try apply(content, target: nil, &entries)
      }
      for part in value.list("patches") + value.list("patchesJson6902") {
        let path = part.text("path")
        let content = path.isEmpty ? part.text("patch") : try File.text(join(path))
        try apply(content, target: part["target"], &entries)
      }
    }

    private func apply(_ content: String, target: JSONValue?, _ entries: inout [Entry]) throws {
      for document in try YAMLDocument.parseAll(content, file: folder).map(\.json)
      where !document.isNull {
        var hits = 0
        for index in entries.indices {
          guard Self.isMeant(entries[index], target, document) else { continue }
          hits += 1
          let old = entries[index].object
          if document.array != nil {
            entries[index].object = try LocalPatch.apply(document, to: old, type: "json", kind: old)
          } else {
            var patch = document
            if target != nil {
              patch.set("metadata", "name", to: nil)
              patch.set("metadata", "namespace", to: nil)
            } else {
              patch.set("metadata", "name", to: .string(old.name))
            }
            patch["kind"] = old["kind"]
            patch["apiVersion"] = old["apiVersion"]
            if document.text("$patch") == "delete" {
              entries[index].object = .null
            } else {
              entries[index].object = try LocalPatch.apply(
                patch, to: old, type: "strategic", kind: old)
            }
          }
        }
        entries.removeAll(where: \.object.isNull)
        if hits == 0, target == nil {
          throw KubectlError(
            "no resource matches strategic merge patch \"\(document.kind).\(document.text("apiVersion"))/\(document.name).[noNs]\": no matches for Id \(document.kind); failed to find unique target for patch"
          )
        }
      }
    }

    private static func isMeant(_ entry: Entry, _ target: JSONValue?, _ patch: JSONValue) -> Bool {
      let object = entry.object
      guard let target else {
        return object.kind == patch.kind && entry.oldNames.contains(patch.name)
          && (patch.namespace.isEmpty || patch.namespace == object.namespace)
      }
      let group =
        object.text("apiVersion").contains("/")
        ? String(object.text("apiVersion").prefix { $0 != "/" }) : ""
      let version = object.text("apiVersion").split(separator: "/").last.map(String.init) ?? ""
      func fits(_ key: String, _ values: [String]) -> Bool {
        let wanted = target.text(key)
        guard !wanted.isEmpty, let pattern = try? Regex("^(?:\(wanted))$") else {
          return wanted.isEmpty
        }
        return values.contains { $0.wholeMatch(of: pattern) != nil }
      }
      let labels = target.text("labelSelector")
      let isLabelled =
        labels.isEmpty || ((try? LabelSelector(parsing: labels))?.matches(object.labels) ?? false)
      return fits("kind", [object.kind]) && fits("name", entry.oldNames + [object.name])
        && fits("namespace", [object.namespace]) && fits("group", [group])
        && fits("version", [version]) && isLabelled
    }
  }
}
