import Documents
import Support

/// What a command's words and flags choose: `pods`, `pod web`, `pod/web svc/web`, `-f FILE`.
struct Selection {
  /// One kind with its names; no names mean a list.
  struct Part {
    var kind: ResourceKind
    var names: [String]
  }

  private let session: Session
  private let hasLabels: Bool

  /// Without `hasLabels` the flag `--selector` is not about what is chosen.
  init(_ session: Session, hasLabels: Bool = true) {
    self.session = session
    self.hasLabels = hasLabels
  }

  static let needsResources =
    "You must provide one or more resources by argument or filename.\nExample resource "
    + "specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   "
    + "'<resource> <name>'\n   '<resource>'"

  private var flags: FlagValues { session.flags }

  /// Whether files were given.
  var hasFiles: Bool {
    flags.knows("filename") && (flags.isSet("filename") || flags.isSet("kustomize"))
  }

  private var labels: String {
    hasLabels && flags.knows("selector") ? flags.string("selector") : ""
  }
  private var fields: String {
    flags.knows("field-selector") ? flags.string("field-selector") : ""
  }
  private var isAll: Bool { flags.knows("all") && flags.bool("all") }

  /// The kinds and names of `words`.
  func parts(_ words: [String]) throws -> [Part] {
    guard let first = words.first else { return [] }
    if words.contains(where: { $0.contains("/") }) {
      if !labels.isEmpty || isAll {
        throw KubectlError(
          "selectors and the all flag cannot be used when passing resource/name arguments")
      }
      guard words.allSatisfy({ $0.contains("/") }) else {
        throw KubectlError(
          "there is no need to specify a resource type as a separate argument when passing "
            + "arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' "
            + "instead of 'kubectl get resource resource/<resource_name>'")
      }
      return try words.map { word in
        let pieces = word.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard pieces.count == 2 else {
          throw KubectlError(
            "arguments in resource/name form may not have more than one slash")
        }
        guard !pieces[0].isEmpty, !pieces[1].isEmpty else {
          throw KubectlError(
            "arguments in resource/name form must have a single resource and name")
        }
        return Part(kind: try session.discovery.kind(named: pieces[0]), names: [pieces[1]])
      }
    }
    let names = Array(words.dropFirst())
    if !names.isEmpty && !labels.isEmpty {
      throw KubectlError("name cannot be provided when a selector is specified")
    }
    if !names.isEmpty && isAll {
      throw KubectlError("setting 'all' parameter but found a non empty selector. ")
    }
    return try kinds(first).map { Part(kind: $0, names: names) }
  }

  /// The kinds of `pods,svc` or `all`.
  private func kinds(_ word: String) throws -> [ResourceKind] {
    try word.split(separator: ",").map(String.init).flatMap { name -> [ResourceKind] in
      if let kind = try session.discovery.lookUp(name) { return [kind] }
      let members = try session.discovery.category(name)
      guard members.isEmpty else { return members }
      return [try session.discovery.kind(named: name)]
    }
  }

  /// The objects of the files, each with its kind; errors are collected.
  func manifests(_ errors: inout [any Error]) throws -> [ResourceItem] {
    var manifests: [Manifest] = []
    if flags.isSet("kustomize") {
      guard !flags.isSet("filename") else {
        throw KubectlError("only one of -f or -k can be specified")
      }
      manifests = try Kustomization.build(flags.string("kustomize"))
        .map { Manifest(object: $0, source: flags.string("kustomize")) }
    } else {
      let reader = ManifestReader(isRecursive: flags.bool("recursive"))
      manifests = try reader.read(flags.list("filename"), &errors)
    }
    return manifests.compactMap { manifest in
      do { return try item(manifest) } catch {
        errors.append(error)
        return nil
      }
    }
  }

  /// A manifest with its kind and namespace.
  func item(_ manifest: Manifest) throws -> ResourceItem {
    var object = manifest.object
    let (apiVersion, kindName) = (object.text("apiVersion"), object.text("kind"))
    if apiVersion.isEmpty || kindName.isEmpty {
      let missing = [
        apiVersion.isEmpty ? "apiVersion not set" : nil,
        kindName.isEmpty ? "kind not set" : nil,
      ].compactMap { $0 }
      let list = missing.count == 1 ? missing[0] : "[" + missing.joined(separator: ", ") + "]"
      throw KubectlError(
        "error validating \"\(manifest.source)\": error validating data: \(list); if you choose to "
          + "ignore these errors, turn validation off with --validate=false")
    }
    guard let kind = try session.discovery.kind(apiVersion: apiVersion, kind: kindName) else {
      throw KubectlError(
        "resource mapping not found for name: \"\(object.name)\" namespace: "
          + "\"\(object.namespace)\" from \"\(manifest.source)\": no matches for kind "
          + "\"\(kindName)\" in version \"\(apiVersion)\"\nensure CRDs are installed first")
    }
    var namespace = ""
    if kind.isNamespaced {
      namespace = object.namespace
      if namespace.isEmpty {
        namespace = session.namespace
        object.set("metadata", "namespace", to: .string(namespace))
      } else if session.config.isNamespaceExplicit && namespace != session.namespace {
        throw KubectlError(
          "the namespace from the provided object \"\(namespace)\" does not match the namespace "
            + "\"\(session.namespace)\". You must pass '--namespace=\(namespace)' to perform this "
            + "operation.")
      }
    }
    return ResourceItem(
      kind: kind, namespace: namespace, name: object.name, object: object,
      source: manifest.source)
  }

  /// The objects on the server that words and files choose. Each that cannot be had adds an error.
  func items(
    _ words: [String], _ errors: inout [any Error], ignoresMissing: Bool = false
  ) throws -> [ResourceItem] {
    var places: [ResourceItem] = []
    if hasFiles {
      places = try manifests(&errors)
    } else {
      for part in try parts(words) {
        if part.names.isEmpty {
          do { places += try list(part.kind) } catch { errors.append(error) }
          continue
        }
        places += part.names.map {
          ResourceItem(
            kind: part.kind, namespace: part.kind.isNamespaced ? session.namespace : "",
            name: $0, object: .null)
        }
      }
    }
    var result: [ResourceItem] = []
    for var place in places {
      if !hasFiles && !place.object.isNull {
        result.append(place)
        continue
      }
      do {
        place.object = try session.get(place.kind, place.name, namespace: place.namespace)
        result.append(place)
      } catch let error as StatusError where error.isNotFound && ignoresMissing {
        continue
      } catch {
        errors.append(error)
      }
    }
    return result
  }

  private func list(_ kind: ResourceKind) throws -> [ResourceItem] {
    let answer = try session.list(
      kind, namespace: session.listNamespace, labels: labels, fields: fields)
    return answer.list("items").map {
      ResourceItem(kind: kind, namespace: $0.namespace, name: $0.name, object: $0)
    }
  }
}
