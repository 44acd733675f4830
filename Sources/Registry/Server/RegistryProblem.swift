import Documents
import HTTP
import Support

/// What a registry says when it cannot: a code of the specification, and a sentence.
struct RegistryProblem: Error, Sendable {
  var status: HTTPStatus
  var code: String
  var message: String
  var headers: HTTPHeaders = [:]

  init(_ status: HTTPStatus, _ code: String, _ message: String, headers: HTTPHeaders = [:]) {
    self.status = status
    self.code = code
    self.message = message
    self.headers = headers
  }

  /// distribution-spec, "Error Codes".
  var response: HTTPResponse {
    let body: JSONValue = [
      "errors": [["code": .string(code), "message": .string(message), "detail": nil]]
    ]
    var response = HTTPResponse(status, type: "application/json", bytes: body.bytes())
    response.headers.add(contentsOf: headers)
    return response
  }

  static let nameInvalid = RegistryProblem(
    .badRequest, "NAME_INVALID", "invalid repository name")
  static let nameUnknown = RegistryProblem(
    .notFound, "NAME_UNKNOWN", "repository name not known to registry")
  static let manifestUnknown = RegistryProblem(.notFound, "MANIFEST_UNKNOWN", "manifest unknown")
  static let blobUnknown = RegistryProblem(
    .notFound, "BLOB_UNKNOWN", "blob unknown to registry")
  static let digestInvalid = RegistryProblem(
    .badRequest, "DIGEST_INVALID", "provided digest did not match uploaded content")
  static let uploadUnknown = RegistryProblem(
    .notFound, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry")
  static let uploadBusy = RegistryProblem(
    .conflict, "BLOB_UPLOAD_INVALID", "another request is writing to this upload")
  static let readOnly = RegistryProblem(
    .methodNotAllowed, "UNSUPPORTED", "the registry is read-only")

  static func manifestInvalid(_ reason: String) -> RegistryProblem {
    RegistryProblem(.badRequest, "MANIFEST_INVALID", reason)
  }
}
