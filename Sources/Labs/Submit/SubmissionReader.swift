// Reading what a student, or somebody who means harm, has sent. As with bundles, everything is read and
// compared before it is used: one manifest in front, members by plain names that the manifest lists, no
// links, nothing twice, nothing larger than it may be. Nothing of it is ever unpacked by its own names:
// contents are known by their digests.
//
// What is broken is an error with an id. What is only odd (a seal that does not fit) is read all the
// same; Integrity.swift tells of it.

import Documents
import Engine
import Glibc
import Images
import Linux
import Support

/// Reads submissions.
package enum SubmissionReader {
  package static let sizeLimit: Int64 = 64 << 20
  static let entryLimit = 50_000
  static let fileLimit = 2000
  private static let textLimit = 48 << 20

  /// The submission in the file `path`.
  package static func read(_ path: String) throws -> Submission {
    // A pipe or a device that somebody put among the submissions must not hold up the others.
    let file = try FileDescriptor.open(path, O_RDONLY | O_NONBLOCK)
    var info = stat()
    try check(fstat(file.number, &info), "stat", path)
    guard info.st_mode & S_IFMT == S_IFREG else {
      throw refusal(path, "not-a-file", Text("it is not a file", ko: "파일이 아닙니다"))
    }
    guard Int64(info.st_size) <= sizeLimit else {
      throw refusal(
        path, "too-large",
        Text("larger than \(sizeLimit >> 20) MiB", ko: "\(sizeLimit >> 20) MiB보다 큽니다"))
    }
    return try read(try readAll(file.number, limit: Int(sizeLimit) + 1), path)
  }

  static func read(_ bytes: [UInt8], _ path: String) throws -> Submission {
    var members: [String: [UInt8]] = [:]
    let reader = TarReader(MemorySource(bytes), archive: path)
    do {
      while let entry = try reader.next() {
        guard entry.kind == .file else {
          throw refusal(
            path, "not-a-file",
            Text(
              "`\(entry.name.oneLine)` is not a file", ko: "`\(entry.name.oneLine)`은(는) 파일이 아닙니다"))
        }
        guard isPlain(entry.name) else {
          throw refusal(
            path, "odd-name",
            Text(
              "a member is called `\(entry.name.oneLine)`",
              ko: "`\(entry.name.oneLine)`이라는 항목이 있습니다"))
        }
        guard members[entry.name] == nil, members.count < fileLimit + 3 else {
          throw refusal(
            path, "twice",
            Text(
              "`\(entry.name)` stands twice, or there are too many members",
              ko: "`\(entry.name)`이(가) 두 번 있거나 항목이 너무 많습니다"))
        }
        members[entry.name] = try reader.readContent(limit: textLimit)
      }
    } catch let error as DklabError where error.id.hasPrefix("archive.") {
      throw refusal(path, "not-an-archive", error.message)
    }
    return try assemble(members, path)
  }

  private static func isPlain(_ name: String) -> Bool {
    if ["manifest.json", "journal.jsonl", "state.json"].contains(name) { return true }
    return name.hasPrefix("files/") && Digest(hex: name.dropFirst(6)) != nil
  }

  private static func assemble(_ members: [String: [UInt8]], _ path: String) throws -> Submission {
    let manifest = try manifest(members["manifest.json"], path)
    var files: [String: [UInt8]] = [:]
    for (name, content) in members where name.hasPrefix("files/") {
      let digest = String(name.dropFirst(6))
      guard try LabBundle.digest(content).hex == digest else {
        throw refusal(
          path, "altered", Text("`\(name)` has been altered", ko: "`\(name)`의 내용이 바뀌었습니다"))
      }
      files[digest] = content
    }
    let state = (try? JSONValue.parse(text(members["state.json"]))) ?? .null
    return Submission(
      manifest: manifest, journal: try journal(members["journal.jsonl"], path), files: files,
      state: state)
  }

  private static func text(_ bytes: [UInt8]?) -> String {
    String(decoding: bytes ?? [], as: UTF8.self)
  }

  private static func manifest(_ bytes: [UInt8]?, _ path: String) throws -> Submission.Manifest {
    guard let bytes, bytes.count <= 4 << 20 else {
      throw refusal(path, "no-manifest", Text("it has no manifest", ko: "목록이 없습니다"))
    }
    do {
      let value = try JSONValue.parse(text(bytes))
      if let version = value["submission"]?.int, version != Submission.version {
        throw refusal(
          path, "version",
          Text("its layout has version \(version)", ko: "형식의 버전이 \(version)입니다"))
      }
      let manifest = try value.decode(as: Submission.Manifest.self)
      guard Identifier.isValid(manifest.lab), manifest.lab.utf8.count <= 64 else {
        throw refusal(path, "no-manifest", Text("it names no lab", ko: "실습 이름이 없습니다"))
      }
      return manifest
    } catch let error as DklabError where error.id.hasPrefix("submission.") {
      throw error
    } catch {
      throw refusal(
        path, "no-manifest", Text("its manifest cannot be read", ko: "목록을 읽을 수 없습니다"))
    }
  }

  private static func journal(
    _ bytes: [UInt8]?, _ path: String
  ) throws -> [Submission.SealedEntry] {
    guard let bytes else {
      throw refusal(path, "no-journal", Text("it has no journal", ko: "기록이 없습니다"))
    }
    var entries: [Submission.SealedEntry] = []
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      guard entries.count < entryLimit,
        let value = try? JSONValue.parse(String(decoding: line, as: UTF8.self)),
        let entry = Submission.SealedEntry(value)
      else {
        throw refusal(
          path, "bad-journal",
          Text(
            "line \(entries.count + 1) of its journal cannot be read",
            ko: "기록의 \(entries.count + 1)번째 줄을 읽을 수 없습니다"))
      }
      entries.append(entry)
    }
    return entries
  }

  private static func refusal(_ path: String, _ id: String, _ reason: Text) -> DklabError {
    let name = (path.split(separator: "/").last.map(String.init) ?? path).oneLine
    return DklabError(
      .invalid, id: "submission.\(id)",
      Text("\(name) is no submission: \(reason.en)", ko: "\(name)은(는) 제출물이 아닙니다: \(reason.ko)"))
  }
}
