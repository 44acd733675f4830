import Documents
import Glibc
import Linux
import Support

/// The files behind a pod's volumes, in the kubelet's directory for the pod.
struct PodVolumes {
  let pod: JSONValue
  let directory: String
  let environment: PodEnvironment
  /// A token of the pod's service account, as a `serviceAccountToken` source asks for it.
  let token: (_ source: JSONValue) -> String?

  /// Where a volume lies on this machine; made or brought up to date when it is of our making.
  func path(_ volume: JSONValue) throws -> String {
    let name = volume.text("name")
    let path = "\(directory)/volumes/\(name)"
    if let host = volume["hostPath"] { return try HostPath(host).make() }
    if let empty = volume["emptyDir"] {
      try EmptyDirectory(empty, path: path, group: group).make(limit: memoryLimit)
      return path
    }
    if volume["persistentVolumeClaim"] != nil { return try claimed(volume) }
    try volumeFiles(path, volume).update(try files(volume))
    return path
  }

  /// Makes all volumes, whether containers mount them or not.
  func make() throws {
    for volume in pod.list("spec", "volumes") {
      do {
        _ = try path(volume)
      } catch let error as MountProblem {
        throw error
      } catch {
        let words = (error as? ConfigurationError)?.message ?? "\(error)"
        throw MountProblem(
          message: "MountVolume.SetUp failed for volume \"\(volume.text("name"))\" : \(words)")
      }
    }
  }

  /// Where a volume lies, brought up to date; one whose source has gone meanwhile stays as it is.
  func mounted(_ volume: JSONValue) throws -> String {
    do {
      return try path(volume)
    } catch {
      let place = "\(directory)/volumes/\(volume.text("name"))"
      guard File.isDirectory(place) else { throw error }
      return place
    }
  }

  private func volumeFiles(_ path: String, _ volume: JSONValue) -> VolumeFiles {
    var result = VolumeFiles(path: path, group: group)
    for source in volume.list("projected", "sources") {
      if let token = source["serviceAccountToken"], let user {
        result.owners[token.text("path")] = user
      }
    }
    return result
  }

  /// The user as whom all containers run; nil when they do not say the same.
  private var user: uid_t? {
    let shared = pod.number("spec", "securityContext", "runAsUser")
    let all = pod.list("spec", "containers") + pod.list("spec", "initContainers")
    let users = Set(all.map { $0.number("securityContext", "runAsUser") ?? shared })
    return users.count == 1 ? users.first?.map { uid_t(clamping: $0) } : nil
  }

  /// The group that the files of volumes belong to (`fsGroup`).
  private var group: gid_t? {
    pod.number("spec", "securityContext", "fsGroup").map { gid_t(clamping: $0) }
  }

  /// The memory that all containers of the pod may use together; nil when one has no limit.
  private var memoryLimit: Int? {
    var sum: Int128 = 0
    for container in pod.list("spec", "containers") {
      guard let limit = Quantity(container.text("resources", "limits", "memory")) else {
        return nil
      }
      sum += Int128(limit.units)
    }
    return Int(clamping: sum)
  }

  /// Brings the volumes up to date whose files are of our making, where they are mounted already.
  /// One that cannot be made any more stays as it is.
  func refresh() {
    for volume in pod.list("spec", "volumes") where Self.isMade(volume) {
      let path = "\(directory)/volumes/\(volume.text("name"))"
      guard File.isDirectory(path), let files = try? files(volume) else { continue }
      try? volumeFiles(path, volume).update(files)
    }
  }

  /// Whether the files of a volume are made from objects.
  static func isMade(_ volume: JSONValue) -> Bool {
    ["configMap", "secret", "downwardAPI", "projected"].contains { volume[$0] != nil }
  }

  /// The ConfigMaps and Secrets that a pod's volumes are made from, as `configmaps/NAMESPACE/NAME`.
  static func sources(of pod: JSONValue) -> Set<String> {
    var result: Set<String> = []
    for volume in pod.list("spec", "volumes") {
      for part in [volume] + volume.list("projected", "sources") {
        if part["configMap"] != nil {
          result.insert("configmaps/\(pod.namespace)/\(part.text("configMap", "name"))")
        }
        if part["secret"] != nil {
          let name = part.text("secret", "secretName") + part.text("secret", "name")
          result.insert("secrets/\(pod.namespace)/\(name)")
        }
      }
    }
    return result
  }

  /// An empty file for the last words of a container's next try. Any user may write to it.
  func lastWords(of container: JSONValue, attempt: Int) throws -> String {
    let place = "\(directory)/containers/\(container.text("name"))"
    try Directory.make(place, mode: 0o755)
    let path = "\(place)/\(attempt)"
    try File.replace(path, "", durable: false)
    chmod(path, 0o666)
    return path
  }

  /// The file that is /etc/hosts of the pod's containers, written when it has changed.
  func hosts(address: String) throws -> String {
    let path = "\(directory)/etc-hosts"
    let own =
      pod.flag("spec", "hostNetwork") ? (try? File.text("/etc/hosts", limit: 1 << 20)) ?? "" : ""
    let text = PodHosts.text(pod, address: address, own: own)
    if (try? File.text(path, limit: 1 << 20)) != text {
      try Directory.make(directory, mode: 0o755)
      try File.replace(path, text, durable: false)
      chmod(path, 0o644)
    }
    return path
  }

  /// A claim that is bound to a volume on this machine.
  private func claimed(_ volume: JSONValue) throws -> String {
    let name = volume.text("persistentVolumeClaim", "claimName")
    let claim = environment.source.object("persistentvolumeclaims", pod.namespace, name)
    let bound = claim?.text("spec", "volumeName") ?? ""
    guard let object = environment.source.object("persistentvolumes", "", bound) else {
      let word = "[\(volume.text("name"))]"
      let why =
        claim == nil
        ? "failed to fetch PVC from API server: persistentvolumeclaims \"\(name)\" not found"
        : "PVC is not bound"
      throw MountProblem(
        message: "Unable to attach or mount volumes: unmounted volumes=\(word), "
          + "unattached volumes=[], failed to process volumes=\(word): error processing PVC "
          + "\(pod.namespace)/\(name): \(why)")
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

  private typealias VolumeFile = VolumeFiles.Entry

  /// The mode that a pod asks for: who may read, write and execute, and nothing beside it.
  private static func mode(_ number: Int?, _ otherwise: mode_t) -> mode_t {
    number.map { mode_t(truncatingIfNeeded: $0) & 0o777 } ?? otherwise
  }

  private func files(_ volume: JSONValue) throws(ConfigurationError) -> [VolumeFile] {
    let place = "\(directory)/volumes/\(volume.text("name"))"
    for key in ["configMap", "secret", "downwardAPI", "projected"] {
      guard let source = volume[key] else { continue }
      let mode = Self.mode(source.number("defaultMode"), 0o644)
      if key != "projected" { return try files(key, source, mode, place) }
      var all: [VolumeFile] = []
      for part in source.list("sources") {
        for (kind, inner) in part.object ?? [:] { all += try files(kind, inner, mode, place) }
      }
      return all
    }
    throw ConfigurationError(
      reason: "ContainerCreating",
      message: "volume \"\(volume.text("name"))\" is of a kind that this node cannot mount")
  }

  private func files(
    _ kind: String, _ source: JSONValue, _ mode: mode_t, _ place: String
  ) throws(ConfigurationError) -> [VolumeFile] {
    switch kind {
    case "configMap", "secret": return try keys(kind, source, mode)
    case "serviceAccountToken":
      let path = source.text("path")
      // A token serves until four fifths of its time are over.
      let life = Int64(clamping: Int128(source.number("expirationSeconds") ?? 3607) * 4 / 5)
      // Only for the pod's user and group, when it has them.
      let mode: mode_t = user != nil || group != nil ? 0o600 : mode
      if let old = VolumeFiles(path: place).read(path, younger: life) { return [(path, old, mode)] }
      guard let token = token(source) else {
        throw ConfigurationError(message: "failed to fetch token of the service account")
      }
      return [(path, Array(token.utf8), mode)]
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
          (item.text("path"), Array(text.utf8), Self.mode(item.number("mode"), mode)))
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
      result.append((item.text("path"), content, Self.mode(item.number("mode"), mode)))
    }
    return result
  }
}
