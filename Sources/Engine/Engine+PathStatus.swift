import Documents
import Glibc
import Images
import Linux
import Support

extension Engine {
  /// What stands at `path` in a container, in the form of the Engine API's archive calls: name, size,
  /// mode (as Go's os.FileMode), time, and where a symbolic link points.
  ///
  /// - Throws: `DklabError` `copy.not-found`.
  package func pathStatus(_ record: ContainerRecord, path: String) throws -> JSONValue {
    var result = JSONValue.null
    try withTree(of: record) { tree in
      let inside = try RootedDirectory(tree)
      let info: stat
      do {
        info = try inside.status(path, followingLast: path.hasSuffix("/"))
      } catch let error as SyscallError where error.errno == ENOENT || error.errno == ENOTDIR {
        throw DklabError(
          .notFound, id: "copy.not-found",
          Text("Could not find the file \(path)", ko: "파일을 찾을 수 없습니다: \(path)"))
      }
      var link = ""
      if info.st_mode & S_IFMT == S_IFLNK {
        let place = try inside.parent(of: path)
        link = try File.link("/proc/self/fd/\(place.directory.number)/\(place.name)")
        if !link.hasPrefix("/") {
          let above = path.split(separator: "/").dropLast()
          link = "/" + (above.map(String.init) + [link]).joined(separator: "/")
        }
      }
      let time = Int64(info.st_mtim.tv_sec) * 1_000_000_000 + Int64(info.st_mtim.tv_nsec)
      let name = path.split(separator: "/").last { $0 != "." }
      result = [
        "name": .string(name.map(String.init) ?? "/"), "size": .integer(Int64(info.st_size)),
        "mode": .integer(Engine.goMode(info.st_mode)), "mtime": .string(RFC3339.text(time)),
        "linkTarget": .string(link),
      ]
    }
    return result
  }

  /// Go's os.FileMode: permission bits as everywhere, kinds of files from the top.
  private static func goMode(_ mode: mode_t) -> Int64 {
    var result = Int64(mode & 0o777)
    let kinds: [mode_t: Int64] = [
      S_IFDIR: 1 << 31, S_IFLNK: 1 << 27, S_IFBLK: 1 << 26, S_IFIFO: 1 << 25, S_IFSOCK: 1 << 24,
      S_IFCHR: 1 << 26 | 1 << 21,
    ]
    result |= kinds[mode & S_IFMT] ?? 0
    if mode & S_ISUID != 0 { result |= 1 << 23 }
    if mode & S_ISGID != 0 { result |= 1 << 22 }
    if mode & S_ISVTX != 0 { result |= 1 << 20 }
    return result
  }
}
