import Documents

extension Description {
  /// The volumes of a pod.
  mutating func volumes(_ volumes: [JSONValue], isTemplate: Bool = false) {
    let outer = isTemplate ? 1 : 0
    guard !volumes.isEmpty else { return line(outer, "Volumes:\t<none>") }
    line(outer, "Volumes:")
    for volume in volumes {
      line(1, "\(isTemplate ? " " : "")\(volume.text("name")):")
      source(volume)
    }
  }

  private mutating func type(_ name: String, _ meaning: String) {
    field(2, "Type", "\(name) (\(meaning))")
  }

  /// What is behind a volume.
  mutating func source(_ volume: JSONValue) {
    if let path = volume["hostPath"] {
      type("HostPath", "bare host directory volume")
      field(2, "Path", path.text("path"))
      field(2, "HostPathType", path.text("type"))
    } else if let empty = volume["emptyDir"] {
      type("EmptyDir", "a temporary directory that shares a pod's lifetime")
      field(2, "Medium", empty.text("medium"))
      let limit = empty.text("sizeLimit")
      field(2, "SizeLimit", limit.isEmpty ? "<unset>" : limit)
    } else if let secret = volume["secret"] {
      type("Secret", "a volume populated by a Secret")
      field(2, "SecretName", secret.text("secretName"))
      field(2, "Optional", "\(secret.flag("optional"))")
    } else if let map = volume["configMap"] {
      type("ConfigMap", "a volume populated by a ConfigMap")
      field(2, "Name", map.text("name"))
      field(2, "Optional", "\(map.flag("optional"))")
    } else if let claim = volume["persistentVolumeClaim"] {
      type("PersistentVolumeClaim", "a reference to a PersistentVolumeClaim in the same namespace")
      field(2, "ClaimName", claim.text("claimName"))
      field(2, "ReadOnly", "\(claim.flag("readOnly"))")
    } else if let downward = volume["downwardAPI"] {
      type("DownwardAPI", "a volume populated by information about the pod")
      line(2, "Items:")
      for item in downward.list("items") {
        line(3, "\(item.text("fieldRef", "fieldPath")) -> \(item.text("path"))")
      }
    } else if let projected = volume["projected"] {
      self.projected(projected)
    } else if let nfs = volume["nfs"] {
      type("NFS", "an NFS mount that lasts the lifetime of a pod")
      field(2, "Server", nfs.text("server"))
      field(2, "Path", nfs.text("path"))
      field(2, "ReadOnly", "\(nfs.flag("readOnly"))")
    } else if let local = volume["local"] {
      type("LocalVolume", "a persistent volume backed by local storage on a node")
      field(2, "Path", local.text("path"))
    } else if let csi = volume["csi"] {
      type("CSI", "a Container Storage Interface (CSI) volume source")
      field(2, "Driver", csi.text("driver"))
      field(2, "ReadOnly", "\(csi.flag("readOnly"))")
    } else {
      line(2, "<unknown>")
    }
  }

  private mutating func projected(_ volume: JSONValue) {
    type("Projected", "a volume that contains injected data from multiple sources")
    for source in volume.list("sources") {
      if let secret = source["secret"] {
        field(2, "SecretName", secret.text("name"))
        field(2, "SecretOptionalName", secret["optional"].map { "\($0.bool ?? false)" } ?? "<nil>")
      } else if source["downwardAPI"] != nil {
        field(2, "DownwardAPI", "true")
      } else if let map = source["configMap"] {
        field(2, "ConfigMapName", map.text("name"))
        field(2, "ConfigMapOptional", map["optional"].map { "\($0.bool ?? false)" } ?? "<nil>")
      } else if let token = source["serviceAccountToken"] {
        field(2, "TokenExpirationSeconds", "\(token.number("expirationSeconds") ?? 3600)")
      }
    }
  }
}
