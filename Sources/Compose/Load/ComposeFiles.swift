import Support

/// Where a project's files are: the names compose looks for, in its order.
package enum ComposeFiles {
  package static let names = [
    "compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml",
  ]
  package static let overrides = [
    "compose.override.yaml", "compose.override.yml", "docker-compose.override.yml",
    "docker-compose.override.yaml",
  ]

  /// What was found in a folder or the nearest one above it.
  package struct Found {
    /// The file, and its override when there is one; absolute.
    package var files: [String]
    /// Further files of those names, which are not read.
    package var ignored: [String]
  }

  /// Looks in `directory` and upwards.
  ///
  /// - Throws: ``DklabError`` `notFound` in compose's words.
  package static func find(from directory: String, exists: (String) -> Bool) throws -> Found {
    var folder = directory
    while true {
      let prefix = folder == "/" ? "/" : folder + "/"
      let found = names.filter { exists(prefix + $0) }
      if let first = found.first {
        let override = overrides.filter { exists(prefix + $0) }
        return Found(
          files: [prefix + first] + override.prefix(1).map { prefix + $0 },
          ignored: (found.dropFirst() + override.dropFirst()).map { prefix + $0 })
      }
      guard folder != "/", let slash = folder.lastIndex(of: "/") else { break }
      folder = slash == folder.startIndex ? "/" : String(folder[..<slash])
    }
    throw DklabError(
      .notFound, id: "compose.no-file",
      Text("no configuration file provided: not found", ko: "compose 파일을 찾을 수 없습니다"),
      hint: Text(
        "write \(names[0]) here, or name a file with -f; looked for "
          + names.joined(separator: ", "),
        ko: "여기에 \(names[0])을 만들거나 -f로 파일을 지정하세요. 찾은 이름: "
          + names.joined(separator: ", ")))
  }
}
