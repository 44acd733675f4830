import Support

/// What a reader of YAML accepts. Documents come from strangers, so every dimension has a limit.
package struct YAMLOptions: Sendable {
  /// Whether `<<` copies the members of other mappings (compose files do; manifests do not).
  package var mergeKeys = false
  /// How deep collections may nest.
  package var depthLimit = 200
  /// How large the text may be, in bytes.
  package var sizeLimit = 16 << 20
  /// How many nodes the document may have once its aliases are replaced.
  package var nodeLimit = 1_000_000

  package init(mergeKeys: Bool = false) {
    self.mergeKeys = mergeKeys
  }
}

/// Reads YAML through libyaml into trees that know their places.
///
/// No input crashes it. Every error is a DklabError with file, line and column. A repeated key is
/// an error that gives both places; a key that is not a scalar is an error.
package enum YAMLDocument {
  /// The one document of `text`; an empty text is a null scalar. A second document is an error.
  package static func parse(
    _ text: String, file: String, options: YAMLOptions = YAMLOptions()
  ) throws -> YAMLNode {
    let documents = try parseAll(text, file: file, options: options)
    if documents.count > 1 {
      throw documents[1].error(
        "yaml.documents",
        Text("a second document where one is expected", ko: "문서 하나만 올 수 있는데 두 번째 문서가 있습니다"),
        hint: Text("remove the line `---` before it", ko: "그 앞의 `---` 줄을 지우세요"))
    }
    return documents.first
      ?? YAMLNode(
        .scalar("", plain: true), at: SourceLocation(file: file, line: 1, column: 1))
  }

  /// All documents of `text`, in order.
  package static func parseAll(
    _ text: String, file: String, options: YAMLOptions = YAMLOptions()
  ) throws -> [YAMLNode] {
    guard text.utf8.count <= options.sizeLimit else {
      throw DklabError(
        .invalid, id: "yaml.size",
        Text(
          "larger than the limit of \(options.sizeLimit) bytes",
          ko: "크기 제한 \(options.sizeLimit)바이트를 넘습니다"),
        at: SourceLocation(file: file))
    }
    var copy = text
    return try copy.withUTF8 { bytes in
      let events = YAMLEvents(bytes, file: file)
      var composer = YAMLComposer(events: events, options: options)
      return try composer.documents()
    }
  }
}
