import Engine
import Glibc
import Linux
import Support

extension BuildRun {
  /// What the mounts of a RUN come to.
  struct PreparedMounts {
    var points: [MountPoint] = []
    /// Secrets that become variables.
    var environment: [String] = []
  }

  func prepareMounts(_ work: RunWork, _ place: String) throws -> PreparedMounts {
    var prepared = PreparedMounts()
    for (index, mount) in work.mounts.enumerated() {
      let wish = mount.wish
      switch wish.kind {
      case .tmpfs: prepared.points.append(try memory(wish, work))
      case .cache: prepared.points.append(try cacheMount(wish, work))
      case .bind:
        prepared.points.append(try bind(mount, work, "\(place)/mount\(index)"))
      case .secret:
        guard let bytes = try secret(wish) else { continue }
        if let name = wish.variable {
          prepared.environment.append("\(name)=\(String(decoding: bytes, as: UTF8.self))")
          if wish.target == nil { continue }
        }
        prepared.points.append(try secretMount(wish, bytes, index))
      case .ssh:
        let id = wish.id ?? "default"
        guard let socket = settings.agents[id] else {
          guard wish.required else { continue }
          throw DockerfileError(
            Text(
              "no SSH key \"\(id)\" forwarded from the client", ko: "SSH 키 \"\(id)\"가 주어지지 않았습니다"),
            hint: Text("build --ssh \(id)", ko: "build --ssh \(id)"), isSyntax: false)
        }
        let target = wish.target ?? "/run/buildkit/ssh_agent.\(index)"
        prepared.points.append(
          point(socket, PathText.join(work.directory, target), readWrite: true))
        if !prepared.environment.contains(where: { $0.hasPrefix("SSH_AUTH_SOCK=") }) {
          prepared.environment.append("SSH_AUTH_SOCK=\(target)")
        }
      }
    }
    if let script = work.script {
      let path = place + "/pipes"
      try Directory.make(path)
      try File.replace("\(path)/\(script.name)", script.content)
      chmod("\(path)/\(script.name)", 0o755)
      prepared.points.append(point(path, "/dev/pipes", readWrite: false))
    }
    return prepared
  }

  private func point(_ source: String, _ target: String, readWrite: Bool) -> MountPoint {
    MountPoint(
      kind: .bind, source: source, destination: target, readWrite: readWrite,
      propagation: "rprivate")
  }

  private func target(_ wish: RunMount, _ work: RunWork) throws -> String {
    guard let target = wish.target, !target.isEmpty else {
      throw DockerfileError(
        Text(
          "invalid mount target \"\(wish.target ?? "")\"", ko: "마운트할 곳(target)이 없습니다"),
        hint: Text("--mount=type=…,target=/path", ko: "--mount=type=…,target=/경로"), isSyntax: false)
    }
    let path = PathText.join(work.directory, target)
    guard path != "/" else {
      throw DockerfileError(
        Text("invalid mount target \"/\"", ko: "/에는 마운트할 수 없습니다"), isSyntax: false)
    }
    return path
  }

  private func memory(_ wish: RunMount, _ work: RunWork) throws -> MountPoint {
    MountPoint(
      kind: .tmpfs, source: "", destination: try target(wish, work), readWrite: !wish.readOnly,
      propagation: "", options: ["exec"] + (wish.size.map { ["size=\($0)"] } ?? []))
  }

  /// Files of the context, a stage or an image. What may be written, or may be hidden from the
  /// build, is a copy.
  private func bind(
    _ mount: RunWork.Mount, _ work: RunWork, _ scratch: String
  ) throws -> MountPoint {
    let wish = mount.wish
    let tree = try tree(mount.source)
    let source = wish.source ?? "."
    let found = try tree.select(source, excluding: [], keepsParents: false)
    guard let selection = found.first else {
      throw DockerfileError(
        Text("\"/\(source)\": not found", ko: "\"/\(source)\"이(가) 없습니다"), isSyntax: false)
    }
    let target = try target(wish, work)
    if wish.readOnly, tree.keepsOwners {
      let file = try tree.root.open(selection.path, O_PATH)
      return point(try File.link(descriptorPath(file)), target, readWrite: false)
    }
    try Directory.make(scratch)
    let writer = try TreeWriter(scratch)
    for item in selection.items {
      let path = selection.isDirectory ? item.target : "file"
      try writer.write(item, of: tree, at: path)
    }
    try writer.finish()
    return point(
      selection.isDirectory ? scratch : scratch + "/file", target, readWrite: !wish.readOnly)
  }

  /// A directory that stays from build to build.
  private func cacheMount(_ wish: RunMount, _ work: RunWork) throws -> MountPoint {
    let target = try target(wish, work)
    let id = wish.id ?? target
    let directory = CacheMountLocks.directory(id, engine)
    let data = directory + "/data"
    if !File.isDirectory(data) {
      try Directory.make(directory, mode: 0o711)
      try File.replace(directory + "/id", id)
      try Directory.make(data)
      chmod(data, mode_t(wish.mode ?? 0o755))
      chown(data, wish.user ?? 0, wish.group ?? 0)
    }
    return point(data, target, readWrite: !wish.readOnly)
  }

  private func secretName(_ wish: RunMount) -> String {
    wish.id ?? wish.source
      ?? wish.target?.split(separator: "/").last.map(String.init) ?? ""
  }

  private func secret(_ wish: RunMount) throws -> [UInt8]? {
    let name = secretName(wish)
    switch settings.secrets[name] {
    case .file(let path): return try File.read(path, limit: 500 << 10)
    case .variable(let variable):
      if let value = getenv(variable) { return Array(String(cString: value).utf8) }
    case nil: break
    }
    guard wish.required else { return nil }
    throw DockerfileError(
      Text("secret \(name): not found", ko: "비밀 \(name)이(가) 주어지지 않았습니다"),
      hint: Text("build --secret id=\(name),src=FILE", ko: "build --secret id=\(name),src=파일"),
      isSyntax: false)
  }

  private func secretMount(_ wish: RunMount, _ bytes: [UInt8], _ index: Int) throws -> MountPoint {
    let name = secretName(wish)
    let path =
      "\(try directory.secretDirectory())/\(CacheKey.hash([name, "\(running.count)"]))\(index)"
    let file = try FileDescriptor.open(path, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o400)
    try bytes.withUnsafeBytes { try writeAll(file.number, $0) }
    try check(fchmod(file.number, mode_t(wish.mode ?? 0o400)), "chmod", name)
    try check(fchown(file.number, wish.user ?? 0, wish.group ?? 0), "chown", name)
    let target = wish.target ?? "/run/secrets/\(name)"
    return point(path, PathText.join("/", target), readWrite: false)
  }
}

/// Empty files and directories that are made to mount something over: they are no part of a layer.
struct MountStubs {
  /// Below the root, the deepest first.
  private var missing: [String] = []

  /// `tree` is what the step begins with; nil when nothing is mounted.
  init(_ targets: [String], tree: String?) throws {
    guard let tree else { return }
    let root = try RootedDirectory(tree)
    for target in targets {
      var path = target.droppingRoot
      while !path.isEmpty, (try? root.exists(path)) == false {
        if !missing.contains(path) { missing.append(path) }
        path = path.split(separator: "/").dropLast().joined(separator: "/")
      }
    }
    missing.sort { $0.utf8.count > $1.utf8.count }
  }

  /// Takes them out of the upper directory unless the program put something there.
  func remove(from upper: String) throws {
    guard !missing.isEmpty else { return }
    let root = try RootedDirectory(upper)
    for path in missing {
      guard let place = try? root.parent(of: path) else { continue }
      var info = stat()
      guard fstatat(place.directory.number, place.name, &info, AT_SYMLINK_NOFOLLOW) == 0 else {
        continue
      }
      if info.st_mode & S_IFMT == S_IFDIR {
        unlinkat(place.directory.number, place.name, AT_REMOVEDIR)
      } else if info.st_mode & S_IFMT == S_IFREG, info.st_size == 0 {
        unlinkat(place.directory.number, place.name, 0)
      }
    }
  }
}
