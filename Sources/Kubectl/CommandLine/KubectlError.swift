import Documents
import Support

/// What ends a command, in kubectl's words.
struct KubectlError: Error {
  /// Without the word `error:`.
  let message: String
  var status: Int32 = 1
  /// Printed as it is, without `error:` in front.
  var isBare = false

  init(_ message: String, status: Int32 = 1, isBare: Bool = false) {
    self.message = message
    self.status = status
    self.isBare = isBare
  }

  /// Ends the command, everything having been said.
  static func silent(_ status: Int32) -> KubectlError {
    KubectlError("", status: status, isBare: true)
  }
}

/// Several errors; each is told.
struct ManyErrors: Error {
  let errors: [any Error]

  /// Throws the one error, or all of them; nothing when there is none.
  static func throwing(_ errors: [any Error]) throws {
    guard let first = errors.first else { return }
    throw errors.count == 1 ? first : ManyErrors(errors: errors)
  }
}

/// The server's answer to what it would not do.
struct StatusError: Error {
  var code: Int
  var reason: String
  var message: String
  var details: JSONValue

  init(_ status: JSONValue, code: Int) {
    self.code = status["code"]?.int ?? code
    reason = status["reason"]?.string ?? ""
    message = status["message"]?.string ?? ""
    details = status["details"] ?? .null
  }

  var isNotFound: Bool { reason == "NotFound" }
  var isAlreadyExists: Bool { reason == "AlreadyExists" }
  var isConflict: Bool { reason == "Conflict" }

  /// The same about something that was done with a file's object.
  func adding(_ verb: String, source: String) -> StatusError {
    var copy = self
    copy.message = "error when \(verb) \"\(source)\": \(message)"
    return copy
  }
}

/// How errors are told.
enum ErrorText {
  /// The text for standard error, and the exit status.
  static func of(_ error: any Error) -> (text: String, status: Int32) {
    switch error {
    case let error as KubectlError:
      if error.message.isEmpty { return ("", error.status) }
      return (error.isBare ? error.message : prefixed(error.message), error.status)
    case let error as StatusError: return (text(error), 1)
    case let error as ManyErrors:
      return (error.errors.map { of($0).text }.joined(separator: "\n"), 1)
    case let error as SyscallError: return (prefixed("\(error)"), 1)
    case let error as DklabError: return (prefixed(sentence(error)), 1)
    default: return (prefixed("\(error)"), 1)
    }
  }

  /// An error as part of a longer sentence.
  static func plain(_ error: any Error) -> String {
    switch error {
    case let error as KubectlError: error.message
    case let error as StatusError: error.message
    case let error as DklabError: sentence(error)
    default: "\(error)"
    }
  }

  private static func sentence(_ error: DklabError) -> String {
    guard let place = error.location else { return error.message.en }
    return "\(place.file):\(place.line):\(place.column): \(error.message.en)"
  }

  private static func prefixed(_ message: String) -> String {
    message.hasPrefix("error: ") ? message : "error: " + message
  }

  private static func text(_ error: StatusError) -> String {
    if error.reason == "Invalid" { return invalid(error) }
    if error.reason.isEmpty { return "Error from server: \(error.message)" }
    return "Error from server (\(error.reason)): \(error.message)"
  }

  /// What is wrong with an object, field by field.
  private static func invalid(_ error: StatusError) -> String {
    guard !error.details.isNull else {
      return error.message.isEmpty
        ? "The request is invalid" : "The request is invalid: \(error.message)"
    }
    let (kind, name) = (error.details["kind"]?.string ?? "", error.details["name"]?.string ?? "")
    let causes = (error.details["causes"]?.array ?? []).map { cause -> String in
      let field = cause["field"]?.string ?? ""
      let message = cause["message"]?.string ?? ""
      return field.isEmpty ? message : "\(field): \(message)"
    }
    var text = "The request is invalid"
    if !kind.isEmpty || !name.isEmpty {
      text = "The \(kind) \"\(name)\" is invalid"
    } else if causes.isEmpty && !error.message.isEmpty {
      text += ": \(error.message)"
    }
    var distinct: [String] = []
    for cause in causes where !distinct.contains(cause) { distinct.append(cause) }
    if distinct.isEmpty { return text }
    if distinct.count == 1 { return "\(text): \(distinct[0])" }
    return "\(text): \n" + distinct.map { "* \($0)" }.joined(separator: "\n")
  }
}
