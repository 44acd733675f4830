import Documents
import Glibc
import Linux
import Support

/// A `hostPath`: a place of the node that a pod sees, made or looked at as its type says.
struct HostPath {
  let path: String
  private let type: String

  init(_ source: JSONValue) {
    path = source.text("path")
    type = source.text("type")
  }

  /// The path, when it is what it should be.
  func make() throws -> String {
    switch type {
    case "": if !File.exists(path) { try Directory.make(path, mode: 0o755) }
    case "DirectoryOrCreate":
      if !File.exists(path) { try Directory.make(path, mode: 0o755) }
      try require("directory", S_IFDIR)
    case "FileOrCreate":
      if !File.exists(path) { try File.replace(path, "", durable: false) }
      try require("file", S_IFREG)
    case "Directory": try require("directory", S_IFDIR)
    case "File": try require("file", S_IFREG)
    case "Socket": try require("socket", S_IFSOCK)
    case "CharDevice": try require("character device", S_IFCHR)
    case "BlockDevice": try require("block device", S_IFBLK)
    default: throw problem("is of the unknown type \(type)")
    }
    return path
  }

  private func require(_ word: String, _ kind: mode_t) throws {
    var info = stat()
    guard stat(path, &info) == 0, info.st_mode & S_IFMT == kind else {
      throw problem("is not a \(word)")
    }
  }

  private func problem(_ what: String) -> ConfigurationError {
    ConfigurationError(
      reason: "ContainerCreating", message: "hostPath type check failed: \(path) \(what)")
  }
}
