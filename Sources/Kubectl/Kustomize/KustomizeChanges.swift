import Documents

/// What a kustomization changes in every object: names, namespace, labels, annotations, images,
/// counts.
struct KustomizeChanges {
  private let value: JSONValue

  init(_ kustomization: JSONValue) { value = kustomization }

  private static let clusterKinds: Set<String> = [
    "Namespace", "Node", "PersistentVolume", "ClusterRole", "ClusterRoleBinding",
    "CustomResourceDefinition", "StorageClass", "PriorityClass", "IngressClass", "RuntimeClass",
    "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "APIService",
  ]

  func apply(to entries: inout [Kustomization.Entry]) {
    for index in entries.indices {
      setNamespace(&entries[index].object)
      setName(&entries[index])
      setLabels(&entries[index].object)
      setAnnotations(&entries[index].object)
      setImages(&entries[index].object)
      setReplicas(&entries[index])
    }
  }

  private func setNamespace(_ object: inout JSONValue) {
    let namespace = value.text("namespace")
    guard !namespace.isEmpty else { return }
    if object.kind.hasSuffix("RoleBinding") {
      object["subjects"] = object["subjects"].map { subjects in
        .array(
          (subjects.array ?? []).map { subject in
            var subject = subject
            if subject.text("kind") == "ServiceAccount",
              subject.text("name") == "default" || !subject.text("namespace").isEmpty
            {
              subject["namespace"] = .string(namespace)
            }
            return subject
          })
      }
    }
    if object.kind == "Namespace" {
      object.set("metadata", "name", to: .string(namespace))
    } else if !Self.clusterKinds.contains(object.kind) {
      object.set("metadata", "namespace", to: .string(namespace))
    }
  }

  private func setName(_ entry: inout Kustomization.Entry) {
    let (prefix, suffix) = (value.text("namePrefix"), value.text("nameSuffix"))
    guard !prefix.isEmpty || !suffix.isEmpty else { return }
    guard !["Namespace", "CustomResourceDefinition", "APIService"].contains(entry.object.kind)
    else {
      return
    }
    let name = prefix + entry.object.name + suffix
    entry.object.set("metadata", "name", to: .string(name))
    entry.oldNames.append(name)
  }

  private func setLabels(_ object: inout JSONValue) {
    func add(_ labels: [String: String], selectors: Bool, templates: Bool) {
      for (key, label) in labels.sorted(by: { $0.key < $1.key }) {
        object.set("metadata", "labels", key, to: .string(label))
        for path in templates || selectors ? Self.templates(object) : [] {
          object.set((path + ["metadata", "labels", key])[...], to: .string(label))
        }
        guard selectors else { continue }
        switch object.kind {
        case "Service", "ReplicationController":
          if object.kind == "ReplicationController" || object.at("spec", "selector") != nil {
            object.set("spec", "selector", key, to: .string(label))
          }
        case "Deployment", "ReplicaSet", "DaemonSet", "StatefulSet":
          object.set("spec", "selector", "matchLabels", key, to: .string(label))
        case "Job", "PodDisruptionBudget":
          if object.at("spec", "selector", "matchLabels") != nil {
            object.set("spec", "selector", "matchLabels", key, to: .string(label))
          }
        case "NetworkPolicy":
          if object.at("spec", "podSelector", "matchLabels") != nil {
            object.set("spec", "podSelector", "matchLabels", key, to: .string(label))
          }
        default: break
        }
      }
    }
    add(value.map("commonLabels"), selectors: true, templates: true)
    for part in value.list("labels") {
      add(
        part.map("pairs"), selectors: part.flag("includeSelectors"),
        templates: part.flag("includeTemplates"))
    }
  }

  /// Where pod templates stand in an object.
  static func templates(_ object: JSONValue) -> [[String]] {
    switch object.kind {
    case "Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "Job", "ReplicationController":
      [["spec", "template"]]
    case "CronJob": [["spec", "jobTemplate"], ["spec", "jobTemplate", "spec", "template"]]
    default: []
    }
  }

  private func setAnnotations(_ object: inout JSONValue) {
    for (key, text) in value.map("commonAnnotations").sorted(by: { $0.key < $1.key }) {
      object.set("metadata", "annotations", key, to: .string(text))
      for path in Self.templates(object) {
        object.set((path + ["metadata", "annotations", key])[...], to: .string(text))
      }
    }
  }

  private func setImages(_ object: inout JSONValue) {
    for change in value.list("images") {
      object = Self.images(object) { image in
        let (name, rest) = Self.split(image)
        guard name == change.text("name") else { return image }
        let newName = change.text("newName").isEmpty ? name : change.text("newName")
        if !change.text("digest").isEmpty { return "\(newName)@\(change.text("digest"))" }
        let tag = change["newTag"].map { JSONPath.text($0) } ?? ""
        return newName + (tag.isEmpty ? rest : ":\(tag)")
      }
    }
  }

  /// An image's name, and the rest with its mark.
  private static func split(_ image: String) -> (name: String, rest: String) {
    if let at = image.firstIndex(of: "@") { return (String(image[..<at]), String(image[at...])) }
    let slash = image.lastIndex(of: "/") ?? image.startIndex
    guard let colon = image[slash...].lastIndex(of: ":") else { return (image, "") }
    return (String(image[..<colon]), String(image[colon...]))
  }

  /// The object with every container's image changed.
  private static func images(_ value: JSONValue, _ change: (String) -> String) -> JSONValue {
    switch value {
    case .object(let members):
      return .object(
        JSONObject(
          members.map { key, member in
            guard ["containers", "initContainers"].contains(key), let all = member.array else {
              return (key, images(member, change))
            }
            return (
              key,
              .array(
                all.map { container in
                  var container = container
                  if let image = container["image"]?.string {
                    container["image"] = .string(change(image))
                  }
                  return container
                })
            )
          }))
    case .array(let elements): return .array(elements.map { images($0, change) })
    default: return value
    }
  }

  private func setReplicas(_ entry: inout Kustomization.Entry) {
    for change in value.list("replicas") where entry.oldNames.contains(change.text("name")) {
      guard
        ["Deployment", "ReplicaSet", "StatefulSet", "ReplicationController"]
          .contains(entry.object.kind)
      else { continue }
      entry.object.set("spec", "replicas", to: change["count"])
    }
  }
}
