import Glibc
import Linux
import Support

/// Which files are submissions.
package enum SubmissionFiles {
  private static let depthLimit = 4
  private static let countLimit = 20_000

  /// What was found.
  package struct Found: Sendable {
    package var submissions: [String] = []
    /// Files in folders that are none.
    package var others: [String] = []
  }

  /// The files named by `paths`, and the submissions in folders, sorted in each: by their ending, or
  /// because they begin as one does, for platforms and browsers rename what is handed in. Links below
  /// folders are not followed: students may have made them.
  ///
  /// - Throws: `grade.nothing` when there is none.
  package static func look(_ paths: [String]) throws -> Found {
    var found = Found()
    for path in paths {
      var info = stat()
      guard stat(path, &info) == 0 else { throw SyscallError("open", path) }
      guard info.st_mode & S_IFMT == S_IFDIR else {
        found.submissions.append(LabCatalog.absolute(path))
        continue
      }
      below(LabCatalog.absolute(path), 0, &found)
    }
    guard !found.submissions.isEmpty else {
      let list = paths.joined(separator: ", ")
      let others = names(found.others)
      throw DklabError(
        .notFound, id: "grade.nothing",
        others.isEmpty
          ? Text("no submissions in \(list)", ko: "\(list)에 제출물이 없습니다")
          : Text(
            "no submissions in \(list), only \(others)",
            ko: "\(list)에 제출물이 없고 다음 파일만 있습니다: \(others)"),
        hint: Text(
          "`dklab lab submit` makes them, and they end in \(Submission.ending); archives of a platform "
            + "have to be unpacked first",
          ko: "제출물은 `dklab lab submit`으로 만들고 이름이 \(Submission.ending)(으)로 끝납니다. "
            + "학습 플랫폼에서 받은 압축 파일은 먼저 풀어야 합니다"))
    }
    var seen: Set<String> = []
    found.submissions = found.submissions.filter { seen.insert($0).inserted }
    return found
  }

  /// The submissions alone.
  package static func find(_ paths: [String]) throws -> [String] { try look(paths).submissions }

  /// Those in one folder; none is fine.
  static func all(in folder: String) throws -> [String] {
    var found = Found()
    below(LabCatalog.absolute(folder), 0, &found)
    return found.submissions
  }

  /// What to say of files that were left out; nil when there are none.
  package static func remark(of others: [String]) -> Text? {
    guard !others.isEmpty else { return nil }
    let list = names(others)
    return Text(
      "\(others.count) other files are no submissions and were left out: \(list)",
      ko: "제출물이 아니어서 뺀 파일 \(others.count)개: \(list)")
  }

  private static func names(_ files: [String]) -> String {
    let names = files.prefix(5).map {
      ($0.split(separator: "/").last.map(String.init) ?? $0).oneLine
    }
    return names.joined(separator: ", ") + (files.count > names.count ? " …" : "")
  }

  private static func below(_ folder: String, _ depth: Int, _ found: inout Found) {
    for name in ((try? Directory.list(folder)) ?? []).sorted() {
      let path = "\(folder)/\(name)"
      var info = stat()
      guard found.submissions.count + found.others.count < countLimit, lstat(path, &info) == 0
      else { continue }
      switch info.st_mode & S_IFMT {
      case S_IFDIR where depth < depthLimit: below(path, depth + 1, &found)
      case S_IFREG where name.hasSuffix(Submission.ending) || isSubmission(path):
        found.submissions.append(path)
      case S_IFREG where !name.hasPrefix("."): found.others.append(path)
      default: break
      }
    }
  }

  /// Whether a regular file begins as a submission does: a tar archive (pax(1), "ustar Interchange Format")
  /// whose first member is the manifest. A bundle of labs does so, too, and has an ending of its own.
  private static func isSubmission(_ path: String) -> Bool {
    guard !path.hasSuffix(LabBundle.ending), let file = try? FileDescriptor.open(path, O_RDONLY)
    else { return false }
    var head = [UInt8](repeating: 0, count: 512)
    guard read(file.number, &head, head.count) == head.count else { return false }
    let name = Array("manifest.json".utf8) + [0]
    return head.starts(with: name) && head[257...].starts(with: Array("ustar".utf8))
  }
}
