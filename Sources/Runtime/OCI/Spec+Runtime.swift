import Linux
import Support

extension Spec {
  /// Adds what config.json may leave to the runtime: the usual devices, a control group, empty
  /// capability sets; and takes out what cannot be given. Returns warnings about the latter.
  mutating func completeForRuntime(id: String) -> [Text] {
    var warnings: [Text] = []
    var linux = linux ?? SpecLinux()
    dropPrivateFields()
    linux.devices = linux.devices?.map { device in
      var device = device
      device.source = nil
      return device
    }
    let asked = Set((linux.devices ?? []).map(\.path))
    let standard = DeviceNode.containerDefault.filter { !asked.contains($0.path) }.map { node in
      var device = SpecDevice(type: "c", path: node.path, major: node.major, minor: node.minor)
      device.fileMode = node.mode
      return device
    }
    linux.devices = standard + (linux.devices ?? [])
    linux.cgroupsPath = Self.cgroupPath(linux.cgroupsPath, id: id)
    mounts = mounts?.map { mount in
      var mount = mount
      if !mount.destination.hasPrefix("/") { mount.destination = "/" + mount.destination }
      return mount
    }
    let ownsUser = linux.namespaces?.contains { $0.type == "user" } ?? false
    self.linux = linux
    if var process {
      let available = ownsUser ? CapabilitySet.all : CapabilitySet.current()
      process.capabilities = (process.capabilities ?? SpecCapabilities())
        .restricted(to: available, &warnings)
      self.process = process
    }
    return warnings
  }

  /// Below the root of the hierarchies, whatever `..` it holds.
  private static func cgroupPath(_ path: String?, id: String) -> String {
    var parts: [Substring] = []
    for part in (path ?? "").split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return parts.isEmpty ? "dklab-oci-\(id)" : parts.text(separatedBy: "/")
  }
}

extension Spec {
  /// Forgets fields that only the kit itself may set, and that config.json does not have.
  private mutating func dropPrivateFields() {
    for index in mounts?.indices ?? 0..<0 { mounts?[index].within = nil }
    process?.user.dropPrivateFields()
  }
}

extension Spec {
  /// The user of the host who shall own the container's control group: whoever the program runs as, when
  /// its group is the root of what it sees and it may write there (config-linux.md, "Cgroup ownership").
  var groupOwner: UInt32? {
    let namespaces = linux?.namespaces ?? []
    let ownsView = namespaces.contains { $0.type == "cgroup" && $0.joinedPath == nil }
    let isWritable = (mounts ?? []).contains {
      $0.source == "cgroup" && $0.destination == "/sys/fs/cgroup"
        && !($0.options ?? []).contains("ro")
    }
    guard ownsView, isWritable, let user = process?.user.uid else { return nil }
    guard let namespace = namespaces.first(where: { $0.type == "user" }) else { return user }
    return namespace.joinedPath == nil ? linux?.uidMappings?.outside(user) : nil
  }
}

extension SpecUser {
  /// `username` has no meaning on Linux, and groups have no names in config.json.
  mutating func dropPrivateFields() {
    username = nil
    additionalGroups = nil
  }
}

extension SpecCapabilities {
  /// Without the names nobody knows and those nobody here could give away: the specification wants
  /// a warning and no error.
  func restricted(to available: CapabilitySet, _ warnings: inout [Text]) -> SpecCapabilities {
    var ignored: [String] = []
    func filtered(_ names: [String]?) -> [String] {
      (names ?? []).filter { name in
        if let capability = Capability(named: name), available.contains(capability) { return true }
        if !ignored.contains(name) { ignored.append(name) }
        return false
      }
    }
    var result = SpecCapabilities()
    result.bounding = filtered(bounding)
    result.effective = filtered(effective)
    result.inheritable = filtered(inheritable)
    result.permitted = filtered(permitted)
    result.ambient = filtered(ambient)
    // What is not inheritable cannot be ambient (capabilities(7)); runc and crun leave it out too.
    let possible = Set(result.permitted ?? []).intersection(result.inheritable ?? [])
    let impossible = (result.ambient ?? []).filter { !possible.contains($0) }
    result.ambient?.removeAll(where: impossible.contains)
    if !impossible.isEmpty {
      let names = impossible.text(separatedBy: ", ")
      warnings.append(
        Text(
          "process.capabilities.ambient: not both permitted and inheritable, so no effect: \(names)",
          ko: "process.capabilities.ambient: permitted와 inheritable 양쪽에 있지 않아 효과가 없습니다: \(names)"))
    }
    if !ignored.isEmpty {
      let names = ignored.text(separatedBy: ", ")
      warnings.append(
        Text(
          "ignoring unknown or unavailable capabilities: \(names)",
          ko: "알 수 없거나 줄 수 없는 capability를 무시합니다: \(names)"))
    }
    return result
  }
}
