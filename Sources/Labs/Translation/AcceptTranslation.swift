import Support

/// Writes the hashes of the English texts into the front matter of a translation: the author's word
/// that the Korean says the same.
package enum AcceptTranslation {
  /// The translation's text with `hashes:` renewed; everything else stays as it is.
  package static func accepted(_ text: String, for lab: Lab, file: String) throws -> String {
    let isWindows = text.unicodeScalars.contains("\r")
    let text = SourceText.plain(text)
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard FrontMatter(text) != nil,
      var end = lines.dropFirst().firstIndex(where: { $0.trimmed == "---" })
    else { throw FrontMatter.missing(file).error }
    if let start = lines[..<end].firstIndex(where: { $0.hasPrefix("hashes:") }) {
      var after = start + 1
      while after < end, lines[after].hasPrefix(" ") || lines[after].isEmpty { after += 1 }
      lines.removeSubrange(start..<after)
      end -= after - start
    }
    let entries = TranslatableTexts.hashes(of: lab).map { "  \(quoted($0.id)): \"\($0.hash)\"" }
    lines.insert(contentsOf: ["hashes:"] + entries, at: end)
    return lines.joined(separator: isWindows ? "\r\n" : "\n")
  }

  /// A key with a colon in it needs quotes in YAML.
  private static func quoted(_ key: String) -> String {
    key.contains(":") ? "\"\(key)\"" : key
  }
}
