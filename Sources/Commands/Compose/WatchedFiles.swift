import Builder
import Compose
import Glibc
import Linux
import Support

/// The files of one rule of `develop.watch`, and what is left out of them.
///
/// Besides what the rule itself says (`ignore`, `include`) that is what the build of the service does not see
/// either (.dockerignore), the history of git, and what editors put beside a file for a moment.
struct WatchedFiles {
  /// What tells that a file changed.
  struct Stamp: Equatable {
    var size: Int64
    var seconds: Int
    var nanoseconds: Int
    var mode: UInt32
    /// An editor may put another file in its place.
    var inode: UInt64
  }

  let root: String
  private let ignored: IgnoreFile
  private let included: IgnoreFile?
  /// The build's own, and where `root` lies in its context, with a slash at the end or empty.
  private var unseen: (file: IgnoreFile, prefix: String)?

  private static let passing = """
    **/.git
    **/.idea
    **/*___jb_old___
    **/*___jb_tmp___
    **/.#*
    **/.*.kate-swp
    **/4913
    **/*~
    **/.*.sw[opnx]
    """

  init(_ rule: WatchRule, build: ServiceBuild?) throws {
    root = rule.path
    ignored = try IgnoreFile(
      parsing: ([Self.passing] + rule.ignore).joined(separator: "\n"), name: "ignore")
    included =
      rule.include.isEmpty
      ? nil : try IgnoreFile(parsing: rule.include.joined(separator: "\n"), name: "include")
    guard let build, rule.path == build.context || rule.path.hasPrefix(build.context + "/"),
      let file = try Self.ignoreFile(of: build)
    else { return }
    let below = rule.path.dropFirst(build.context.count + 1)
    unseen = (file, below.isEmpty ? "" : below + "/")
  }

  /// The one that belongs to the Dockerfile, or else that of the context.
  private static func ignoreFile(of build: ServiceBuild) throws -> IgnoreFile? {
    let dockerfile = PathText.join(build.context, build.dockerfile ?? "Dockerfile")
    for path in [dockerfile + ".dockerignore", build.context + "/.dockerignore"] {
      guard let text = try? File.text(path, limit: 1 << 20) else { continue }
      return try IgnoreFile(parsing: text, name: path)
    }
    return nil
  }

  /// Whether the file at `path`, below the root, is none of the rule's.
  func leavesOut(_ path: String) -> Bool {
    if ignored.ignores(path) { return true }
    if let unseen, unseen.file.ignores(unseen.prefix + path) { return true }
    return !(included?.ignores(path) ?? true)
  }

  /// Whether nothing below the directory `path` can be of the rule.
  private func prunes(_ path: String) -> Bool {
    if !ignored.hasExceptions, ignored.ignores(path) { return true }
    guard let unseen, !unseen.file.hasExceptions else { return false }
    return unseen.file.ignores(unseen.prefix + path)
  }

  /// The files, by path below the root; "" is the root when it is a file itself.
  func scan() -> [String: Stamp] {
    var files: [String: Stamp] = [:]
    guard File.isDirectory(root) else {
      if let stamp = Self.stamp(root) { files[""] = stamp }
      return files
    }
    var pending = [""]
    while let folder = pending.popLast() {
      for name in (try? Directory.list(folder.isEmpty ? root : "\(root)/\(folder)")) ?? [] {
        let path = folder.isEmpty ? name : "\(folder)/\(name)"
        guard let stamp = Self.stamp("\(root)/\(path)") else { continue }
        if stamp.mode & UInt32(S_IFMT) == UInt32(S_IFDIR) {
          if !prunes(path) { pending.append(path) }
        } else if !leavesOut(path) {
          files[path] = stamp
        }
      }
    }
    return files
  }

  private static func stamp(_ path: String) -> Stamp? {
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    return Stamp(
      size: Int64(status.st_size), seconds: status.st_mtim.tv_sec,
      nanoseconds: status.st_mtim.tv_nsec, mode: status.st_mode, inode: UInt64(status.st_ino))
  }
}
