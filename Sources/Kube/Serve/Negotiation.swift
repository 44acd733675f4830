import Documents
import HTTP

/// In which form a client wants objects.
enum ReplyForm: Equatable {
  case json
  case table
  case partialMetadata

  /// The first accepted form that there is.
  static func choose(_ accept: String?) -> ReplyForm {
    for item in (accept ?? "").split(separator: ",") {
      let parts = item.split(separator: ";").map { $0.trimmingSpaces }
      guard let type = parts.first, ["application/json", "*/*", "application/*"].contains(type)
      else { continue }
      let parameters = parts.dropFirst()
      guard let kind = parameters.first(where: { $0.hasPrefix("as=") })?.dropFirst(3) else {
        return .json
      }
      switch kind {
      case "Table": return .table
      case "PartialObjectMetadata", "PartialObjectMetadataList": return .partialMetadata
      default: continue
      }
    }
    return .json
  }

  /// Whether a client asks for aggregated discovery, and in which version of it.
  static func discoveryVersion(_ accept: String?) -> String? {
    for item in (accept ?? "").split(separator: ",") where item.contains("APIGroupDiscoveryList") {
      if item.contains("v=v2beta1") { return "v2beta1" }
      if item.contains("v=v2") { return "v2" }
    }
    return nil
  }
}

extension Substring {
  /// Without spaces around it.
  var trimmingSpaces: Substring {
    var result = drop { $0 == " " }
    while result.last == " " { result.removeLast() }
    return result
  }
}

/// The bodies of requests as JSON, whatever they came as.
enum RequestDecoding {
  static let accepted = [
    "application/json", "application/yaml", "application/vnd.kubernetes.protobuf",
  ]

  /// An object, or the options of a delete; `duplicates` are keys that it has twice.
  static func object(
    _ bytes: [UInt8], contentType: String?, duplicates: inout [String],
    _ message: (String, String) -> MessageType?
  ) throws -> JSONValue {
    switch mediaType(contentType) {
    case "", "application/json":
      do {
        return try JSONValue.parse(bytes, duplicates: &duplicates)
      } catch {
        throw APIError.badRequest("error decoding JSON: \(error)")
      }
    case "application/yaml", "text/yaml", "application/apply-patch+yaml": return try yaml(bytes)
    case ProtobufDecoder.mediaType: return try ProtobufDecoder.decode(bytes, message)
    default: throw APIError.unsupportedMediaType(accepted)
    }
  }

  /// A patch, and of which kind it is.
  static func patch(_ bytes: [UInt8], contentType: String?) throws -> (PatchKind, JSONValue) {
    let type = mediaType(contentType)
    guard let kind = PatchKind(rawValue: type) else {
      throw APIError.unsupportedMediaType([
        PatchKind.json.rawValue, PatchKind.merge.rawValue, PatchKind.strategic.rawValue,
        PatchKind.apply.rawValue,
      ])
    }
    if kind == .apply { return (kind, try yaml(bytes)) }
    do {
      return (kind, try JSONValue.parse(bytes))
    } catch {
      throw APIError.badRequest("error decoding patch: \(error)")
    }
  }

  private static func yaml(_ bytes: [UInt8]) throws -> JSONValue {
    do {
      return try YAMLDocument.parse(String(decoding: bytes, as: UTF8.self), file: "body").json
    } catch {
      throw APIError.badRequest("error decoding YAML: \(error)")
    }
  }

  private static func mediaType(_ text: String?) -> String {
    String((text ?? "").split(separator: ";").first?.trimmingSpaces ?? "").lowercased()
  }
}
