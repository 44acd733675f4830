import Documents
import Glibc
import Linux
import Testing

/// One Dockerfile of Fixtures/builds, built by us and by another builder.
struct BuildCase: CustomStringConvertible, Sendable {
  let name: String
  /// Who builds it beside us: docker's classic builder knows no mounts, and makes the directory of
  /// WORKDIR for root.
  let peer: Peer

  enum Peer: String { case docker, buildah, buildkit }

  var description: String { name }
  var dockerfile: String { "\(Self.folder)/\(name).Dockerfile" }

  static let folder =
    String(#filePath.dropLast("BuildComparison.swift".count)) + "Fixtures/builds"

  static let all: [BuildCase] = ((try? Directory.list(folder)) ?? []).sorted().compactMap { file in
    guard file.hasSuffix(".Dockerfile") else { return nil }
    let text = (try? File.text("\(folder)/\(file)")) ?? ""
    let first = text.prefix { $0 != "\n" }
    let peer = first.hasPrefix("# peer: ") ? String(first.dropFirst("# peer: ".count)) : "docker"
    return Peer(rawValue: peer).map {
      BuildCase(name: String(file.dropLast(".Dockerfile".count)), peer: $0)
    }
  }
}

/// A context, images called `ours` and `theirs`, and what differs between them.
final class BuildComparison {
  let sandbox: Sandbox
  let work: BuildFolder
  var context: String { work.path + "/context" }

  init(_ name: String) throws {
    sandbox = try Sandbox(name)
    work = try BuildFolder("")
    shell(
      "cp -a '\(BuildCase.folder)/context' context && cd context "
        + "&& tar -czf arch.tar.gz d && tar -cf arch.tar d a.txt")
    let saved = sandbox.run(["save", "-o", "\(work.path)/base.tar", "busybox"])
    let pulled = saved.status == 0 ? saved : sandbox.run(["pull", "busybox"])
    if saved.status != 0 {
      #expect(pulled.status == 0, "\(pulled)")
      #expect(sandbox.run(["save", "-o", "\(work.path)/base.tar", "busybox"]).status == 0)
    }
  }

  func shell(_ command: String) {
    let result = Sandbox.run(
      ["-c", "cd '\(work.path)' && \(command)"], program: "/bin/sh", environment: [:], seconds: 120)
    #expect(result.status == 0, "\(command): \(result)")
  }

  /// Builds `fixture` here. Its Dockerfile lies in the context: docker's client changes the
  /// `.dockerignore` that it sends for one which does not.
  func build(_ fixture: BuildCase) throws {
    try File.replace("\(context)/Dockerfile", try File.read(fixture.dockerfile))
    let ours = sandbox.run(["build", "--network=none", "-t", "ours", context])
    #expect(ours.status == 0, "\(fixture): \(ours)")
  }

  /// Loads the archive of the other builder's image.
  func load(_ archive: String) {
    let loaded = sandbox.run(["load", "-i", archive])
    #expect(loaded.status == 0, "\(loaded)")
  }

  /// Compares trees and configurations. `leavesStubs`: an old BuildKit keeps the empty directories that
  /// mounts of a RUN stood on; newer ones take them away again, as we do.
  func compare(_ fixture: BuildCase, layers: Bool, leavesStubs: Bool = false) throws {
    for image in ["ours", "theirs"] {
      try work.write("Dockerfile", "FROM \(image)\n")
      try? Directory.removeTree("\(work.path)/\(image)")
      let exported = sandbox.run([
        "build", "-f", "\(work.path)/Dockerfile", "-o", "\(work.path)/\(image)", context,
      ])
      #expect(exported.status == 0, "\(fixture): \(exported)")
    }
    let (mine, other) = try (tree("\(work.path)/ours"), tree("\(work.path)/theirs"))
    for path in Set(mine.keys).union(other.keys).sorted() where !isOwn(path) {
      if leavesStubs, mine[path] == nil, other[path] == "40755 0:0" { continue }
      #expect(mine[path] == other[path], "\(fixture): \(path)")
    }
    for field in [
      "User", "ExposedPorts", "Entrypoint", "Cmd", "Volumes", "WorkingDir", "StopSignal", "Env",
      "Labels", "Shell", "Healthcheck", "OnBuild",
    ] {
      let (here, there) = (config("ours", field), config("theirs", field))
      #expect(here == there, "\(fixture): \(field)")
    }
    // Like BuildKit, and unlike docker's classic builder, we give ONBUILD no row of its own.
    guard layers, !fixture.name.hasPrefix("onbuild") else { return }
    let rows = ["ours", "theirs"].map { image in
      sandbox.run(["history", "-q", image]).lines.count
    }
    #expect(rows[0] == rows[1], "\(fixture): rows of the history")
  }

  /// What every engine puts into a container for itself.
  private func isOwn(_ path: String) -> Bool {
    [
      "/etc/hostname", "/etc/hosts", "/etc/resolv.conf", "/etc", "/run", "/run/secrets",
    ].contains(path)
      || ["/proc", "/sys", "/dev"].contains { path == $0 || path.hasPrefix($0 + "/") }
  }

  private func tree(_ root: String, _ below: String = "") throws -> [String: String] {
    var result: [String: String] = [:]
    for name in try Directory.list(root + below) {
      let path = "\(below)/\(name)"
      var info = stat()
      guard lstat(root + path, &info) == 0 else { continue }
      var text = "\(String(info.st_mode, radix: 8)) \(info.st_uid):\(info.st_gid)"
      switch info.st_mode & S_IFMT {
      case S_IFREG:
        text += " \(info.st_nlink) "
        text += info.st_size < 4096 ? try File.text(root + path) : "\(info.st_size)"
      case S_IFLNK: text += " -> " + (try File.link(root + path))
      case S_IFDIR: result.merge(try tree(root, path)) { $1 }
      default: break
      }
      result[path] = text
    }
    return result
  }

  private func config(_ image: String, _ field: String) -> JSONValue {
    let text = sandbox.run(["image", "inspect", "-f", "{{json .Config.\(field)}}", image]).text
    var value = (try? JSONValue.parse(text)) ?? .string(text)
    if field == "Labels", let labels = value.object {
      value = .object(
        JSONObject(labels.filter { $0.key != "io.buildah.version" }.map { ($0.key, $0.value) }))
    }
    // nil and nothing are the same to whoever runs the image, and so are no directory and the root.
    let isEmpty =
      value.array?.isEmpty ?? value.object?.isEmpty
      ?? ["", field == "WorkingDir" ? "/" : ""].contains(value.string ?? "x")
    return isEmpty ? .null : value
  }

  func close() { sandbox.close() }
}
