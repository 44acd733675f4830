import Documents
import Engine
import Support

extension ServiceReader {
  mutating func readMounts() throws {
    for mount in node["volumes"]?.sequence ?? [] {
      if let wish = try wish(mount) { service.spec.host.mounts.append(wish) }
    }
    for item in node["tmpfs"]?.sequence ?? [] {
      let text = item.text ?? ""
      let path = text.prefix { $0 != ":" }
      var wish = MountWish(kind: .tmpfs, source: nil, target: RelativePaths.clean(String(path)))
      wish.options = text.dropFirst(path.count + 1).split(separator: ",").map(String.init)
      wish.readOnly = wish.options.contains("ro")
      service.spec.host.mounts.append(wish)
    }
    for item in node["volumes_from"]?.sequence ?? [] {
      var parts = (item.text ?? "").split(separator: ":").map(String.init)
      var from = Service.VolumesFrom()
      if let mode = parts.last, parts.count > 1, ["ro", "rw"].contains(mode) {
        from.readOnly = mode == "ro"
        parts.removeLast()
      }
      if parts.first == "container" {
        from.container = parts.last
      } else {
        from.service = parts.first
      }
      service.volumesFrom.append(from)
    }
  }

  private mutating func wish(_ mount: YAMLNode) throws -> MountWish? {
    let target = mount["target"]?.text ?? ""
    let source = mount["source"]?.text
    let kind: MountWish.Kind
    switch mount["type"]?.text {
    case "bind": kind = .bind
    case "volume": kind = .volume
    case "tmpfs": kind = .tmpfs
    case let other:
      throw refusal(
        mount["type"] ?? mount, "volumes.type",
        Text(
          "`\(other ?? "")`: accepted are bind, volume, tmpfs",
          ko: "`\(other ?? "")`: 쓸 수 있는 값은 bind, volume, tmpfs입니다"))
    }
    var wish = MountWish(kind: kind, source: source, target: target)
    wish.readOnly = mount["read_only"]?.isTrue ?? false
    wish.isLongForm = true
    switch kind {
    case .bind:
      wish.propagation = mount["bind"]?["propagation"]?.text
      // In the long form a missing directory is made too, unless the file says no.
      wish.createsSource = mount["bind"]?["create_host_path"]?.isTrue ?? true
      if !wish.createsSource, let source {
        service.requiredPaths.append((source, mount.location))
      }
    case .volume:
      wish.noCopy = mount["volume"]?["nocopy"]?.isTrue ?? false
      if let key = source {
        wish.source = project.tree["volumes"]?[key]?["name"]?.text ?? key
        service.volumeKeys.append(key)
      }
    case .tmpfs:
      wish.source = nil
      if let size = mount["tmpfs"]?["size"], let text = size.text {
        wish.options.append("size=\(try bytes(size, "volumes.tmpfs.size", text))")
      }
      if let mode = mount["tmpfs"]?["mode"]?.text { wish.options.append("mode=\(octal(mode))") }
    }
    return wish
  }

  /// YAML reads `0755` as a string of octal digits and `493` as the same number.
  private func octal(_ text: String) -> String {
    if text.hasPrefix("0o") { return String(text.dropFirst(2)) }
    if text.hasPrefix("0") { return text }
    return Int(text).map { String($0, radix: 8) } ?? text
  }

  mutating func readFiles() throws {
    for (key, isSecret) in [("secrets", true), ("configs", false)] {
      for item in node[key]?.sequence ?? [] {
        service.files.append(try file(item, in: key, isSecret: isSecret))
      }
    }
  }

  private func file(_ item: YAMLNode, in key: String, isSecret: Bool) throws -> FileMount {
    let name = item["source"]?.text ?? ""
    let source = project.tree[key]?[name]
    let content: FileMount.Content
    if let path = source?["file"]?.text {
      content = .file(path)
    } else if let variable = source?["environment"], let wanted = variable.text {
      content = project.environment[wanted].map(FileMount.Content.text) ?? .unset(wanted)
    } else if let text = source?["content"]?.text {
      content = .text(text)
    } else {
      throw refusal(
        source ?? item, "\(key).\(name)",
        Text(
          "external secrets and configs live in a cluster; use file, environment or content",
          ko: "external 시크릿과 설정은 클러스터에 있습니다. file, environment, content를 쓰세요"))
    }
    var target = item["target"]?.text ?? (isSecret ? "/run/secrets/\(name)" : "/\(name)")
    if !target.hasPrefix("/") { target = isSecret ? "/run/secrets/\(target)" : "/\(target)" }
    var file = FileMount(
      key: name, isSecret: isSecret, content: content, target: target, location: item.location)
    file.user = item["uid"]?.text.flatMap { UInt32($0) }
    file.group = item["gid"]?.text.flatMap { UInt32($0) }
    file.mode = item["mode"]?.text.flatMap { UInt32(octal($0), radix: 8) }
    return file
  }
}
