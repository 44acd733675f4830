import Crypto
import Engine
import Glibc
import Images
import Linux
import Support

/// Where the secrets and configs of a project lie, for containers to mount: a host's file as it is, or a
/// file of ours for text, and where the compose file asks for another owner or mode.
struct FileMountStore {
  let directory: String

  init(engine: Engine, project: String) {
    directory = "\(engine.directory)/compose/\(project)"
  }

  /// The path to mount for `file`. The same content gives the same path.
  func path(of file: FileMount) throws -> String {
    let content: [UInt8]
    switch file.content {
    case .file(let path):
      guard file.isCopied else { return path }
      content = try File.read(path)
    case .text(let text): content = Array(text.utf8)
    case .unset(let variable):
      throw DklabError(
        .notFound, id: "compose.variable.unset",
        Text(
          "\(file.key): the variable \(variable) is not set",
          ko: "\(file.key): 환경 변수 \(variable)이(가) 없습니다"), at: file.location)
    }
    let mode = file.mode ?? (file.isSecret ? 0o400 : 0o444)
    let digest = Digest(bytes: SHA256.hash(data: content))
    let owner = "\(file.user ?? 0)-\(file.group ?? 0)"
    let path = "\(directory)/\(digest.short)-\(String(mode, radix: 8))-\(owner)"
    if File.exists(path) { return path }
    try Directory.make(directory, mode: 0o700)
    let temporary = "\(path).\(getpid())"
    let output = try FileDescriptor.open(temporary, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o600)
    try content.withUnsafeBytes { try writeAll(output.number, $0) }
    try check(fchmod(output.number, mode), "fchmod", path)
    if file.user != nil || file.group != nil {
      try check(fchown(output.number, file.user ?? 0, file.group ?? 0), "fchown", path)
    }
    try check(rename(temporary, path), "rename", path)
    return path
  }

  /// What tells one content of the copied files from another: who mounts a copy does not see that
  /// the original has changed. Empty when nothing is copied.
  static func fingerprint(_ files: [FileMount]) -> String {
    let lines = files.filter(\.isCopied).map { file -> String in
      let content: [UInt8]
      switch file.content {
      case .file(let path): content = (try? File.read(path)) ?? []
      case .text(let text): content = Array(text.utf8)
      case .unset: content = []
      }
      return "\(file.target) \(Digest(bytes: SHA256.hash(data: content)).hex)"
    }
    guard !lines.isEmpty else { return "" }
    return Digest(bytes: SHA256.hash(data: Array(lines.joined(separator: "\n").utf8))).hex
  }

  /// Forgets all files of the project.
  func clear() throws {
    try Directory.removeTree(directory)
  }
}

extension FileMount {
  /// Whether containers get a copy, and not the host's own file.
  var isCopied: Bool {
    guard case .file = content else { return true }
    return user != nil || group != nil || mode != nil
  }
}
