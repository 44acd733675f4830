import Documents
import Support

/// `file.sha256: {path: n.tar, is: 3a7bd3…}`: the checksum of a file's bytes.
struct FileDigest: ValueCheck {
  static let type = "file.sha256"
  let path: String
  let comparison: Comparison

  init(_ fields: inout Fields) {
    path = fields.subjectString("path")
    comparison = Comparison.required(&fields)
  }

  var sentence: Text {
    Text(
      "the SHA-256 checksum of `\(path)` is \(comparison.text.en)",
      ko: "`\(path)`의 SHA-256 체크섬은 \(comparison.text.ko)입니다")
  }

  var probes: [Probe] { [.fileDigest(path), .folder] }
  var look: String { "sha256sum \(path)" }

  func read(_ snapshot: Snapshot) -> Reading {
    switch snapshot.result(.fileDigest(path)) {
    case .text(let digest): .value(.string(digest))
    case .failed(let reason): .error(reason)
    default: StudentFile.missing(path, snapshot)
    }
  }

  func causes(of value: JSONValue, _ snapshot: Snapshot) -> [Cause] {
    [
      Cause(
        "value.differs", "a single other byte gives another checksum", ko: "바이트 하나만 달라도 체크섬이 달라집니다")
    ]
  }
}

/// `file.mode: {path: run.sh, is: 755}`: the permission bits, in octal.
struct FileMode: ValueCheck {
  static let type = "file.mode"
  let path: String
  let comparison: Comparison

  init(_ fields: inout Fields) {
    path = fields.subjectString("path")
    comparison = Comparison.required(&fields)
  }

  var sentence: Text {
    Text(
      "the mode of `\(path)` is \(comparison.text.en)",
      ko: "`\(path)`의 권한은 \(comparison.text.ko)입니다")
  }

  var probes: [Probe] { [.file(path), .folder] }
  var look: String { "stat -c %a \(path)" }

  func read(_ snapshot: Snapshot) -> Reading {
    switch snapshot.result(.file(path)) {
    case .file(_, let mode, _): .value(.string(String(mode, radix: 8)))
    case .failed(let reason): .error(reason)
    default: StudentFile.missing(path, snapshot)
    }
  }

  func causes(of value: JSONValue, _ snapshot: Snapshot) -> [Cause] {
    [
      Cause(
        "value.differs", "three digits: owner, group, others; `chmod` sets them",
        ko: "세 자리는 차례로 소유자, 그룹, 나머지입니다. `chmod`로 정합니다")
    ]
  }
}
