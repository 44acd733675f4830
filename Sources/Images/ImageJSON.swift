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

  /// The configuration of an image. What Codable would refuse is refused in its words.
  static func configuration(from text: String, what: String) throws -> ImageConfig {
    if let value = try? JSONValue.parse(text), var fields = try? JSONFields(value),
      let config = try? ImageConfig(fields: &fields)
    {
      return config
    }
    return try decode(ImageConfig.self, from: text.utf8, what: what)
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
