import Glibc
import Linux
import Support

/// Which files are submissions.
package enum SubmissionFiles {
  private static let depthLimit = 4
  private static let countLimit = 20_000

  /// The files named by `paths`, and those with a submission's ending in folders, sorted in each. Links
  /// below folders are not followed: students may have made them.
  package static func find(_ paths: [String]) throws -> [String] {
    var found: [String] = []
    for path in paths {
      var info = stat()
      guard stat(path, &info) == 0 else { throw SyscallError("open", path) }
      guard info.st_mode & S_IFMT == S_IFDIR else {
        found.append(LabCatalog.absolute(path))
        continue
      }
      found += below(LabCatalog.absolute(path), 0)
    }
    guard !found.isEmpty else {
      throw DklabError(
        .notFound, id: "grade.nothing",
        Text(
          "no submissions in \(paths.joined(separator: ", "))",
          ko: "\(paths.joined(separator: ", "))에 제출물이 없습니다"),
        hint: Text(
          "they end in \(Submission.ending); other files can be named one by one",
          ko: "제출물의 이름은 \(Submission.ending)(으)로 끝납니다. 다른 파일은 하나씩 지정합니다"))
    }
    var seen: Set<String> = []
    return found.filter { seen.insert($0).inserted }
  }

  /// Those in one folder; none is fine.
  static func all(in folder: String) throws -> [String] { below(LabCatalog.absolute(folder), 0) }

  private static func below(_ folder: String, _ depth: Int) -> [String] {
    var found: [String] = []
    for name in ((try? Directory.list(folder)) ?? []).sorted() {
      let path = "\(folder)/\(name)"
      var info = stat()
      guard found.count < countLimit, lstat(path, &info) == 0 else { continue }
      switch info.st_mode & S_IFMT {
      case S_IFDIR where depth < depthLimit: found += below(path, depth + 1)
      case S_IFREG where name.hasSuffix(Submission.ending): found.append(path)
      default: break
      }
    }
    return found
  }
}
