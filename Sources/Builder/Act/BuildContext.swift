import Glibc
import Images
import Linux
import Support

/// The files a build may take from, and its Dockerfile.
package final class BuildContext {
  /// The directory; nil when there is only a Dockerfile.
  package let directory: String?
  /// The text of the Dockerfile.
  package let dockerfile: String
  /// As messages call it.
  package let dockerfileName: String
  package let ignore: IgnoreFile
  private var opened: SourceTree?

  /// - Parameters:
  ///   - directory: nil for a Dockerfile alone.
  ///   - dockerfile: its path; nil takes `Dockerfile` in the directory.
  package init(directory: String?, dockerfile: String?, text: String? = nil) throws {
    self.directory = directory
    let path = dockerfile ?? "\(directory ?? ".")/Dockerfile"
    dockerfileName = (dockerfile ?? "Dockerfile").split(separator: "/").last.map(String.init) ?? ""
    if let text {
      self.dockerfile = text
    } else {
      self.dockerfile = try BuildContext.read(path, directory)
    }
    // NAME.dockerignore beside the Dockerfile comes before the one of the context.
    let own = text == nil ? try? File.text(path + ".dockerignore", limit: 1 << 20) : nil
    let shared = directory.flatMap { try? File.text($0 + "/.dockerignore", limit: 1 << 20) }
    ignore = try IgnoreFile(
      parsing: own ?? shared ?? "",
      name: own == nil ? ".dockerignore" : dockerfileName + ".dockerignore")
  }

  private static func read(_ path: String, _ directory: String?) throws -> String {
    do {
      return try File.text(path, limit: 16 << 20)
    } catch let error as SyscallError where error.errno == ENOENT || error.errno == ENOTDIR {
      let name = path.split(separator: "/").last.map(String.init) ?? path
      throw DockerfileError(
        Text(
          "failed to read dockerfile: open \(name): no such file or directory",
          ko: "Dockerfile을 읽을 수 없습니다: \(path)이(가) 없습니다"),
        hint: Text(
          "make a file called Dockerfile in \(directory ?? "."), or name another with -f",
          ko: "\(directory ?? ".")에 Dockerfile을 만들거나 -f로 다른 파일을 지정하세요"),
        isSyntax: false)
    } catch let error as SyscallError where error.errno == EISDIR {
      throw DockerfileError(
        Text(
          "failed to read dockerfile: read \(path): is a directory",
          ko: "Dockerfile을 읽을 수 없습니다: \(path)은(는) 디렉터리입니다"), isSyntax: false)
    }
  }

  /// The files, without what .dockerignore leaves out.
  func tree(empty: String) throws -> SourceTree {
    if let opened { return opened }
    let tree = try SourceTree(directory ?? empty, ignore: ignore, keepsOwners: false)
    opened = tree
    return tree
  }
}
