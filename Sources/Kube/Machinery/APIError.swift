import Documents

/// A request that failed, in the words of the Kubernetes API: what becomes a `v1.Status`.
///
/// Clients act on `code` and `reason`, and show `message`; so the sentences are those that the API
/// server's own users know, in English.
package struct APIError: Error, Sendable, Equatable {
  /// One thing that is wrong with an object.
  package struct Cause: Sendable, Equatable {
    package var reason: String
    package var message: String
    package var field: String

    package init(_ reason: String, _ message: String, field: String) {
      self.reason = reason
      self.message = message
      self.field = field
    }
  }

  package var code: Int
  package var reason: String
  package var message: String
  package var name = ""
  package var group = ""
  package var kind = ""
  package var uid = ""
  package var causes: [Cause] = []
  package var retryAfterSeconds = 0
  /// With what a list that is forgotten may go on, as far as it can.
  package var continuation = ""
  /// What policies and webhooks wanted to be said besides.
  package var warnings: [String] = []

  package init(_ code: Int, _ reason: String, _ message: String) {
    self.code = code
    self.reason = reason
    self.message = message
  }

  /// The error as a `v1.Status`.
  package var status: JSONValue {
    var details = JSONObject()
    if !name.isEmpty { details["name"] = .string(name) }
    if !group.isEmpty { details["group"] = .string(group) }
    if !kind.isEmpty { details["kind"] = .string(kind) }
    if !uid.isEmpty { details["uid"] = .string(uid) }
    if !causes.isEmpty {
      details["causes"] = .array(
        causes.map { cause in
          var object = JSONObject()
          if !cause.reason.isEmpty { object["reason"] = .string(cause.reason) }
          object["message"] = .string(cause.message)
          if !cause.field.isEmpty { object["field"] = .string(cause.field) }
          return .object(object)
        })
    }
    if retryAfterSeconds > 0 { details["retryAfterSeconds"] = .integer(Int64(retryAfterSeconds)) }
    var status: JSONValue = [
      "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure",
      "message": .string(message),
    ]
    if !reason.isEmpty { status["reason"] = .string(reason) }
    if !continuation.isEmpty {
      status.set("metadata", "continue", to: .string(continuation))
    }
    if !details.isEmpty { status["details"] = .object(details) }
    status["code"] = .integer(Int64(code))
    return status
  }

  /// The same error about the object `name` of a resource.
  func about(_ type: ResourceType, _ name: String) -> APIError {
    var error = self
    error.name = name
    error.group = type.group
    error.kind = type.plural
    return error
  }
}

extension APIError {
  /// 404: there is no such object.
  package static func notFound(_ type: ResourceType, _ name: String) -> APIError {
    APIError(404, "NotFound", "\(type.qualifiedResource) \"\(name)\" not found").about(type, name)
  }

  /// 404: there is no such path.
  package static let noSuchPath = APIError(
    404, "NotFound", "the server could not find the requested resource")

  /// 409: an object of that name is there already.
  package static func alreadyExists(_ type: ResourceType, _ name: String) -> APIError {
    APIError(409, "AlreadyExists", "\(type.qualifiedResource) \"\(name)\" already exists")
      .about(type, name)
  }

  /// 409: somebody else was faster.
  package static func conflict(
    _ type: ResourceType, _ name: String,
    _ why: String =
      "the object has been modified; please apply your changes to the latest version and try again"
  ) -> APIError {
    APIError(
      409, "Conflict",
      "Operation cannot be fulfilled on \(type.qualifiedResource) \"\(name)\": \(why)"
    ).about(type, name)
  }

  /// 400: the request makes no sense.
  package static func badRequest(_ message: String) -> APIError {
    APIError(400, "BadRequest", message)
  }

  /// 405: the resource is there, the verb is not.
  package static let methodNotAllowed = APIError(
    405, "MethodNotAllowed", "the server does not allow this method on the requested resource")

  /// 410: the asked for revision is gone.
  package static func expired(_ message: String) -> APIError {
    APIError(410, "Expired", message)
  }

  /// 415: the body is of a type that is not understood.
  package static func unsupportedMediaType(_ accepted: [String]) -> APIError {
    APIError(
      415, "UnsupportedMediaType",
      "the body of the request was in an unknown format - accepted media types include: "
        + accepted.joined(separator: ", "))
  }

  /// 406: an answer that is no object of the API has no such form.
  package static let notAcceptable = APIError(
    406, "NotAcceptable",
    "only the following media types are accepted: application/json, application/yaml")

  /// 401: nobody we know.
  package static let unauthorized = APIError(401, "Unauthorized", "Unauthorized")

  /// 422: the object breaks its rules; every one of them is named.
  package static func invalid(
    _ type: ResourceType, _ name: String, _ problems: [FieldProblem]
  ) -> APIError {
    let texts = problems.map(\.description)
    let list = texts.count == 1 ? texts[0] : "[" + texts.joined(separator: ", ") + "]"
    var error = APIError(
      422, "Invalid", "\(type.qualifiedKind) \"\(name)\" is invalid: \(list)")
    error.name = name
    error.group = type.group
    error.kind = type.kind
    error.causes = problems.map { Cause($0.kind.reason, $0.body, field: $0.path) }
    return error
  }

  /// 403: not allowed.
  package static func forbidden(
    _ type: ResourceType, _ name: String, _ why: String
  ) -> APIError {
    let object = name.isEmpty ? type.qualifiedResource : "\(type.qualifiedResource) \"\(name)\""
    return APIError(403, "Forbidden", "\(object) is forbidden: \(why)").about(type, name)
  }

  /// 500: our fault.
  package static func internalError(_ message: String) -> APIError {
    APIError(500, "InternalError", "Internal error occurred: \(message)")
  }
}
