import Documents

/// A list of operations on a document (RFC 6902) with paths of RFC 6901.
package enum JSONPatch {
  private static let limit = 10_000

  /// The document after all operations of `patch`; none of them when one fails.
  package static func apply(_ patch: JSONValue, to document: JSONValue) throws(APIError)
    -> JSONValue
  {
    guard let operations = patch.array else {
      throw .badRequest(
        "error decoding patch: json: cannot unmarshal \(patch.kindName) into Go "
          + "value of type jsonpatch.Patch")
    }
    guard operations.count <= limit else {
      throw APIError(
        413, "RequestEntityTooLarge",
        "The allowed maximum operations in a JSON patch is \(limit), got \(operations.count)")
    }
    var document = document
    for operation in operations { document = try perform(operation, on: document) }
    return document
  }

  private static func failure(_ why: String) -> APIError {
    APIError(
      422, "Invalid", "the server rejected our request due to an error in our request: \(why)")
  }

  private static func perform(_ operation: JSONValue, on document: JSONValue) throws(APIError)
    -> JSONValue
  {
    guard let path = operation["path"]?.string else {
      throw failure("an operation without a path")
    }
    let tokens = try pointer(path)
    let name = operation.text("op")
    func argument() throws(APIError) -> JSONValue {
      guard let value = operation["value"] else {
        throw failure("\(name) operation on \(path) without a value")
      }
      return value
    }
    switch name {
    case "add": return try change(document, tokens[...], path, .add(try argument()))
    case "remove": return try change(document, tokens[...], path, .remove)
    case "replace": return try change(document, tokens[...], path, .replace(try argument()))
    case "test":
      // A member that is not there tests equal to null.
      let found = read(document, tokens) ?? .null
      guard found == operation["value"] ?? .null else {
        throw failure("testing path \(path): test failed")
      }
      return document
    case "move", "copy":
      let from = operation.text("from")
      let source = try pointer(from)
      guard let value = read(document, source) else {
        throw failure("\(name) operation does not apply: doc is missing from path: \(from)")
      }
      guard name == "copy" || !(tokens.count > source.count && tokens.starts(with: source)) else {
        throw failure("a value cannot be moved into itself: \(from)")
      }
      let rest = name == "move" ? try change(document, source[...], from, .remove) : document
      return try change(rest, tokens[...], path, .add(value))
    default: throw failure("unexpected kind: \(name)")
    }
  }

  /// The parts of a pointer, `~1` and `~0` resolved.
  private static func pointer(_ text: String) throws(APIError) -> [String] {
    if text.isEmpty { return [] }
    guard text.hasPrefix("/") else { throw failure("a path must begin with `/`: \(text)") }
    return text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map {
      String($0).replacing("~1", with: "/").replacing("~0", with: "~")
    }
  }

  private static func read(_ document: JSONValue, _ tokens: [String]) -> JSONValue? {
    var value: JSONValue? = document
    for token in tokens {
      switch value {
      case .array(let elements):
        guard let index = index(token), index < elements.count else { return nil }
        value = elements[index]
      default: value = value?[token]
      }
    }
    return value
  }

  private static func index(_ token: String) -> Int? {
    guard token == "0" || token.first != "0", token.allSatisfy(\.isNumber) else { return nil }
    return Int(token)
  }

  private enum Change {
    case add(JSONValue), remove, replace(JSONValue)

    var name: String {
      switch self {
      case .add: "add"
      case .remove: "remove"
      case .replace: "replace"
      }
    }
  }

  private static func change(
    _ document: JSONValue, _ tokens: ArraySlice<String>, _ path: String, _ change: Change
  ) throws(APIError) -> JSONValue {
    guard let token = tokens.first else {
      switch change {
      case .add(let value), .replace(let value): return value
      case .remove: return .null
      }
    }
    let isLast = tokens.count == 1
    switch document {
    case .object(var members):
      if isLast {
        switch change {
        case .add(let value): members[token] = value
        case .replace(let value):
          guard members[token] != nil else { throw missing(change, path) }
          members[token] = value
        case .remove:
          guard members[token] != nil else { throw missing(change, path) }
          members[token] = nil
        }
      } else {
        guard let child = members[token] else { throw missing(change, path) }
        members[token] = try self.change(child, tokens.dropFirst(), path, change)
      }
      return .object(members)
    case .array(var elements):
      if isLast, case .add(let value) = change {
        let place = token == "-" ? elements.count : index(token)
        guard let place, place <= elements.count else { throw missing(change, path) }
        elements.insert(value, at: place)
        return .array(elements)
      }
      guard let place = index(token), place < elements.count else { throw missing(change, path) }
      switch change {
      case .remove where isLast: elements.remove(at: place)
      case .replace(let value) where isLast: elements[place] = value
      default:
        elements[place] = try self.change(elements[place], tokens.dropFirst(), path, change)
      }
      return .array(elements)
    default: throw missing(change, path)
    }
  }

  private static func missing(_ change: Change, _ path: String) -> APIError {
    failure("\(change.name) operation does not apply: doc is missing path: \(path): missing value")
  }
}
