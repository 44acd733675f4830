import Support

extension JSONValue {
  /// Reads one JSON document (RFC 8259, strictly: no comments, no trailing commas, no NaN).
  ///
  /// A repeated key keeps its last value, and bytes that are not UTF-8 become U+FFFD, both as Go
  /// reads them. Never crashes: nesting deeper than `depthLimit` is an error. Errors carry `file`,
  /// line and column.
  package static func parse(
    _ text: String, file: String = "", depthLimit: Int = 512
  ) throws -> JSONValue {
    var copy = text
    return try copy.withUTF8 { bytes in
      try parse(buffer: bytes, file: file, depthLimit: depthLimit)
    }
  }

  /// The same for bytes as read from a file or a socket.
  package static func parse(
    _ bytes: some Sequence<UInt8>, file: String = "", depthLimit: Int = 512
  ) throws -> JSONValue {
    let contiguous = try bytes.withContiguousStorageIfAvailable { buffer in
      try parse(buffer: buffer, file: file, depthLimit: depthLimit)
    }
    if let contiguous { return contiguous }
    return try Array(bytes).withUnsafeBufferPointer { buffer in
      try parse(buffer: buffer, file: file, depthLimit: depthLimit)
    }
  }

  /// The same, and which keys are there twice: by their paths, such as `spec.containers[0].name`.
  package static func parse(
    _ bytes: [UInt8], depthLimit: Int = 512, duplicates: inout [String]
  ) throws -> JSONValue {
    try bytes.withUnsafeBufferPointer { buffer in
      var parser = JSONParser(input: buffer, file: "", depthLimit: depthLimit)
      parser.path = []
      let value = try parser.document()
      duplicates = parser.duplicates
      return value
    }
  }

  private static func parse(
    buffer: UnsafeBufferPointer<UInt8>, file: String, depthLimit: Int
  ) throws -> JSONValue {
    var parser = JSONParser(input: buffer, file: file, depthLimit: depthLimit)
    return try parser.document()
  }
}

/// A recursive-descent parser over bytes. `position` is the next unread byte.
struct JSONParser {
  let input: UnsafeBufferPointer<UInt8>
  let file: String
  let depthLimit: Int
  var position = 0
  var depth = 0
  /// Where the reading is, when somebody wants to know of keys that are there twice.
  var path: [PathStep]?
  var duplicates: [String] = []

  enum PathStep {
    case key(String)
    case index(Int)
  }

  init(input: UnsafeBufferPointer<UInt8>, file: String, depthLimit: Int) {
    self.input = input
    self.file = file
    self.depthLimit = depthLimit
  }

  mutating func document() throws -> JSONValue {
    let result = try value()
    skipSpace()
    guard position == input.count else {
      throw problem("unexpected \(found) after the document", "문서 뒤에 예기치 않은 \(found)")
    }
    return result
  }

  mutating func value() throws -> JSONValue {
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return try nested { parser in try parser.members() }
    case UInt8(ascii: "["): return try nested { parser in try parser.elements() }
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case UInt8(ascii: "t") where take("true"): return .bool(true)
    case UInt8(ascii: "f") where take("false"): return .bool(false)
    case UInt8(ascii: "n") where take("null"): return .null
    default: throw problem("expected a value, found \(found)", "값이 와야 할 곳에 \(found)")
    }
  }

  private mutating func nested(
    _ body: (inout JSONParser) throws -> JSONValue
  ) throws -> JSONValue {
    depth += 1
    guard depth <= depthLimit else {
      throw problem(
        "nested deeper than \(depthLimit) levels", "중첩이 \(depthLimit)단계보다 깊습니다")
    }
    position += 1
    let result = try body(&self)
    depth -= 1
    return result
  }

  private mutating func members() throws -> JSONValue {
    var members = JSONObject()
    skipSpace()
    if take("}") { return .object(members) }
    while true {
      skipSpace()
      guard next == UInt8(ascii: "\"") else {
        throw problem(
          "expected a key in double quotes, found \(found)", "큰따옴표로 싼 키가 와야 할 곳에 \(found)")
      }
      let key = try string()
      skipSpace()
      guard take(":") else {
        throw problem("expected `:` after a key, found \(found)", "키 뒤에 `:`이 와야 할 곳에 \(found)")
      }
      path?.append(.key(key))
      if path != nil, members[key] != nil { noteDuplicate() }
      members[key] = try value()
      path?.removeLast()
      skipSpace()
      if take("}") { return .object(members) }
      guard take(",") else {
        throw problem("expected `,` or `}`, found \(found)", "`,`나 `}`가 와야 할 곳에 \(found)")
      }
    }
  }

  private mutating func noteDuplicate() {
    var text = ""
    for step in path ?? [] {
      switch step {
      case .key(let key): text += text.isEmpty ? key : "." + key
      case .index(let index): text += "[\(index)]"
      }
    }
    if !duplicates.contains(text) { duplicates.append(text) }
  }

  private mutating func elements() throws -> JSONValue {
    var elements: [JSONValue] = []
    skipSpace()
    if take("]") { return .array(elements) }
    while true {
      path?.append(.index(elements.count))
      elements.append(try value())
      path?.removeLast()
      skipSpace()
      if take("]") { return .array(elements) }
      guard take(",") else {
        throw problem("expected `,` or `]`, found \(found)", "`,`나 `]`가 와야 할 곳에 \(found)")
      }
    }
  }

  /// The next byte, 0 at the end (a literal NUL is no token either).
  var next: UInt8 { position < input.count ? input[position] : 0 }

  mutating func skipSpace() {
    while position < input.count {
      switch input[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }

  mutating func take(_ token: StaticString) -> Bool {
    let length = token.utf8CodeUnitCount
    guard position + length <= input.count else { return false }
    for offset in 0..<length where input[position + offset] != token.utf8Start[offset] {
      return false
    }
    position += length
    return true
  }
}

extension JSONParser {
  /// The next character as an error message names it.
  var found: String {
    guard position < input.count else { return "end of input" }
    let rest = UnsafeBufferPointer(rebasing: input[position..<min(position + 4, input.count)])
    let character = String(decoding: rest, as: UTF8.self).unicodeScalars.first ?? " "
    return character.value < 0x20 ? "a control character" : "`\(character)`"
  }

  /// An error at the current position.
  func problem(_ english: String, _ korean: String) -> DklabError {
    var line = 1
    var column = 1
    for byte in input[0..<min(position, input.count)] {
      if byte == 0x0A {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
    }
    return DklabError(
      .invalid, id: "json.syntax", Text(english, ko: korean),
      at: SourceLocation(file: file.isEmpty ? "json" : file, line: line, column: column))
  }
}
