/// One thing that is wrong with a field of an object, worded as the API server words it:
/// `spec.replicas: Invalid value: -1: must be greater than or equal to 0`.
package struct FieldProblem: Sendable, Equatable {
  /// The closed list of what can be wrong.
  package enum Kind: String, Sendable {
    case invalid = "Invalid value"
    case required = "Required value"
    case unsupported = "Unsupported value"
    case duplicate = "Duplicate value"
    case forbidden = "Forbidden"
    case notFound = "Not found"
    case tooLong = "Too long"
    case tooMany = "Too many"
    case type = "Invalid type"

    /// The reason in a `v1.Status`.
    var reason: String {
      switch self {
      case .invalid: "FieldValueInvalid"
      case .required: "FieldValueRequired"
      case .unsupported: "FieldValueNotSupported"
      case .duplicate: "FieldValueDuplicate"
      case .forbidden: "FieldValueForbidden"
      case .notFound: "FieldValueNotFound"
      case .tooLong: "FieldValueTooLong"
      case .tooMany: "FieldValueTooMany"
      case .type: "FieldValueTypeInvalid"
      }
    }
  }

  package var path: String
  package var kind: Kind
  /// The message without the path.
  package var body: String

  /// A problem with `value` (as it is to be shown) and what is wrong with it.
  package init(_ path: String, _ kind: Kind, value: String? = nil, _ detail: String = "") {
    self.path = path
    self.kind = kind
    body = kind.rawValue
    if let value { body += ": \(value)" }
    if !detail.isEmpty { body += ": \(detail)" }
  }

  /// A text that is none of the accepted ones.
  package static func unsupported(_ path: String, _ value: String, _ accepted: [String])
    -> FieldProblem
  {
    FieldProblem(
      path, .unsupported, value: "\"\(value)\"",
      "supported values: " + accepted.sorted().map { "\"\($0)\"" }.joined(separator: ", "))
  }

  /// A field that must be there.
  package static func required(_ path: String, _ detail: String = "") -> FieldProblem {
    FieldProblem(path, .required, detail)
  }

  /// A text that is wrong.
  package static func invalid(_ path: String, _ value: String, _ detail: String) -> FieldProblem {
    FieldProblem(path, .invalid, value: "\"\(value)\"", detail)
  }

  /// A number that is wrong.
  package static func invalid(_ path: String, _ value: Int, _ detail: String) -> FieldProblem {
    FieldProblem(path, .invalid, value: String(value), detail)
  }
}

extension FieldProblem: CustomStringConvertible {
  package var description: String { "\(path): \(body)" }
}
