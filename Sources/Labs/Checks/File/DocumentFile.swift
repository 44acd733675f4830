import Documents
import Support

/// What `file.json` and `file.yaml` have in common: a value at a place of a parsed document.
protocol DocumentFile: CheckType {
  var path: String { get }
  var place: ValuePath { get }
  var comparison: Comparison { get }
  func parse(_ text: String) throws -> JSONValue
}

extension DocumentFile {
  var sentence: Text {
    Text(
      "`\(place.source)` in `\(path)` is \(comparison.text.en)",
      ko: "`\(path)`의 `\(place.source)`은(는) \(comparison.text.ko)입니다")
  }

  var probes: [Probe] { [.file(path), .folder] }

  func judge(_ snapshot: Snapshot) -> Finding {
    switch snapshot.result(.file(path)) {
    case .failed(let reason): return .error(reason)
    case .file(let text, _, _):
      do {
        let value = place.value(in: try parse(text)) ?? .null
        return StudentFile.compare(value, comparison, path, expected: sentence)
      } catch {
        return .fail(
          Failure(
            expected: sentence, found: Text("it does not parse", ko: "해석할 수 없음"),
            causes: [Cause("value.differs", "\(error)", ko: "\(error)")], look: "cat \(path)"))
      }
    default: return StudentFile.missing(path, expected: sentence, snapshot)
    }
  }
}

/// `file.json: {path: version.json, at: ApiVersion, matches: ^1}`
struct FileJSON: DocumentFile {
  static let type = "file.json"
  let path: String
  let place: ValuePath
  let comparison: Comparison

  init(_ fields: inout Fields) {
    path = fields.subjectString("path")
    place = ValuePath.required("at", &fields)
    comparison = Comparison.required(&fields)
  }

  func parse(_ text: String) throws -> JSONValue { try JSONValue.parse(text) }
}

/// `file.yaml: {path: compose.yaml, at: services.web.image, is: nginx}`
struct FileYAML: DocumentFile {
  static let type = "file.yaml"
  let path: String
  let place: ValuePath
  let comparison: Comparison

  init(_ fields: inout Fields) {
    path = fields.subjectString("path")
    place = ValuePath.required("at", &fields)
    comparison = Comparison.required(&fields)
  }

  func parse(_ text: String) throws -> JSONValue { try YAMLDocument.parse(text, file: path).json }
}
