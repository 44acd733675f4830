import Documents
import Support

/// JSON that comes from a registry.
enum RegistryJSON {
  /// Reads `bytes` as a `Value`; `what` is for errors.
  static func decode<Value: Decodable>(
    _ type: Value.Type, _ bytes: [UInt8], what: String
  ) throws -> Value {
    do {
      return try JSONValue.parse(bytes, file: what).decode(as: type)
    } catch var error as DklabError {
      error.id = "registry.invalid-json"
      throw error
    }
  }
}
