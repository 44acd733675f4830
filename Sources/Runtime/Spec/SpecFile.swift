// Reading config.json: what is wrong is said with its place.
//
// A file that is no JSON is told with line and column, one of the wrong shape with the path of the
// field (`process.user.uid`). Fields this kit does not know are ignored, as the specification wants.
//
// Next: SpecValidation.swift.

import Documents
import FoundationEssentials
import Linux
import Support

/// Reads JSON files of the OCI runtime specification.
package enum SpecFile {
  /// Where the specification of the bundle at `bundle` stands: `file`, which is config.json when nil.
  static func path(of file: String?, in bundle: String) -> String {
    absolute(file ?? "config.json", in: bundle)
  }

  /// The specification of the bundle at `bundle`, or the one in `file` for that bundle, as it is.
  static func contents(bundle: String, file: String? = nil) throws -> [UInt8] {
    let path = path(of: file, in: bundle)
    guard File.exists(path) else {
      throw DklabError(
        .notFound, id: "spec.no-config",
        Text(
          "JSON specification file \(file ?? "config.json") not found in \(bundle)",
          ko: "\(bundle)에 명세 파일 \(file ?? "config.json")이(가) 없습니다"),
        hint: Text("`dklab oci spec` makes one", ko: "`dklab oci spec`이 하나 만들어 줍니다"))
    }
    return try File.read(path, limit: 16 << 20)
  }

  /// The specification of the bundle at `bundle`, an absolute path, or the one in `file` for that bundle:
  /// with `root.path` and the sources of bind mounts made absolute.
  package static func read(bundle: String, file: String? = nil) throws -> Spec {
    try read(
      contents(bundle: bundle, file: file), file: path(of: file, in: bundle), bundle: bundle)
  }

  /// The specification that `config` is, which is called `file` in errors.
  static func read(_ config: [UInt8], file: String, bundle: String) throws -> Spec {
    var spec = try parse(config, file: file)
    if let root = spec.root { spec.root?.path = absolute(root.path, in: bundle) }
    spec.mounts = spec.mounts?.map { mount in
      var mount = mount
      let isBind =
        mount.type == "bind" || !Set(mount.options ?? []).isDisjoint(with: ["bind", "rbind"])
      if isBind, let source = mount.source { mount.source = absolute(source, in: bundle) }
      return mount
    }
    return spec
  }

  /// The specification that `bytes` are, as they are.
  static func parse(_ bytes: [UInt8], file: String) throws -> Spec {
    if let value = try? JSONValue.parse(bytes), let spec = try? Spec(member: value) {
      return spec
    }
    return try decode(Spec.self, bytes, file: file)
  }

  /// The document `bytes` as a value of `type`.
  package static func decode<Value: Decodable>(
    _ type: Value.Type, _ bytes: [UInt8], file: String
  ) throws -> Value {
    do {
      return try JSONDecoder().decode(type, from: Data(bytes))
    } catch let error as DecodingError {
      // A file that is not JSON at all has a better place than a field.
      _ = try JSONValue.parse(bytes, file: file)
      throw shapeError(error, file: file)
    } catch var error as DklabError {
      error.message = Text("\(file): \(error.message.en)", ko: "\(file): \(error.message.ko)")
      throw error
    }
  }

  private static func absolute(_ path: String, in bundle: String) -> String {
    path.hasPrefix("/") ? path : "\(bundle)/\(path)"
  }

  private static func shapeError(_ error: DecodingError, file: String) -> DklabError {
    let (path, en, ko): ([any CodingKey], String, String) =
      switch error {
      case .keyNotFound(let key, let context):
        (context.codingPath + [key], "is missing", "값이 없습니다")
      case .valueNotFound(_, let context): (context.codingPath, "is missing", "값이 없습니다")
      case .typeMismatch(let type, let context):
        (context.codingPath, "is not \(name(of: type))", "\(name(of: type)) 형식이 아닙니다")
      case .dataCorrupted(let context):
        (context.codingPath, "has a value that cannot be used", "쓸 수 없는 값입니다")
      @unknown default: ([], "cannot be read", "읽을 수 없습니다")
      }
    let place = fieldPath(path)
    return DklabError(
      .invalid, id: "spec.shape",
      Text("\(file): \(place): \(en)", ko: "\(file): \(place): \(ko)"))
  }

  private static func name(of type: Any.Type) -> String {
    switch type {
    case is String.Type: return "a string"
    case is Bool.Type: return "a boolean"
    case is any BinaryInteger.Type: return "a number that fits"
    default: break
    }
    let name = "\(type)"
    if name.hasPrefix("Dictionary") { return "an object" }
    return name.hasPrefix("Array") ? "an array" : "an object"
  }

  private static func fieldPath(_ path: [any CodingKey]) -> String {
    path.reduce("") { text, key in
      if let index = key.intValue { return "\(text)[\(index)]" }
      return text.isEmpty ? key.stringValue : "\(text).\(key.stringValue)"
    }
  }
}
