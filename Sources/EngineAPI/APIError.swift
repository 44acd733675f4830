import Documents
import HTTP
import Support

/// An error in the words and with the status of Docker's daemon. Clients print the words.
struct APIError: Error {
  let status: HTTPStatus
  let message: String

  init(_ status: HTTPStatus, _ message: String) {
    self.status = status
    self.message = message
  }

  /// `{"message": …}`: anything thrown by a handler, or refused by the server.
  static func response(_ error: any Error, _ request: HTTPRequest?) -> HTTPResponse {
    let (status, message) = describe(error)
    var response = HTTPResponse.json(["message": .string(message)], status)
    if let failure = error as? HTTPFailure { response.headers.add(contentsOf: failure.headers) }
    return response
  }

  static func describe(_ error: any Error) -> (HTTPStatus, String) {
    switch error {
    case let error as APIError: return (error.status, error.message)
    case let failure as HTTPFailure: return (failure.status, failure.message)
    case let error as DklabError: return (status(of: error), error.message.en)
    case is ClientGone, is CancellationError: return (.internalServerError, "context canceled")
    default: return (.internalServerError, "\(error)")
    }
  }

  /// Docker answers 409 when an object's state forbids it, and 400 for a mistake in the request.
  private static func status(of error: DklabError) -> HTTPStatus {
    switch error.id {
    case "container.start-failed": .badRequest
    case "port.in-use": .internalServerError
    case "container.no-command": .badRequest
    default: error.code == .unsupported ? .notImplemented : error.code.httpStatus
    }
  }
}

extension HTTPResponse {
  /// A JSON document, with a line end behind it as Docker's daemon has it.
  static func json(_ value: JSONValue, _ status: HTTPStatus = .ok) -> HTTPResponse {
    .json(text: value.bytes(), status)
  }

  /// The same of a document that is a text already.
  static func json(text: [UInt8], _ status: HTTPStatus = .ok) -> HTTPResponse {
    HTTPResponse(status, type: "application/json", bytes: text + [10])
  }

  /// 204.
  static var done: HTTPResponse { HTTPResponse(.noContent) }
}
