// Bodies are JSON objects of which each endpoint knows some members. A member that is missing or null
// is "not set"; one of another type is the client's mistake and answered with 400, naming it. Members
// nobody knows are passed over: a newer client may send them.

import Documents
import HTTP
import Support

/// Reads the members of a JSON object.
struct BodyReader {
  let object: JSONObject
  private let path: String

  init(_ object: JSONObject, path: String = "") {
    self.object = object
    self.path = path
  }

  /// The body of `request`: a JSON object of at most 4 MiB. An empty one is an empty object when
  /// `optional`.
  static func read(_ request: HTTPRequest, optional: Bool = false) async throws -> BodyReader {
    let bytes = try await request.body.collect(upTo: 4 << 20)
    if bytes.isEmpty, optional { return BodyReader(JSONObject()) }
    if !bytes.isEmpty, let type = request.headers.first(name: "content-type"),
      !type.lowercased().hasPrefix("application/json")
    {
      throw APIError(
        .badRequest,
        "unsupported Content-Type header (\(type)): must be 'application/json'")
    }
    guard !bytes.isEmpty else {
      throw APIError(.badRequest, "invalid JSON: got EOF while reading request body")
    }
    do {
      guard let object = try JSONValue.parse(bytes).object else {
        throw APIError(.badRequest, "invalid JSON: the body is not an object")
      }
      return BodyReader(object)
    } catch let error as DklabError {
      throw APIError(.badRequest, "invalid JSON: \(error.message.en)")
    }
  }

  private func value(_ key: String) -> JSONValue? {
    guard let value = object[key], !value.isNull else { return nil }
    return value
  }

  private func mistake(_ key: String, _ value: JSONValue, _ wanted: String) -> APIError {
    APIError(
      .badRequest,
      "invalid JSON: cannot unmarshal \(value.kindName) into field \(path)\(key) of type \(wanted)")
  }

  func string(_ key: String) throws -> String? {
    guard let value = value(key) else { return nil }
    guard let string = value.string else { throw mistake(key, value, "string") }
    return string
  }

  func bool(_ key: String) throws -> Bool {
    guard let value = value(key) else { return false }
    guard let bool = value.bool else { throw mistake(key, value, "bool") }
    return bool
  }

  func integer(_ key: String) throws -> Int64? {
    guard let value = value(key) else { return nil }
    guard let number = value.int else { throw mistake(key, value, "int64") }
    return Int64(number)
  }

  func strings(_ key: String) throws -> [String]? {
    guard let value = value(key) else { return nil }
    guard let list = value.array else { throw mistake(key, value, "[]string") }
    return try list.map { element in
      guard let string = element.string else { throw mistake(key, element, "string") }
      return string
    }
  }

  /// A list of texts, or one text, which stands for the words of a shell.
  func words(_ key: String) throws -> [String]? {
    if let text = value(key)?.string { return [text] }
    return try strings(key)
  }

  func map(_ key: String) throws -> [String: String]? {
    guard let value = value(key) else { return nil }
    guard let object = value.object else { throw mistake(key, value, "map[string]string") }
    var result: [String: String] = [:]
    for (name, element) in object {
      if element.isNull { continue }
      guard let string = element.string else { throw mistake("\(key).\(name)", element, "string") }
      result[name] = string
    }
    return result
  }

  /// The names of an object's members: Go's set.
  func names(_ key: String) throws -> [String] {
    guard let value = value(key) else { return [] }
    guard let object = value.object else { throw mistake(key, value, "map[string]struct {}") }
    return object.map(\.key)
  }

  func reader(_ key: String) throws -> BodyReader? {
    guard let value = value(key) else { return nil }
    guard let object = value.object else { throw mistake(key, value, "object") }
    return BodyReader(object, path: "\(path)\(key).")
  }

  func readers(_ key: String) throws -> [BodyReader] {
    guard let value = value(key) else { return [] }
    guard let list = value.array else { throw mistake(key, value, "[]object") }
    return try list.map { element in
      guard let object = element.object else { throw mistake(key, element, "object") }
      return BodyReader(object, path: "\(path)\(key).")
    }
  }

  /// The members of an object whose values are lists of objects.
  func lists(_ key: String) throws -> [(String, [BodyReader])] {
    guard let inner = try reader(key) else { return [] }
    return try inner.object.map { ($0.key, try inner.readers($0.key)) }
  }
}
