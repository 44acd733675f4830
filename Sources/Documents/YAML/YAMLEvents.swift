import CYAML
import Support

/// The stream of events libyaml makes of a text, as Swift values.
///
/// Owns the C parser; `bytes` must outlive it.
final class YAMLEvents {
  enum Event {
    case documentStart, documentEnd, streamEnd
    case alias(String)
    case scalar(String, plain: Bool, YAMLProperties)
    case sequenceStart(YAMLProperties)
    case mappingStart(YAMLProperties)
    case collectionEnd
  }

  let file: String
  /// Where the last event began.
  private(set) var location: SourceLocation
  private let bytes: UnsafeBufferPointer<UInt8>
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let usable: Bool

  init(_ bytes: UnsafeBufferPointer<UInt8>, file: String) {
    self.bytes = bytes
    self.file = file
    location = SourceLocation(file: file, line: 1, column: 1)
    // libyaml keeps pointers to its own struct: it must not move.
    parser = .allocate(capacity: 1)
    usable = yaml_parser_initialize(parser) == 1
    if usable {
      yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
      yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
    }
  }

  deinit {
    if usable { yaml_parser_delete(parser) }
    parser.deallocate()
  }

  func next() throws -> Event {
    while true {
      var event = yaml_event_t()
      guard usable, yaml_parser_parse(parser, &event) == 1 else { throw syntaxError() }
      defer { yaml_event_delete(&event) }
      location = place(event.start_mark)
      switch event.type {
      case YAML_DOCUMENT_START_EVENT: return .documentStart
      case YAML_DOCUMENT_END_EVENT: return .documentEnd
      case YAML_STREAM_END_EVENT, YAML_NO_EVENT: return .streamEnd
      case YAML_ALIAS_EVENT: return .alias(text(event.data.alias.anchor) ?? "")
      case YAML_SEQUENCE_START_EVENT:
        let data = event.data.sequence_start
        return .sequenceStart(YAMLProperties(anchor: text(data.anchor), tag: text(data.tag)))
      case YAML_MAPPING_START_EVENT:
        let data = event.data.mapping_start
        return .mappingStart(YAMLProperties(anchor: text(data.anchor), tag: text(data.tag)))
      case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return .collectionEnd
      case YAML_SCALAR_EVENT:
        let data = event.data.scalar
        let value = String(
          decoding: UnsafeBufferPointer(start: data.value, count: data.length), as: UTF8.self)
        return .scalar(
          value, plain: data.style == YAML_PLAIN_SCALAR_STYLE,
          YAMLProperties(anchor: text(data.anchor), tag: text(data.tag)))
      default: continue
      }
    }
  }

  private func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    pointer.map { String(cString: $0) }
  }

  private func place(_ mark: yaml_mark_t) -> SourceLocation {
    SourceLocation(file: file, line: Int(mark.line) + 1, column: Int(mark.column) + 1)
  }

  /// The first tab among the blanks that the line of `place` begins with.
  private func tab(before place: SourceLocation) -> SourceLocation? {
    let lines = bytes.split(
      separator: 0x0A, maxSplits: place.line, omittingEmptySubsequences: false)
    guard place.line > 0, lines.count >= place.line else { return nil }
    let blanks = lines[place.line - 1].prefix { $0 == 0x20 || $0 == 0x09 }
    return blanks.firstIndex(of: 0x09).map { index in
      SourceLocation(file: file, line: place.line, column: index - blanks.startIndex + 1)
    }
  }

  private func syntaxError() -> DklabError {
    let state = parser.pointee
    let problem = state.problem.map { String(cString: $0) } ?? "out of memory"
    let context = state.context.map { String(cString: $0) }
    var place = place(state.problem_mark)
    if state.error == YAML_READER_ERROR {
      let before = bytes.prefix(state.problem_offset)
      place.line = before.count { $0 == 0x0A } + 1
      place.column = before.reversed().prefix { $0 != 0x0A }.count { $0 & 0xC0 != 0x80 } + 1
    }
    // A tab in front of a line is never meant; what libyaml makes of it shows only later.
    if let tab = tab(before: place) ?? tab(before: self.place(state.context_mark)) {
      return YAMLProblem.error(problem: "tab character", context: nil, at: tab, start: tab)
    }
    return YAMLProblem.error(
      problem: problem, context: context, at: place, start: self.place(state.context_mark))
  }
}

/// What may stand before a node.
struct YAMLProperties {
  var anchor: String?
  var tag: String?
}
