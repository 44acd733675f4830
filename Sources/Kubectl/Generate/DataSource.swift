import Crypto
import Documents
import Glibc
import Linux
import Support

/// Keys of ConfigMaps and Secrets.
enum DataKey {
  static func isValid(_ key: String) -> Bool {
    !key.isEmpty && key.utf8.count <= 253 && key != "." && !key.hasPrefix("..")
      && key.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0)
          || $0 == 0x2d || $0 == 0x2e || $0 == 0x5f
      }
  }

  static func refusal(_ key: String) -> KubectlError {
    KubectlError(
      "\"\(key)\" is not a valid key name: a valid config key must consist of alphanumeric "
        + "characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex "
        + "used for validation is '[-._a-zA-Z0-9]+')")
  }
}

/// Where the entries of ConfigMaps and Secrets come from.
enum DataSource {
  typealias Add = (_ key: String, _ value: [UInt8]) throws -> Void

  /// A file's bytes.
  static func content(_ path: String) throws -> [UInt8] {
    do {
      return try File.read(path)
    } catch {
      throw KubectlError("open \(path): no such file or directory")
    }
  }

  /// `FILE`, `KEY=FILE`, or a folder whose files count.
  static func read(file source: String, _ add: Add) throws {
    let parts = source.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      .map(String.init)
    let path = parts.last ?? ""
    guard parts.allSatisfy({ !$0.isEmpty }) else {
      throw KubectlError(
        parts[0].isEmpty
          ? "key name for file path \(path) missing" : "file path for key name \(parts[0]) missing")
    }
    if path.contains("=") {
      throw KubectlError("key names or file paths cannot contain '='")
    }
    let name = path.split(separator: "/").last.map(String.init) ?? path
    if path == "-" || !File.isDirectory(path) {
      let key = parts.count == 2 ? parts[0] : name
      guard File.exists(path) else {
        throw KubectlError("error reading \(path): no such file or directory")
      }
      return try add(key, try content(path))
    }
    guard parts.count == 1 else {
      throw KubectlError("cannot give a key name for a directory path")
    }
    for name in try Directory.list(path).sorted() {
      let inner = path + "/" + name
      var status = stat()
      guard stat(inner, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
        DataKey.isValid(name)
      else { continue }
      try add(name, try content(inner))
    }
  }

  /// `KEY=VALUE`.
  static func read(literal source: String, _ add: Add) throws {
    guard let sign = source.firstIndex(of: "="), sign != source.startIndex else {
      throw KubectlError("invalid literal source \(source), expected key=value")
    }
    var value = source[source.index(after: sign)...]
    // Quotes that the shell has left are taken off.
    if value.count >= 2, let first = value.first, first == value.last, "\"'".contains(first) {
      value = value.dropFirst().dropLast()
    }
    try add(String(source[..<sign]), Array(value.utf8))
  }

  /// A file with `KEY=VALUE` on each line; a key alone takes its value from the environment.
  static func read(lines path: String, _ add: Add) throws {
    let text = String(decoding: try content(path), as: UTF8.self)
    for line in text.split(whereSeparator: \.isNewline) {
      let line = line.drop(while: \.isWhitespace)
      guard !line.isEmpty, !line.hasPrefix("#") else { continue }
      let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        .map(String.init)
      let value = parts.count == 2 ? parts[1] : ConfigFiles.variable(parts[0]) ?? ""
      try add(parts[0], Array(value.utf8))
    }
  }
}

/// The suffix that `--append-hash` and kustomize give names: a hash of the content, in letters that
/// make no words.
enum ContentHash {
  /// - Parameter isNamed: kubectl's hash is of the name too, kustomize's of an empty one.
  static func of(_ object: JSONValue, isNamed: Bool = true) -> String {
    var text: JSONValue = [
      "kind": .string(object.kind), "name": .string(isNamed ? object.name : ""),
    ]
    if object.kind == "Secret" { text["type"] = object["type"] ?? "" }
    text["data"] = object["data"] ?? (object.kind == "Secret" ? .null : "")
    if let binary = object["binaryData"] { text["binaryData"] = binary }
    let bytes = Array(ManifestText.compactJSON(ManifestText.sorted(text)).utf8)
    let hex = SHA256.hash(data: bytes).map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
    return String(
      hex.prefix(10).map { letter -> Character in
        switch letter {
        case "0": "g"
        case "1": "h"
        case "3": "k"
        case "a": "m"
        case "e": "t"
        default: letter
        }
      })
  }
}
