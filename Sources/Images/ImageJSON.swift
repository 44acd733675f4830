import Documents
import Support

/// JSON of images: manifests, configurations, indexes.
enum ImageJSON {
  /// Reads `bytes` as a `Value`. Errors name the document `what` and the field.
  static func decode<Value: Decodable>(
    _ type: Value.Type, from bytes: some Sequence<UInt8>, what: String
  ) throws -> Value {
    do {
      return try JSONValue.parse(bytes, file: what).decode(as: type)
    } catch var error as DklabError {
      error.location = error.location ?? SourceLocation(file: what)
      error.id = "image.invalid-json"
      throw error
    }
  }

  /// The text of `value`, the same for equal values: keys sorted, no spaces.
  static func encode(_ value: some Encodable) throws -> [UInt8] {
    sorted(try JSONValue(encoding: value)).bytes()
  }

  private static func sorted(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(let members):
      .object(
        JSONObject(
          members.map { ($0.key, sorted($0.value)) }.sorted { $0.0 < $1.0 }))
    case .array(let elements):
      .array(elements.map(sorted))
    default:
      value
    }
  }
}
