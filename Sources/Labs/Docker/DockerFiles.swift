import Documents
import Images
import Linux
import Support

/// Files of a container on a Docker Engine, running or not, by the archive endpoints. The engine
/// resolves paths inside the container's tree.
struct DockerFiles {
  let client: DockerClient
  let container: String
  private static let limit = 1 << 20
  /// How many links may lead to a file.
  private static let linkLimit = 16

  func read(_ path: String) throws -> ProbeResult {
    var path = path
    for _ in 0..<Self.linkLimit {
      let answer: DockerClient.Answer
      do {
        answer = try client.ask("HEAD", "/containers/\(container)/archive", [("path", path)])
      } catch let error as DklabError where error.code == .notFound {
        return .nothing("no such file")
      }
      guard let status = Self.status(answer) else {
        return .failed(Text("`\(path)` cannot be read", ko: "`\(path)`을(를) 읽을 수 없습니다"))
      }
      if status.isLink, !status.target.isEmpty, status.target != path {
        path = status.target
        continue
      }
      if status.isDirectory || !status.isRegular || status.size > Self.limit {
        return .file(text: "", mode: status.mode, isDirectory: status.isDirectory)
      }
      return .file(text: try content(path), mode: status.mode, isDirectory: false)
    }
    return .nothing("no such file")
  }

  private func content(_ path: String) throws -> String {
    let archive = try client.ask("GET", "/containers/\(container)/archive", [("path", path)]).body
    let reader = TarReader(MemorySource(archive), archive: path)
    // What is too large to look at has been told of by its size; a link to it has not.
    guard let entry = try reader.next(), entry.size <= Self.limit else { return "" }
    return String(decoding: try reader.readContent(limit: Self.limit), as: UTF8.self)
  }

  /// What the engine says of a file: a Go FileMode has the permissions in its low bits, and above
  /// them bits of its own.
  private struct Status {
    var size: Int
    var goMode: Int
    var target: String

    var isDirectory: Bool { goMode & 1 << 31 != 0 }
    var isLink: Bool { goMode & 1 << 27 != 0 }
    /// No directory, link, device, pipe or socket.
    var isRegular: Bool {
      goMode & (1 << 31 | 1 << 27 | 1 << 26 | 1 << 25 | 1 << 24 | 1 << 21) == 0
    }
    var mode: Int {
      goMode & 0o777 | (goMode & 1 << 23 != 0 ? 0o4000 : 0) | (goMode & 1 << 22 != 0 ? 0o2000 : 0)
        | (goMode & 1 << 20 != 0 ? 0o1000 : 0)
    }
  }

  private static func status(_ answer: DockerClient.Answer) -> Status? {
    guard let text = answer.headers["x-docker-container-path-stat"],
      let document = try? JSONValue.parse(Base64.bytes(text), file: "status")
    else { return nil }
    return Status(
      size: document["size"]?.int ?? 0, goMode: document["mode"]?.int ?? 0,
      target: document["linkTarget"]?.string ?? "")
  }
}
