// Sources of ADD that come from elsewhere: a file by HTTP, a repository by git. Both are fetched by
// the machine's own programs (curl, git), which know its proxies, certificates and keys; each source
// once a build, before the step that takes it, since the content decides whether the step has to run.

import Glibc
import Images
import Linux
import Support

/// Sources that are not files of the context.
enum RemoteSource {
  /// Whether `source` is a URL, of a file or of a repository.
  static func isRemote(_ source: String) -> Bool {
    source.hasPrefix("http://") || source.hasPrefix("https://") || isRepository(source)
  }

  /// Whether git is asked for it: by its scheme, or by its name.
  static func isRepository(_ source: String) -> Bool {
    if ["git@", "git://", "ssh://"].contains(where: source.hasPrefix) { return true }
    guard source.hasPrefix("http") else { return false }
    return source.prefix { $0 != "#" }.hasSuffix(".git")
  }

  /// The name a file gets in a directory: the last part of the URL's path.
  static func fileName(_ url: String) throws -> String {
    let path = url.prefix { $0 != "?" && $0 != "#" }
    let rest = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst(3)
    guard let name = rest.last, !name.isEmpty, name != ".", name != ".." else {
      throw DockerfileError(
        Text("cannot determine filename from url: \(url)", ko: "URL에서 파일 이름을 알 수 없습니다: \(url)"),
        hint: Text("end the URL with a file name", ko: "파일 이름으로 끝나는 URL을 쓰세요"), isSyntax: false)
    }
    return String(name)
  }
}

/// Files that were fetched for one source of an ADD.
struct RemoteFiles {
  let tree: SourceTree
  let selections: [FileSelection]
}

extension BuildRun {
  /// Fetches `source` as `copy` wants it; what was fetched already is taken again.
  func remote(_ source: String, _ copy: CopyInstruction) throws -> RemoteFiles {
    let key = CacheKey.hash([source, copy.checksum ?? "", "\(copy.keepsGitDirectory ?? false)"])
    let place = "\(directory.path)/remote-\(key)"
    let isRepository = RemoteSource.isRepository(source)
    if !File.exists(place) {
      try Directory.make(place)
      do {
        if isRepository {
          try clone(source, copy, place)
        } else {
          try download(source, copy, place)
        }
      } catch {
        try? Directory.removeTree(place)
        throw error
      }
    }
    let tree = try SourceTree(place, keepsOwners: false)
    let path = isRepository ? GitSource(source).folder : try RemoteSource.fileName(source)
    return RemoteFiles(
      tree: tree, selections: try tree.select(path, excluding: copy.excludes, keepsParents: false))
  }

  private func download(_ url: String, _ copy: CopyInstruction, _ place: String) throws {
    let path = try "\(place)/\(RemoteSource.fileName(url))"
    let curl = try program("curl", for: url)
    // --remote-time: the file is as old as the server says.
    let outcome = try curl.run([
      "--fail", "--silent", "--show-error", "--location", "--proto", "=http,https", "--retry", "2",
      "--remote-time", "--output", path, "--", url,
    ])
    guard outcome.succeeded, File.exists(path) else {
      throw failed(url, outcome.output)
    }
    try check(chmod(path, 0o600), "chmod", path)
    guard let wanted = copy.checksum else { return }
    let file = try FileDescriptor.open(path, O_RDONLY)
    let found = try HashingSource(FileSource(file.number, name: path)).finish()
    guard "\(found)" == wanted else { throw mismatch(wanted, "\(found)") }
  }

  private func clone(_ url: String, _ copy: CopyInstruction, _ place: String) throws {
    let source = GitSource(url)
    let git = try program("git", for: url)
    func run(_ words: [String]) throws -> String {
      let outcome = try git.run(["-C", place] + words)
      guard outcome.succeeded else { throw failed(url, outcome.output) }
      return outcome.output
    }
    _ = try run(["init", "--quiet"])
    _ = try run(["fetch", "--quiet", "--depth", "1", "--", source.address, source.reference])
    _ = try run(["-c", "advice.detachedHead=false", "checkout", "--quiet", "FETCH_HEAD"])
    _ = try run(["submodule", "--quiet", "update", "--init", "--recursive", "--depth", "1"])
    if let wanted = copy.checksum {
      let found = String(try run(["rev-parse", "HEAD"]).filter { !$0.isWhitespace })
      guard !wanted.isEmpty, found.hasPrefix(wanted) else { throw mismatch(wanted, found) }
    }
    if copy.keepsGitDirectory != true { try Directory.removeTree(place + "/.git") }
  }

  private func program(_ name: String, for url: String) throws -> HostProgram {
    if let program = HostProgram(name) { return program }
    throw DockerfileError(
      Text("ADD \(url): there is no \(name)", ko: "ADD \(url): \(name)이(가) 없습니다"),
      hint: Text("install \(name)", ko: "\(name)을(를) 설치하세요"), isSyntax: false)
  }

  private func failed(_ url: String, _ output: String) -> DockerfileError {
    let last = output.split(separator: "\n").last.map(String.init) ?? ""
    return DockerfileError(
      Text("failed to load \(url): \(last)", ko: "\(url)을(를) 가져오지 못했습니다: \(last)"),
      isSyntax: false)
  }

  private func mismatch(_ wanted: String, _ found: String) -> DockerfileError {
    DockerfileError(
      Text("digest mismatch \(found): \(wanted)", ko: "체크섬이 다릅니다: \(found), 기대한 값 \(wanted)"),
      isSyntax: false)
  }
}

/// `ADDRESS[#REFERENCE[:FOLDER]]`.
private struct GitSource {
  let address: String
  let reference: String
  let folder: String

  init(_ source: String) {
    let parts = source.split(separator: "#", maxSplits: 1).map(String.init)
    address = parts[0]
    let fragment = (parts.count > 1 ? parts[1] : "")
      .split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    reference = fragment.first.flatMap { $0.isEmpty ? nil : $0 } ?? "HEAD"
    folder = fragment.count > 1 && !fragment[1].isEmpty ? fragment[1] : "."
  }
}
