import Documents

/// Gives generated objects the hash behind their name, and changes names where they are referred to.
enum KustomizeNames {
  static func settle(_ entries: inout [Kustomization.Entry]) {
    for index in entries.indices where entries[index].wantsHash {
      let entry = entries[index]
      let name = "\(entry.object.name)-\(ContentHash.of(entry.object, isNamed: false))"
      entries[index].object.set("metadata", "name", to: .string(name))
    }
    var changed: [String: [String: String]] = [:]
    for entry in entries {
      for old in entry.oldNames where old != entry.object.name {
        changed[entry.object.kind, default: [:]][old] = entry.object.name
      }
    }
    guard !changed.isEmpty else { return }
    for index in entries.indices {
      entries[index].object = renamed(entries[index].object, "", changed)
    }
  }

  /// Members that name an object of another kind.
  private static let references: [String: (member: String, kind: String)] = [
    "configMapRef": ("name", "ConfigMap"), "configMapKeyRef": ("name", "ConfigMap"),
    "configMap": ("name", "ConfigMap"), "secretRef": ("name", "Secret"),
    "secretKeyRef": ("name", "Secret"), "secret": ("secretName", "Secret"),
    "persistentVolumeClaim": ("claimName", "PersistentVolumeClaim"),
    "service": ("name", "Service"), "imagePullSecrets": ("name", "Secret"),
  ]

  private static let members: [String: String] = [
    "serviceAccountName": "ServiceAccount", "serviceName": "Service", "secretName": "Secret",
  ]

  private static func renamed(
    _ value: JSONValue, _ above: String, _ changed: [String: [String: String]]
  ) -> JSONValue {
    switch value {
    case .array(let elements): return .array(elements.map { renamed($0, above, changed) })
    case .object(let object):
      var result = JSONObject()
      for (key, member) in object {
        var member = renamed(member, key, changed)
        if let text = member.string {
          if let reference = references[above], reference.member == key {
            member = .string(changed[reference.kind]?[text] ?? text)
          } else if above == "secret", key == "name" {
            member = .string(changed["Secret"]?[text] ?? text)
          } else if let kind = members[key] {
            member = .string(changed[kind]?[text] ?? text)
          } else if key == "name", ["roleRef", "subjects", "scaleTargetRef"].contains(above),
            let kind = object["kind"]?.string
          {
            member = .string(changed[kind]?[text] ?? text)
          }
        }
        result[key] = member
      }
      return .object(result)
    default: return value
    }
  }
}
