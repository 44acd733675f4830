import Documents
import Glibc
import HTTP
import Linux
import Support

/// One object of a file.
struct Manifest: Sendable {
  var object: JSONValue
  /// The file's name, `STDIN`, or the address.
  var source: String
}

/// Reads the objects of files, folders, standard input and addresses.
struct ManifestReader {
  let isRecursive: Bool
  private static let endings = [".json", ".yaml", ".yml"]

  /// All objects that `paths` hold, in order. What cannot be read is in `errors`; the rest counts.
  func read(_ paths: [String], _ errors: inout [any Error]) throws -> [Manifest] {
    var result: [Manifest] = []
    for path in paths {
      for (source, text) in try texts(path) {
        do {
          result += try Self.objects(text, source: source)
        } catch {
          errors.append(error)
        }
      }
    }
    return result
  }

  private func texts(_ path: String) throws -> [(source: String, text: String)] {
    if path == "-" {
      return [("STDIN", String(decoding: try readAll(0), as: UTF8.self))]
    }
    if path.hasPrefix("http://") || path.hasPrefix("https://") {
      return [(path, try RemoteFile.text(path))]
    }
    if File.isDirectory(path) {
      let files = try files(in: path)
      guard !files.isEmpty else {
        throw KubectlError(
          "error reading [\(path)]: recognized file extensions are [.json .yaml .yml]")
      }
      return try files.map { ($0, try File.text($0)) }
    }
    guard File.exists(path) else {
      let matches = path.contains { "*?[".contains($0) } ? Self.matching(path) : []
      if !matches.isEmpty { return try matches.map { ($0, try File.text($0)) } }
      throw KubectlError("the path \"\(path)\" does not exist")
    }
    return [(path, try File.text(path))]
  }

  private func files(in folder: String) throws -> [String] {
    var result: [String] = []
    let base = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    for name in try Directory.list(folder).sorted() {
      let path = base + "/" + name
      if File.isDirectory(path) {
        if isRecursive { result += try files(in: path) }
      } else if Self.endings.contains(where: name.hasSuffix) {
        result.append(path)
      }
    }
    return result
  }

  /// Files that a pattern of the shell means.
  private static func matching(_ pattern: String) -> [String] {
    var found = glob_t()
    defer { globfree(&found) }
    guard glob(pattern, 0, nil, &found) == 0 else { return [] }
    return (0..<Int(found.gl_pathc)).compactMap { index in
      found.gl_pathv[index].map { String(cString: $0) }
    }
  }

  /// The objects of one text, lists taken apart.
  static func objects(_ text: String, source: String) throws -> [Manifest] {
    let documents: [JSONValue]
    do {
      documents = try YAMLDocument.parseAll(text, file: source).map(\.json)
    } catch let error as DklabError {
      let line = error.location.map { "yaml: line \($0.line): " } ?? ""
      throw KubectlError(
        "error parsing \(source): error converting YAML to JSON: \(line)\(error.message.en)")
    }
    return try documents.filter { !$0.isNull }.flatMap { document -> [Manifest] in
      guard document.object != nil else {
        throw KubectlError(
          "error parsing \(source): couldn't get version/kind; json parse error: "
            + "cannot unmarshal \(document.kindName) into Go value of type struct")
      }
      if document.text("kind").hasSuffix("List"), let items = document["items"]?.array {
        return items.map { Manifest(object: $0, source: source) }
      }
      return [Manifest(object: document, source: source)]
    }
  }
}

/// A file that a web server has.
enum RemoteFile {
  static func text(_ url: String) throws -> String {
    var url = url
    for _ in 0..<10 {
      guard let origin = HTTPOrigin(url) else { break }
      let connection = try ClientConnection(origin, trust: ClientTrust())
      let rest = url.drop { $0 != ":" }.dropFirst(3)
      let target = rest.firstIndex(of: "/").map { String(rest[$0...]) } ?? "/"
      let head = try connection.send("GET", target, headers: [("User-Agent", "kubectl/dklab")])
      if (300..<400).contains(head.status), let location = head["location"] {
        url = origin.resolve(location)
        continue
      }
      guard head.status == 200 else {
        throw KubectlError(
          "unable to read URL \"\(url)\", server reported \(head.status), status code=\(head.status)"
        )
      }
      return String(decoding: try connection.readAll(), as: UTF8.self)
    }
    throw KubectlError("unable to read URL \"\(url)\", too many redirects")
  }
}
