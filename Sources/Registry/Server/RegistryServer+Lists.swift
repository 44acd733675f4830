import Documents
import HTTP
import Images
import Linux
import Support

extension RegistryServer {
  /// GET _catalog
  func catalog(_ request: HTTPRequest) async throws -> HTTPResponse {
    guard request.method == .GET || request.method == .HEAD else { throw Self.badMethod }
    let store = store
    let all = try await BlockingWork.run { try store.repositories() }
    let (page, link) = try Self.page(all, request, at: "/v2/_catalog")
    return Self.json(["repositories": .array(page.map { .string($0) })], link: link)
  }

  /// GET NAME/tags/list
  func tags(of name: String, _ request: HTTPRequest) async throws -> HTTPResponse {
    let store = store
    let all = try await BlockingWork.run { store.exists(name) ? try store.tags(of: name) : nil }
    guard let all else { throw RegistryProblem.nameUnknown }
    let (page, link) = try Self.page(all, request, at: "/v2/\(name)/tags/list")
    return Self.json(
      ["name": .string(name), "tags": .array(page.map { .string($0) })], link: link)
  }

  /// GET NAME/referrers/DIGEST
  func referrers(to key: String, in name: String, _ request: HTTPRequest) async throws
    -> HTTPResponse
  {
    guard let subject = Digest(key) else { throw RegistryProblem.digestInvalid }
    let store = store
    let wanted = request.query["artifactType"]
    let items: [JSONValue] = try await BlockingWork.run {
      try store.referrers(to: subject, in: name).compactMap { found in
        let json = try JSONValue.parse(found.bytes, file: "manifest")
        // An image is of the type of its configuration; an artifact says its own.
        let type = json["artifactType"]?.string ?? json["config"]?["mediaType"]?.string ?? ""
        if let wanted, wanted != type { return nil }
        var item: JSONObject = [
          "mediaType": .string(found.mediaType), "digest": .string("\(found.digest)"),
          "size": .integer(Int64(found.bytes.count)), "artifactType": .string(type),
        ]
        if let annotations = json["annotations"] { item["annotations"] = annotations }
        return .object(item)
      }
    }
    var response = Self.json(
      [
        "schemaVersion": 2, "mediaType": .string(MediaType.ociIndex), "manifests": .array(items),
      ], link: nil)
    response.headers.replaceOrAdd(name: "Content-Type", value: MediaType.ociIndex)
    if wanted != nil { response.headers.add(name: "OCI-Filters-Applied", value: "artifactType") }
    return response
  }

  /// What `n` and `last` ask for of the sorted `all`, and the header that leads to the rest.
  private static func page(
    _ all: [String], _ request: HTTPRequest, at path: String
  ) throws -> ([String], link: String?) {
    var rest = all[...]
    if let last = request.query["last"] { rest = rest.drop { $0 <= last } }
    guard let text = request.query["n"] else { return (Array(rest), nil) }
    guard let count = Int(text), count >= 0 else {
      throw RegistryProblem(
        .badRequest, "PAGINATION_NUMBER_INVALID", "n must be a number: \(text)")
    }
    let page = Array(rest.prefix(count))
    guard let end = page.last, page.count < rest.count else { return (page, nil) }
    let query = PercentEncoding.form([("last", end), ("n", "\(count)")])
    return (page, "<\(path)?\(query)>; rel=\"next\"")
  }

  private static func json(_ value: JSONValue, link: String?) -> HTTPResponse {
    var response = HTTPResponse(type: "application/json", bytes: value.bytes())
    if let link { response.headers.add(name: "Link", value: link) }
    return response
  }
}
