import Documents
import Glibc
import Linux
import Support

/// The files behind a pod's volumes, in the kubelet's directory for the pod.
struct PodVolumes {
  let pod: JSONValue
  let directory: String
  let environment: PodEnvironment
  /// A token of the pod's service account.
  let token: () -> String?

  /// Where a volume lies on this machine; made or brought up to date when it is of our making.
  func path(_ volume: JSONValue) throws -> String {
    let name = volume.text("name")
    let path = "\(directory)/volumes/\(name)"
    if let host = volume["hostPath"] { return try hostPath(host) }
    if volume["emptyDir"] != nil {
      if !File.isDirectory(path) {
        try Directory.make(path, mode: 0o777)
        chmod(path, 0o777)
      }
      return path
    }
    if volume["persistentVolumeClaim"] != nil { return try claimed(volume) }
    try Directory.make(path, mode: 0o755)
    for (file, content, mode) in try files(volume) {
      let target = "\(path)/\(file)"
      if let slash = target.lastIndex(of: "/") {
        try Directory.make(String(target[..<slash]), mode: 0o755)
      }
      if (try? File.read(target)) == content { continue }
      try File.replace(target, content, mode: mode, durable: false)
    }
    return path
  }

  private func hostPath(_ source: JSONValue) throws -> String {
    let path = source.text("path")
    switch source.text("type") {
    case "DirectoryOrCreate": try Directory.make(path, mode: 0o755)
    case "FileOrCreate": if !File.exists(path) { try File.replace(path, "", durable: false) }
    case "": if !File.exists(path) { try Directory.make(path, mode: 0o755) }
    case let type:
      guard File.exists(path) else {
        throw ConfigurationError(
          reason: "ContainerCreating",
          message: "hostPath type check failed: \(path) is not a \(type.lowercased())")
      }
    }
    return path
  }

  /// A claim that is bound to a volume on this machine.
  private func claimed(_ volume: JSONValue) throws -> String {
    let name = volume.text("persistentVolumeClaim", "claimName")
    let claim = environment.source.object("persistentvolumeclaims", pod.namespace, name)
    let bound = claim?.text("spec", "volumeName") ?? ""
    guard let object = environment.source.object("persistentvolumes", "", bound) else {
      throw ConfigurationError(
        reason: "ContainerCreating", message: "persistentvolumeclaim \"\(name)\" is not bound")
    }
    let local = object.text("spec", "hostPath", "path") + object.text("spec", "local", "path")
    guard !local.isEmpty else {
      throw ConfigurationError(
        reason: "ContainerCreating",
        message: "persistentvolume \"\(bound)\" is of a kind that this node cannot mount")
    }
    if !File.exists(local) { try Directory.make(local, mode: 0o777) }
    return local
  }

  typealias VolumeFile = (name: String, content: [UInt8], mode: mode_t)

  private func files(_ volume: JSONValue) throws(ConfigurationError) -> [VolumeFile] {
    for key in ["configMap", "secret", "downwardAPI", "projected"] {
      guard let source = volume[key] else { continue }
      let mode = mode_t(source.number("defaultMode") ?? 0o644)
      if key != "projected" { return try files(key, source, mode) }
      var all: [VolumeFile] = []
      for part in source.list("sources") {
        for (kind, inner) in part.object ?? [:] { all += try files(kind, inner, mode) }
      }
      return all
    }
    throw ConfigurationError(
      reason: "ContainerCreating",
      message: "volume \"\(volume.text("name"))\" is of a kind that this node cannot mount")
  }

  private func files(_ kind: String, _ source: JSONValue, _ mode: mode_t)
    throws(ConfigurationError) -> [VolumeFile]
  {
    switch kind {
    case "configMap", "secret": return try keys(kind, source, mode)
    case "serviceAccountToken":
      guard let token = token() else {
        throw ConfigurationError(message: "failed to fetch token of the service account")
      }
      return [(source.text("path"), Array(token.utf8), 0o644)]
    case "downwardAPI":
      var result: [VolumeFile] = []
      for item in source.list("items") {
        let path = item.text("fieldRef", "fieldPath")
        var text = PodFields.value(
          path, of: pod, node: environment.node, hostAddress: environment.hostAddress)
        if let reference = item["resourceFieldRef"] {
          let container = pod.list("spec", "containers").first {
            $0.text("name") == reference.text("containerName")
          }
          text = PodFields.resource(reference, container ?? [:], node: environment.capacity)
        }
        guard let text else {
          throw ConfigurationError(message: "unsupported fieldPath: \(path)")
        }
        result.append(
          (item.text("path"), Array(text.utf8), mode_t(item.number("mode") ?? Int(mode))))
      }
      return result
    default: return []
    }
  }

  private func keys(_ kind: String, _ source: JSONValue, _ mode: mode_t)
    throws(ConfigurationError) -> [VolumeFile]
  {
    let plural = kind == "secret" ? "secrets" : "configmaps"
    let name =
      source.text(kind == "secret" ? "secretName" : "name")
      + (kind == "secret" ? source.text("name") : "")
    guard let object = environment.source.object(plural, pod.namespace, name) else {
      if source.flag("optional") { return [] }
      throw ConfigurationError(
        reason: "ContainerCreating", message: "\(plural.dropLast()) \"\(name)\" not found")
    }
    var all: [String: [UInt8]] = [:]
    for (key, value) in object["data"]?.object ?? [:] {
      let text = value.string ?? ""
      all[key] = kind == "secret" ? Base64.decode(text) ?? [] : Array(text.utf8)
    }
    for (key, value) in object["binaryData"]?.object ?? [:] {
      all[key] = Base64.decode(value.string ?? "") ?? []
    }
    let items = source.list("items")
    guard !items.isEmpty else {
      return all.sorted { $0.key < $1.key }.map { ($0.key, $0.value, mode) }
    }
    var result: [VolumeFile] = []
    for item in items {
      guard let content = all[item.text("key")] else {
        if source.flag("optional") { continue }
        throw ConfigurationError(
          reason: "ContainerCreating",
          message: "references non-existent \(kind == "secret" ? "secret" : "config") key: "
            + item.text("key"))
      }
      result.append((item.text("path"), content, mode_t(item.number("mode") ?? Int(mode))))
    }
    return result
  }
}
