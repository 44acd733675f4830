import Documents
import Linux
import Support

/// Reads compose files; replaced in tests by files in memory.
package struct ComposeSource: Sendable {
  /// The text of a file; an error when it cannot be read.
  package var read: @Sendable (String) throws -> String
  /// Whether a file is there.
  package var exists: @Sendable (String) -> Bool

  package init(
    read: @escaping @Sendable (String) throws -> String,
    exists: @escaping @Sendable (String) -> Bool
  ) {
    self.read = read
    self.exists = exists
  }

  /// The file system; `-` is standard input.
  package static let files = ComposeSource(
    read: { path in try text(of: path == "-" ? "/dev/stdin" : path, named: path) },
    exists: { File.exists($0) })

  /// The text of a file, which must be UTF-8: a wrong byte in a name would make a wrong name of it.
  private static func text(of path: String, named name: String) throws -> String {
    let bytes = try File.read(path)
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let line = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
    let good = (0...lines[line].count).reversed().lazy.compactMap { count in
      String(validating: lines[line].prefix(count), as: UTF8.self)
    }.first
    throw DklabError(
      .invalid, id: "compose.encoding",
      Text("the file is not UTF-8 here", ko: "파일의 이 자리가 UTF-8이 아닙니다"),
      hint: Text(
        "save it as UTF-8, for example with `iconv -f CP949 -t UTF-8`",
        ko: "UTF-8로 저장하세요. 예: `iconv -f CP949 -t UTF-8`"),
      at: SourceLocation(file: name, line: line + 1, column: (good?.count ?? 0) + 1))
  }

  /// The one mapping of a file.
  func document(_ path: String) throws -> YAMLNode {
    let text = try read(path)
    let node = try YAMLDocument.parse(text, file: path, options: YAMLOptions(mergeKeys: true))
    if node.isNull {
      throw DklabError(
        .invalid, id: "compose.empty", Text("empty compose file", ko: "빈 compose 파일입니다"),
        at: SourceLocation(file: path))
    }
    guard node.mapping != nil else {
      throw node.error(
        "compose.top",
        Text(
          "the top level must be a mapping: services, networks, volumes …",
          ko: "최상위는 services, networks, volumes 등의 매핑이어야 합니다"))
    }
    return node
  }
}
