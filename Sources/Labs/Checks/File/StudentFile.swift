import Documents
import Support

/// `file.exists: notes.txt`, in the student's folder.
struct FileExists: CheckType {
  static let type = "file.exists"
  static let shorthand: String? = "path"
  let path: String

  init(_ fields: inout Fields) { path = fields.subjectString("path") }

  var sentence: Text { Text("there is a file `\(path)`", ko: "`\(path)` 파일이 있습니다") }
  var probes: [Probe] { [.file(path), .folder] }

  func judge(_ snapshot: Snapshot) -> Finding {
    switch snapshot.result(.file(path)) {
    case .file: return .pass(found: Text("there", ko: "있음"))
    case .failed(let reason): return .error(reason)
    default: return StudentFile.missing(path, expected: sentence, snapshot)
    }
  }
}

/// `file.absent: notes.txt`
struct FileAbsent: CheckType {
  static let type = "file.absent"
  static let shorthand: String? = "path"
  let path: String

  init(_ fields: inout Fields) { path = fields.subjectString("path") }

  var sentence: Text { Text("there is no file `\(path)`", ko: "`\(path)` 파일이 없습니다") }
  var probes: [Probe] { [.file(path), .folder] }

  func judge(_ snapshot: Snapshot) -> Finding {
    switch snapshot.result(.file(path)) {
    case .failed(let reason): return .error(reason)
    case .file:
      return .fail(
        Failure(
          expected: sentence, found: Text("it is there", ko: "파일이 있음"),
          causes: [Cause("value.differs", "nothing has deleted it", ko: "아직 지우지 않았습니다")],
          look: "ls -l \(path)"))
    default: return .pass(found: Text("none", ko: "없음"))
    }
  }
}

/// `file.text: {path: notes.txt, contains: hello}`; or what is there now,
/// `{path: parent.txt, equals: {proc.parent: keeper}}`.
struct FileText: CheckType {
  static let type = "file.text"
  let path: String
  let comparison: Comparison?
  let live: LiveValue?

  init(_ fields: inout Fields) {
    path = fields.subjectString("path")
    live = fields.node("equals").flatMap { LiveValue($0, &fields) }
    comparison = fields.has("equals") ? Comparison(&fields) : Comparison.required(&fields)
  }

  var sentence: Text {
    guard let comparison else {
      return Text("`\(path)` holds what the kit reads itself", ko: "`\(path)`의 내용이 실제 값과 같습니다")
    }
    return Text(
      "`\(path)` holds \(comparison.text.en)", ko: "`\(path)`의 내용은 \(comparison.text.ko)입니다")
  }

  var probes: [Probe] { [.file(path), .folder] + (live?.probes ?? []) }

  func judge(_ snapshot: Snapshot) -> Finding {
    switch snapshot.result(.file(path)) {
    case .failed(let reason): return .error(reason)
    case .file(let text, _, _):
      if let comparison {
        return StudentFile.compare(.string(text), comparison, path, expected: sentence)
      }
      return compare(text, snapshot)
    default: return StudentFile.missing(path, expected: sentence, snapshot)
    }
  }

  private func compare(_ text: String, _ snapshot: Snapshot) -> Finding {
    let found = Text(JSONValue.string(text).quoted, ko: JSONValue.string(text).quoted)
    func fail(_ causes: [Cause]) -> Finding {
      .fail(Failure(expected: sentence, found: found, causes: causes, look: "cat \(path)"))
    }
    switch live?.read(snapshot) {
    case .error(let reason): return .error(reason)
    case .missing(let causes): return fail(causes)
    case .value(let value):
      if live?.matches(text.trimmed, value) == true { return .pass(found: found) }
      return fail(MistakenAnswer.causes(text.trimmed, live: live, value: value, in: snapshot))
    case nil: return .error(Text("nothing to compare with", ko: "비교할 값이 없습니다"))
    }
  }
}

/// What checks of the student's own files have in common.
enum StudentFile {
  static func missing(_ path: String, _ snapshot: Snapshot) -> Reading {
    .missing(
      found: Text("no file `\(path)`", ko: "`\(path)` 파일이 없음"),
      causes: [absence(path, snapshot)])
  }

  private static func absence(_ path: String, _ snapshot: Snapshot) -> Cause {
    if case .lines(let names) = snapshot.probes[.folder],
      let near = Suggestion.nearest(to: path, in: names)
    {
      return Cause("file.similar-name", "there is one named `\(near)`", ko: "`\(near)` 파일은 있습니다")
    }
    return Cause(
      "file.missing", "the file belongs into the lab's own folder, `$DKLAB_FOLDER`",
      ko: "파일은 실습 폴더 `$DKLAB_FOLDER`에 있어야 합니다")
  }

  static func missing(_ path: String, expected: Text, _ snapshot: Snapshot) -> Finding {
    .fail(
      Failure(
        expected: expected, found: Text("no file `\(path)`", ko: "`\(path)` 파일이 없음"),
        causes: [absence(path, snapshot)], look: "ls -l"))
  }

  static func compare(
    _ value: JSONValue, _ comparison: Comparison, _ path: String, expected: Text
  ) -> Finding {
    let found = Text(value.quoted, ko: value.quoted)
    if comparison.holds(for: value) { return .pass(found: found) }
    return .fail(
      Failure(
        expected: expected, found: found,
        causes: [
          value.plain.trimmed.isEmpty
            ? Cause("file.empty", "the file is there and empty", ko: "파일은 있지만 비어 있습니다")
            : Cause(
              "value.differs", "the file is there, with other content", ko: "파일은 있지만 내용이 다릅니다")
        ], look: "cat \(path)"))
  }
}
